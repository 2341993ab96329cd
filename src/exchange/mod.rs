//! Tables in and out: CSV and XLSX. Files for banks and accountants.

pub mod deliveries;
pub mod fec;
pub mod invoice;
pub mod journal;
pub mod pain001;
pub mod statement;
pub mod table;
