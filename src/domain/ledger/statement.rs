//! The statement bundle: a courier's lines with the proof that they are what the co-op has signed
//! for. Verified with nothing but the co-op's public key. The format: docs/ledger-format.md.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Detail;
use super::audit::{LineFault, Tariffs, reckon};
use super::chain::{Hash, Head};
use super::checkpoint::{Leaf, NotaryKey, Signed};
use super::line::Line;
use super::merkle;
use crate::domain::ids::EntryId;
use crate::domain::pay::Tariff;

pub const FORMAT: &str = "paceline-statement-1";

/// Most lines of one bundle.
pub const LINES_MAX: usize = 20_000;

/// A line in a bundle: what a [`Line`] says that the bundle does not say once for all, and its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatementLine {
    pub seq: i64,
    pub entry: EntryId,
    pub key: String,
    pub kind: String,
    pub occurred_us: i64,
    pub recorded_us: i64,
    pub reverses: Option<EntryId>,
    pub amount: i64,
    pub previous: i64,
    pub balance: i64,
    pub detail: String,
    pub hash: Hash,
}

/// Where the account's leaf is in the checkpoint's tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LedgerProof")]
pub struct Proof {
    pub index: u64,
    pub seq: i64,
    pub head: Hash,
    pub path: Vec<Hash>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    pub format: String,
    pub account: String,
    pub currency: String,
    /// Where the account stood before the first line.
    pub before: Head,
    pub lines: Vec<StatementLine>,
    pub checkpoint: Option<Signed>,
    pub proof: Option<Proof>,
    /// The texts of the tariffs that the lines name.
    pub tariffs: Vec<String>,
}

/// What a statement that holds amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub account: String,
    pub currency: String,
    pub lines: usize,
    pub head: Head,
    /// The checkpoint that covers the lines up to and with `signed_seq`; `None` before the first.
    pub checkpoint: Option<Signed>,
    pub signed_seq: i64,
}

/// Why a statement does not hold: the first thing, lines before signatures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementFault {
    #[error("this is no statement: {0}")]
    Unreadable(String),
    #[error("this is no statement of the form {FORMAT}")]
    Format,
    #[error("more than {LINES_MAX} lines")]
    TooLong,
    #[error("tariff {index}: {fault}")]
    Tariff { index: usize, fault: String },
    #[error("line {seq}: {fault}")]
    Line { seq: i64, fault: LineFault },
    #[error("the balance and the hash before the first line: no line follows on {0}")]
    Before(i64),
    #[error(
        "line {seq} had the hash {kept} when you kept it, and is {found} now: the past has been rewritten"
    )]
    Rewritten { seq: i64, kept: Hash, found: Hash },
    #[error("line {seq}, whose hash you kept, is not in this statement, which ends at line {last}")]
    Rewound { seq: i64, last: i64 },
    #[error("a checkpoint comes with its proof, and a proof with its checkpoint")]
    HalfProof,
    #[error("the checkpoint is signed by the key {0}, not by the one that you trust")]
    Key(NotaryKey),
    #[error("checkpoint {0}: the signature does not hold")]
    Signature(i64),
    #[error(
        "checkpoint {0} does not have this account at line {1} with the head given: the path does not lead to its root"
    )]
    Path(i64, i64),
    #[error("line {seq}: the co-op has signed for another hash of it, {signed}")]
    Signed { seq: i64, signed: Hash },
    #[error("the checkpoint covers line {seq}, which is not in this statement")]
    Uncovered { seq: i64 },
}

impl Statement {
    /// Reads a bundle. Strict: what is unknown, missing or written in another form is an error.
    pub fn parse(text: &str) -> Result<Self, StatementFault> {
        let statement: Self = serde_json::from_str(text)
            .map_err(|error| StatementFault::Unreadable(error.to_string()))?;
        if statement.format != FORMAT {
            return Err(StatementFault::Format);
        }
        if statement.lines.len() > LINES_MAX {
            return Err(StatementFault::TooLong);
        }
        Ok(statement)
    }

    /// Checks everything that can be checked offline. `kept` is a head from an earlier statement.
    ///
    /// # Errors
    /// The first thing that does not hold, in the order of the lines.
    pub fn verify(
        &self,
        key: &NotaryKey,
        kept: Option<(i64, Hash)>,
    ) -> Result<Verdict, StatementFault> {
        let tariffs = self.tariffs()?;
        let head = self.follow_lines(&tariffs, kept)?;
        if let Some((seq, _)) = kept
            && seq > head.seq
        {
            return Err(StatementFault::Rewound { seq, last: head.seq });
        }
        let signed_seq = match (&self.checkpoint, &self.proof) {
            (None, None) => 0,
            (Some(checkpoint), Some(proof)) => self.covered(key, checkpoint, proof)?,
            _ => return Err(StatementFault::HalfProof),
        };
        Ok(Verdict {
            account: self.account.clone(),
            currency: self.currency.clone(),
            lines: self.lines.len(),
            head,
            checkpoint: self.checkpoint.clone(),
            signed_seq,
        })
    }

