//! A line as it is hashed: canonical bytes, written once and kept. The format is specified in
//! docs/ledger-format.md; `ledger_canonical` in the migrations is the other place that writes it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::EntryId;

/// What the bytes of a line begin with.
pub const LINE_TAG: &str = "paceline-line-1";

/// An entry seen from one account, exactly as it was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// The account's code.
    pub account: String,
    /// From 1, without a gap.
    pub seq: i64,
    pub entry: EntryId,
    /// The business key.
    pub key: String,
    pub kind: String,
    /// When it happened, in microseconds since 1970-01-01T00:00:00Z.
    pub occurred_us: i64,
    /// When it was recorded.
    pub recorded_us: i64,
    /// The entry that this one takes back.
    pub reverses: Option<EntryId>,
    pub currency: String,
    /// What the account's owner gains, in minor units.
    pub amount: i64,
    /// The balance before.
    pub previous: i64,
    /// The balance after.
    pub balance: i64,
    /// Tariff, version and inputs as JSON text, to the letter as it was booked.
    pub detail: String,
}

/// The bytes are not those of a line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a line: {0}")]
pub struct NotALine(pub &'static str);

/// Appends a field: its length as 32 bits, the highest first, and its bytes.
pub(super) fn field(to: &mut Vec<u8>, bytes: &[u8]) {
    // No field of a line comes near 4 GiB: Postgres ends at 1.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    to.extend_from_slice(&length.to_be_bytes());
    to.extend_from_slice(bytes);
}

pub(super) fn number(to: &mut Vec<u8>, number: i64) {
    field(to, &number.to_be_bytes());
}

impl Line {
    /// The canonical bytes. Two lines have the same bytes only if they are the same.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256 + self.detail.len());
        field(&mut bytes, LINE_TAG.as_bytes());
        field(&mut bytes, self.account.as_bytes());
        number(&mut bytes, self.seq);
        field(&mut bytes, self.entry.uuid().as_bytes());
        field(&mut bytes, self.key.as_bytes());
        field(&mut bytes, self.kind.as_bytes());
        number(&mut bytes, self.occurred_us);
        number(&mut bytes, self.recorded_us);
        match self.reverses {
            Some(entry) => field(&mut bytes, entry.uuid().as_bytes()),
            None => field(&mut bytes, &[]),
        }
        field(&mut bytes, self.currency.as_bytes());
        number(&mut bytes, self.amount);
        number(&mut bytes, self.previous);
        number(&mut bytes, self.balance);
        field(&mut bytes, self.detail.as_bytes());
        bytes
    }

    /// Reads canonical bytes back. Nothing may be missing, and nothing may follow.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotALine> {
        let mut fields = Fields(bytes);
        if fields.text()? != LINE_TAG {
            return Err(NotALine("it does not begin as a line of version 1 does"));
        }
        let line = Self {
            account: fields.text()?,
            seq: fields.number()?,
            entry: fields.entry()?.ok_or(NotALine("no entry is named"))?,
            key: fields.text()?,
            kind: fields.text()?,
            occurred_us: fields.number()?,
            recorded_us: fields.number()?,
            reverses: fields.entry()?,
            currency: fields.text()?,
            amount: fields.number()?,
            previous: fields.number()?,
            balance: fields.number()?,
            detail: fields.text()?,
        };
        if fields.0.is_empty() { Ok(line) } else { Err(NotALine("something follows its end")) }
    }
}

/// What is left to read.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Result<&'a [u8], NotALine> {
        const SHORT: NotALine = NotALine("it ends too early");
        let (length, rest) = self.0.split_first_chunk::<4>().ok_or(SHORT)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| SHORT)?;
        let (bytes, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<String, NotALine> {
        let text =
            std::str::from_utf8(self.next()?).map_err(|_| NotALine("a text is not UTF-8"))?;
        Ok(text.to_owned())
    }

    fn number(&mut self) -> Result<i64, NotALine> {
        let bytes = self.next()?.try_into().map_err(|_| NotALine("a number has not 8 bytes"))?;
        Ok(i64::from_be_bytes(bytes))
    }

    fn entry(&mut self) -> Result<Option<EntryId>, NotALine> {
        match self.next()? {
            [] => Ok(None),
            bytes => uuid::Uuid::from_slice(bytes)
                .map(|id| Some(EntryId::from_uuid(id)))
                .map_err(|_| NotALine("an id has not 16 bytes")),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// The line of the test vector in docs/ledger-format.md.
    pub(crate) fn example() -> Line {
        Line {
            account: "courier:01920000-0000-7000-8000-0000000000a1:pay".to_owned(),
            seq: 1,
            entry: EntryId::from_uuid(Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_00e1)),
            key: "delivery:01920000-0000-7000-8000-0000000000d1:pay".to_owned(),
            kind: "piece".to_owned(),
            occurred_us: 1_772_452_800_000_000,
            recorded_us: 1_772_452_800_250_000,
            reverses: None,
            currency: "EUR".to_owned(),
            amount: 428,
            previous: 0,
            balance: 428,
            detail: r#"{"kind":"piece","tariff":{"name":"hourly","version":"2023-1"}}"#.to_owned(),
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_specification() {
        let bytes = example().canonical();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let document = include_str!("../../../docs/ledger-format.md");
        let in_document: String = document
            .split("```canonical\n")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!(hex, in_document);
    }

    proptest! {
        #[test]
        fn a_line_reads_back_and_no_byte_of_it_is_idle(
            seq: i64, amount: i64, key in ".{0,40}", detail in ".{0,80}", at in 0usize..10_000, flip in 1u8..,
        ) {
            let line = Line { seq, amount, key, detail, ..example() };
            let mut bytes = line.canonical();
            prop_assert_eq!(Line::parse(&bytes), Ok(line.clone()));
            let at = at % bytes.len();
            bytes[at] ^= flip;
            prop_assert_ne!(Line::parse(&bytes), Ok(line));
            bytes.truncate(at);
            prop_assert!(Line::parse(&bytes).is_err());
        }
    }
}
