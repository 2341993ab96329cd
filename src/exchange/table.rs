//! A table of texts, read from CSV or XLSX and written as either.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

/// Most rows of a table, besides its header.
pub const ROWS_MAX: usize = 20_000;
/// Most columns of a table.
const COLUMNS_MAX: usize = 60;
/// Most characters of a cell.
const CELL_MAX: usize = 4_000;

/// How a table is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

/// A header and its rows; every row has as many cells as the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the table has no header")]
    Empty,
    #[error(
        "a table has at most {ROWS_MAX} rows, {COLUMNS_MAX} columns and {CELL_MAX} characters in a cell"
    )]
    TooLarge,
    #[error("not a CSV file: {0}")]
    Csv(#[from] csv::Error),
    #[error("not an XLSX workbook: {0}")]
    Xlsx(#[from] calamine::XlsxError),
    #[error("cannot write the workbook: {0}")]
    Write(#[from] rust_xlsxwriter::XlsxError),
}

impl Format {
    /// By its first bytes: a workbook is a ZIP archive.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.starts_with(b"PK\x03\x04") { Self::Xlsx } else { Self::Csv }
    }

    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

impl Table {
    /// Reads a table: CSV with commas, semicolons or tabs, in UTF-8 or Windows-1252, or the first
    /// sheet of a workbook. Rows without any text are left out of the rows, but counted as lines.
    ///
    /// # Errors
    /// [`TableError`]: what it is not, or how it is too large.
    pub fn read(bytes: &[u8]) -> Result<Self, TableError> {
        let mut rows = match Format::of(bytes) {
            Format::Csv => read_csv(bytes)?,
            Format::Xlsx => read_xlsx(bytes)?,
        };
        if rows.is_empty() {
            return Err(TableError::Empty);
        }
        let columns: Vec<String> =
            rows.remove(0).iter().map(|name| name.trim().to_lowercase()).collect();
        let long = rows.iter().flatten().any(|cell| cell.chars().count() > CELL_MAX);
        if rows.len() > ROWS_MAX || columns.len() > COLUMNS_MAX || long {
            return Err(TableError::TooLarge);
        }
        for row in &mut rows {
            row.resize(columns.len(), String::new());
        }
        Ok(Self { columns, rows })
    }

    /// # Errors
    /// If the workbook cannot be written.
    pub fn write(&self, format: Format) -> Result<Vec<u8>, TableError> {
        match format {
            Format::Csv => self.write_csv(),
            Format::Xlsx => self.write_xlsx(),
        }
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.columns).chain(&self.rows)
    }

    /// What a spreadsheet would take for a formula gets an apostrophe (CSV injection).
    fn write_csv(&self) -> Result<Vec<u8>, TableError> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in self.lines() {
            writer.write_record(row.iter().map(|cell| {
                if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
                    format!("'{cell}")
                } else {
                    cell.clone()
                }
            }))?;
        }
        writer.into_inner().map_err(|error| TableError::Csv(error.into_error().into()))
    }

    fn write_xlsx(&self) -> Result<Vec<u8>, TableError> {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, cells) in (0_u32..).zip(self.lines()) {
            for (column, cell) in (0_u16..).zip(cells) {
                sheet.write_string(row, column, cell)?;
            }
        }
        Ok(book.save_to_buffer()?)
    }
}

/// Valid UTF-8 as it is, anything else as what spreadsheets save on Windows.
fn decode(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

fn read_csv(bytes: &[u8]) -> Result<Vec<Vec<String>>, TableError> {
    let text = decode(bytes);
    let header = text.lines().next().unwrap_or("");
    let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
    let delimiter = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        if rows.len() > ROWS_MAX {
            return Err(TableError::TooLarge);
        }
        rows.push(record?.iter().map(|cell| cell.trim().to_owned()).collect());
    }
    Ok(rows)
}

fn read_xlsx(bytes: &[u8]) -> Result<Vec<Vec<String>>, TableError> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let Some(range) = book.worksheet_range_at(0) else { return Err(TableError::Empty) };
    let range = range?;
    if range.height() > ROWS_MAX + 1 || range.width() > COLUMNS_MAX {
        return Err(TableError::TooLarge);
    }
    let text = |cell: &Data| match cell {
        Data::Empty => String::new(),
        other => other.to_string().trim().to_owned(),
    };
    Ok(range.rows().map(|row| row.iter().map(text).collect()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table {
            columns: vec!["reference".to_owned(), "dropoff.comments".to_owned()],
            rows: vec![
                vec!["A-1".to_owned(), "Été, \"2e\"; étage".to_owned()],
                vec!["A-2".to_owned(), String::new()],
            ],
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for format in [Format::Csv, Format::Xlsx] {
            let bytes = table().write(format).unwrap();
            assert_eq!(Format::of(&bytes), format);
            assert_eq!(Table::read(&bytes).unwrap(), table(), "{format:?}");
        }
    }

    #[test]
    fn spreadsheets_of_any_country_are_read() {
        let semicolons = "Reference;Dropoff.Comments\nA-1;a, b\n";
        let read = Table::read(semicolons.as_bytes()).unwrap();
        assert_eq!(read.columns, table().columns);
        assert_eq!(read.rows, [["A-1", "a, b"]]);
        let bom = "\u{feff}reference,dropoff.comments\nA-1\n";
        assert_eq!(Table::read(bom.as_bytes()).unwrap().rows, [["A-1", ""]]);
        let windows = b"reference\n\xc9t\xe9\n";
        assert_eq!(Table::read(windows).unwrap().rows, [["\u{c9}t\u{e9}"]]);
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        let evil = Table { columns: vec!["a".to_owned()], rows: vec![vec!["=1+1".to_owned()]] };
        let bytes = evil.write(Format::Csv).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), "a\n'=1+1\n");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        assert!(matches!(Table::read(b""), Err(TableError::Empty)));
        assert!(matches!(Table::read(b"PK\x03\x04nonsense"), Err(TableError::Xlsx(_))));
        let many = "a\n".repeat(ROWS_MAX + 2);
        assert!(matches!(Table::read(many.as_bytes()), Err(TableError::TooLarge)));
        let wide = format!("a\n{}\n", "x".repeat(CELL_MAX + 1));
        assert!(matches!(Table::read(wide.as_bytes()), Err(TableError::TooLarge)));
    }
}
