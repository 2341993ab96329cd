//! Tables in and out: CSV and XLSX. Files for banks and accountants; shifts for
//! calendars.

pub mod calendar;
pub mod deliveries;
pub mod fec;
pub mod invoice;
pub mod journal;
pub mod pain001;
pub mod statement;
pub mod table;
