//! The books as a whole: the key that signs them, checkpoints, statements.

use super::CommandError;
use crate::clock;
use crate::coop::Coop;
use crate::db::Conn;
use crate::db::ledger::audit;
use crate::db::ledger::checkpoints::{self, KeyRow};
use crate::domain::ledger::Account;
use crate::domain::ledger::Detail;
use crate::domain::ledger::chain::{Hash, Head};
use crate::domain::ledger::checkpoint::{Checkpoint, Notary, Signed, tree};
use crate::domain::ledger::line::Line;
use crate::domain::ledger::merkle;
use crate::domain::ledger::statement::{FORMAT, LINES_MAX, Proof, Statement, StatementLine};
use crate::domain::time::Timestamp;
use crate::secrets::Seal;

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> CommandError {
    CommandError::Internal(Box::new(error))
}

/// Opens the newest key that signs checkpoints. Where none opens (there is none yet, or the
/// installation's secret was lost), a new one is made: what was signed before stays signed by the
/// old one, and everybody sees the change.
pub async fn notary(conn: &mut Conn, seal: &Seal) -> Result<Notary, CommandError> {
    let keys = checkpoints::keys(conn).await?;
    let opened = keys.iter().find_map(|key| seal.open(&key.sealed_key).ok());
    if let Some(secret) = opened {
        let secret = secret.as_slice().try_into().map_err(internal)?;
        return Ok(Notary::new(secret));
    }
    let secret: [u8; 32] = clock::chance();
    let notary = Notary::new(&secret);
    let row = KeyRow {
        public_key: notary.key().bytes().to_vec(),
        sealed_key: seal.close(&secret).map_err(internal)?,
        created_at: clock::real_now(),
    };
    checkpoints::insert_key(conn, &row).await?;
    tracing::warn!(key = %notary.key(), "a new key signs the books: tell the members");
    Ok(notary)
}

/// Keeps the text of the tariff in force, so that every line by it can be reckoned again.
///
/// # Errors
/// [`CommandError::Exists`] when another text has the same name and version.
pub async fn keep_tariff(coop: &Coop) -> Result<(), CommandError> {
    let at = coop.clock.now();
    let kept = checkpoints::keep_tariff(&mut *coop.conn().await?, &coop.rules.tariff, at).await;
    kept.map_err(|error| match error {
        diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::UniqueViolation,
            _,
        ) => CommandError::Exists(
            "the tariff's text has changed and its version has not; give it a version of its own",
        ),
        error => error.into(),
    })
}

/// Signs for the heads of all accounts. `None` when nothing has moved since the last time.
pub async fn sign_checkpoint(coop: &Coop, notary: &Notary) -> Result<Option<Signed>, CommandError> {
    let now = coop.clock.now();
    coop.transact(async |tx| {
        checkpoints::lock(tx).await?;
        let last = checkpoints::newest(tx, None, 1).await?.pop();
        let number = last.as_ref().map_or(1, |last| last.number + 1);
        if checkpoints::keep_moved_heads(tx, number).await? == 0 {
            return Ok(None);
        }
        let mut leaves = checkpoints::leaves(tx, number).await?;
        let hashes = tree(&mut leaves);
        let signed = notary.sign(Checkpoint {
            number,
            issued_us: now.millis() * 1000,
            size: i64::try_from(hashes.len()).map_err(internal)?,
            root: merkle::root(&hashes),
            previous_root: last.map_or(Hash::NONE, |last| last.root),
        });
        checkpoints::insert(tx, &signed, now).await?;
        Ok(Some(signed))
    })
    .await
}

/// An account's statement from the first line that happened at `from` or later, with its proof.
///
/// # Errors
/// [`CommandError::TooLong`] when it has more lines than a bundle may have.
pub async fn statement(
    coop: &Coop,
    account: Account,
    from: Option<Timestamp>,
) -> Result<Statement, CommandError> {
    let mut conn = coop.conn().await?;
    let code = account.code();
    let empty = Statement {
        format: FORMAT.to_owned(),
        account: code.clone(),
        currency: coop.rules.tariff.currency.code().to_owned(),
        before: Head::START,
        lines: Vec::new(),
        checkpoint: None,
        proof: None,
        tariffs: Vec::new(),
    };
    let Some(row) = audit::find_account(&mut conn, &code).await? else { return Ok(empty) };
    // The proof first: a line that is booked meanwhile is then only not yet signed for.
    let (checkpoint, proof) = proof(&mut conn, &code).await?;
    let signed_seq = proof.as_ref().map_or(0, |proof| proof.seq);
    let after = audit::seq_before(&mut conn, row.id, from).await?.min(signed_seq.max(1) - 1);
    let before = match after {
        0 => Head::START,
        seq => audit::head_at(&mut conn, row.id, seq).await?,
    };
    let limit = i64::try_from(LINES_MAX).map_err(internal)? + 1;
    let stored = audit::canonical_lines(&mut conn, row.id, after, limit).await?;
    if stored.len() > LINES_MAX {
        return Err(CommandError::TooLong);
    }
    let mut lines = Vec::with_capacity(stored.len());
    for (canonical, hash) in stored {
        let line = Line::parse(&canonical).map_err(internal)?;
        let hash: [u8; 32] = hash.as_slice().try_into().map_err(internal)?;
        lines.push(StatementLine::from((line, Hash(hash))));
    }
    let tariffs = named_tariffs(&mut conn, &lines).await?;
    let currency = row.currency;
    Ok(Statement { currency, before, lines, checkpoint, proof, tariffs, ..empty })
}

/// The newest checkpoint, if it covers the account, and the account's place in it.
async fn proof(
    conn: &mut Conn,
    code: &str,
) -> Result<(Option<Signed>, Option<Proof>), CommandError> {
    let Some(checkpoint) = checkpoints::newest(conn, None, 1).await?.pop() else {
        return Ok((None, None));
    };
    let mut leaves = checkpoints::leaves(conn, checkpoint.number).await?;
    let hashes = tree(&mut leaves);
    let Some(index) = leaves.iter().position(|leaf| leaf.account == code) else {
        return Ok((None, None));
    };
    let proof = Proof {
        index: u64::try_from(index).map_err(internal)?,
        seq: leaves[index].seq,
        head: leaves[index].head,
        path: merkle::path(&hashes, index),
    };
    Ok((Some(checkpoint), Some(proof)))
}

/// The texts of the tariffs that lines name, each once, in the order in which they are named.
async fn named_tariffs(
    conn: &mut Conn,
    lines: &[StatementLine],
) -> Result<Vec<String>, CommandError> {
    let known = checkpoints::tariffs(conn).await?;
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        let Ok(detail) = serde_json::from_str::<Detail>(&line.detail) else { continue };
        let Some(tariff) = detail.tariff().and_then(|named| known.get(named)) else { continue };
        if !texts.iter().any(|text| text == tariff.text()) {
            texts.push(tariff.text().to_owned());
        }
    }
    Ok(texts)
}
