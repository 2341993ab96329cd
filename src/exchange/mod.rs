//! Tables in and out: CSV and XLSX.

pub mod deliveries;
pub mod invoice;
pub mod statement;
pub mod table;
