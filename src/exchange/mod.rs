//! Tables in and out: CSV and XLSX.

pub mod deliveries;
pub mod table;