    /// Each tariff is named by a line: one that is not could say anything.
    fn tariffs(&self) -> Result<Tariffs, StatementFault> {
        let named: BTreeSet<Hash> = self
            .lines
            .iter()
            .filter_map(|line| serde_json::from_str::<Detail>(&line.detail).ok())
            .filter_map(|detail| detail.tariff().map(|tariff| tariff.text))
            .collect();
        let mut tariffs = Tariffs::default();
        for (index, text) in self.tariffs.iter().enumerate() {
            let fault = |fault: String| StatementFault::Tariff { index, fault };
            let hash = Hash::of(text.as_bytes());
            if !named.contains(&hash) {
                return Err(fault(format!("no line names a tariff with the hash {hash}")));
            }
            tariffs.add(Tariff::parse(text).map_err(|error| fault(error.to_string()))?);
        }
        Ok(tariffs)
    }

    fn follow_lines(
        &self,
        tariffs: &Tariffs,
        kept: Option<(i64, Hash)>,
    ) -> Result<Head, StatementFault> {
        let mut head = self.before;
        if head.seq == 0 && head != Head::START {
            return Err(StatementFault::Before(0));
        }
        let pinned = |head: Head| match kept {
            Some((seq, kept)) if seq == head.seq && kept != head.hash => {
                Err(StatementFault::Rewritten { seq, kept, found: head.hash })
            }
            _ => Ok(()),
        };
        pinned(head)?;
        for line in &self.lines {
            let seq = line.seq;
            let fault = |fault: LineFault| StatementFault::Line { seq, fault };
            let full = self.full(line);
            head = head.follow(&full, line.hash).map_err(|misfit| fault(misfit.into()))?;
            reckon(&full, tariffs).map_err(fault)?;
            pinned(head)?;
        }
        Ok(head)
    }

    fn full(&self, line: &StatementLine) -> Line {
        let line = line.clone();
        Line {
            account: self.account.clone(),
            seq: line.seq,
            entry: line.entry,
            key: line.key,
            kind: line.kind,
            occurred_us: line.occurred_us,
            recorded_us: line.recorded_us,
            reverses: line.reverses,
            currency: self.currency.clone(),
            amount: line.amount,
            previous: line.previous,
            balance: line.balance,
            detail: line.detail,
        }
    }

    /// The number of the last line that the checkpoint vouches for.
    fn covered(
        &self,
        key: &NotaryKey,
        checkpoint: &Signed,
        proof: &Proof,
    ) -> Result<i64, StatementFault> {
        if checkpoint.key != *key {
            return Err(StatementFault::Key(checkpoint.key));
        }
        if !checkpoint.holds() {
            return Err(StatementFault::Signature(checkpoint.number));
        }
        let leaf = Leaf { account: self.account.clone(), seq: proof.seq, head: proof.head };
        let size = u64::try_from(checkpoint.size).unwrap_or(0);
        let root = merkle::root_from(leaf.hash(), proof.index, size, &proof.path);
        if root != Some(checkpoint.root) {
            return Err(StatementFault::Path(checkpoint.number, proof.seq));
        }
        let before = std::iter::once((self.before.seq, self.before.hash));
        let mut hashes = before.chain(self.lines.iter().map(|line| (line.seq, line.hash)));
        match hashes.find(|(seq, _)| *seq == proof.seq) {
            None => Err(StatementFault::Uncovered { seq: proof.seq }),
            Some((seq, hash)) if hash != proof.head => {
                Err(StatementFault::Signed { seq, signed: proof.head })
            }
            Some((seq, _)) => Ok(seq),
        }
    }
}

impl From<(Line, Hash)> for StatementLine {
    fn from((line, hash): (Line, Hash)) -> Self {
        Self {
            seq: line.seq,
            entry: line.entry,
            key: line.key,
            kind: line.kind,
            occurred_us: line.occurred_us,
            recorded_us: line.recorded_us,
            reverses: line.reverses,
            amount: line.amount,
            previous: line.previous,
            balance: line.balance,
            detail: line.detail,
            hash,
        }
    }
}

#[cfg(test)]
#[path = "statement_tests.rs"]
mod tests;
