use super::*;
use crate::domain::geo::Metres;
use crate::domain::ids::{DeliveryId, ShiftId, uuid_v7};
use crate::domain::ledger::Round;
use crate::domain::ledger::chain::{Misfit, link};
use crate::domain::ledger::checkpoint::{Checkpoint, Notary, tree};
use crate::domain::pay::{GuaranteeInputs, PieceInputs};
use crate::domain::time::{Seconds, Timestamp};

const ACCOUNT: &str = "courier:01920000-0000-7000-8000-0000000000a1:pay";

fn tariff() -> Tariff {
    Tariff::parse(include_str!("../../../config/policy/tariff-hourly.toml")).unwrap()
}

fn notary() -> Notary {
    Notary::new(&[7; 32])
}

fn id<T>(make: fn(uuid::Uuid) -> T, number: u8) -> T {
    make(uuid_v7(Timestamp::from_seconds(1_772_452_800), [number; 10]))
}

/// A courier's lines: pieces of one to five kilometres, and a guarantee.
fn lines(count: usize) -> Vec<(Line, Hash)> {
    let tariff = tariff();
    let mut head = Head::START;
    let mut lines = Vec::new();
    for number in 0..count {
        let seed = u8::try_from(number % 251).unwrap();
        let at = Timestamp::from_seconds(1_772_452_800 + number as i64 * 600);
        let shift_id = id(ShiftId::from_uuid, 1);
        let inputs = PieceInputs::ahead(1, 1, Metres(1000 + i64::from(seed)), Metres(0));
        let (detail, amount) = if number + 1 < count {
            let delivery_id = DeliveryId::from_uuid(uuid_v7(at, [seed; 10]));
            let amount = tariff.piece(&inputs).amount;
            let shift_id = Some(shift_id);
            (
                Detail::Piece {
                    delivery_id,
                    round: Round::FIRST,
                    shift_id,
                    tariff: (&tariff).into(),
                    inputs,
                },
                amount,
            )
        } else {
            let inputs = GuaranteeInputs { paid_seconds: Seconds(36_000), pieces: 4_000 };
            let amount = tariff.top_up(&inputs).amount;
            (
                Detail::Guarantee {
                    shift_id,
                    tariff: (&tariff).into(),
                    inputs,
                    correction_id: None,
                },
                amount,
            )
        };
        let line = Line {
            account: ACCOUNT.to_owned(),
            seq: head.seq + 1,
            entry: EntryId::from_uuid(uuid_v7(at, [seed; 10])),
            key: detail.key(),
            kind: detail.kind().to_owned(),
            occurred_us: at.millis() * 1000,
            recorded_us: at.millis() * 1000 + 250,
            reverses: None,
            currency: "EUR".to_owned(),
            amount,
            previous: head.balance,
            balance: head.balance + amount,
            detail: serde_json::to_string(&detail).unwrap(),
        };
        let hash = link(ACCOUNT, line.seq, head.hash, &line.canonical());
        head = head.follow(&line, hash).unwrap();
        lines.push((line, hash));
    }
    lines
}

/// The statement over lines, of which the first `signed` are under the checkpoint's signature.
fn statement(lines: Vec<(Line, Hash)>, signed: usize) -> Statement {
    let (last, head) = &lines[signed - 1];
    let leaf = |account: &str, seq, head| Leaf { account: account.to_owned(), seq, head };
    let mut leaves = [
        leaf("coop:operations", 9, Hash::of(b"o")),
        leaf(ACCOUNT, last.seq, *head),
        leaf("merchant:x:receivable", 3, Hash::of(b"m")),
    ];
    let hashes = tree(&mut leaves);
    let index = leaves.iter().position(|leaf| leaf.account == ACCOUNT).unwrap();
    let checkpoint = notary().sign(Checkpoint {
        number: 4,
        issued_us: 1_772_539_200_000_000,
        size: 3,
        root: merkle::root(&hashes),
        previous_root: Hash::of(b"before"),
    });
    let path = merkle::path(&hashes, index);
    Statement {
        format: FORMAT.to_owned(),
        account: ACCOUNT.to_owned(),
        currency: "EUR".to_owned(),
        before: Head::START,
        proof: Some(Proof { index: index as u64, seq: last.seq, head: *head, path }),
        lines: lines.into_iter().map(StatementLine::from).collect(),
        checkpoint: Some(checkpoint),
        tariffs: vec![tariff().text().to_owned()],
    }
}

fn verify(statement: &Statement) -> Result<Verdict, StatementFault> {
    statement.verify(&notary().key(), None)
}

#[test]
fn a_statement_as_it_was_made_holds() {
    let statement = statement(lines(5), 4);
    let verdict = verify(&statement).unwrap();
    assert_eq!((verdict.lines, verdict.signed_seq, verdict.head.seq), (5, 4, 5));
    let text = serde_json::to_string(&statement).unwrap();
    assert_eq!(Statement::parse(&text).unwrap(), statement);
}

#[test]
fn a_statement_may_begin_in_the_middle() {
    let mut statement = statement(lines(5), 5);
    let gone: Vec<StatementLine> = statement.lines.drain(..2).collect();
    statement.before = Head { seq: 2, balance: gone[1].balance, hash: gone[1].hash };
    assert!(verify(&statement).is_ok());
    statement.before.balance += 1;
    let fault = verify(&statement).unwrap_err();
    assert!(matches!(fault, StatementFault::Line { seq: 3, .. }), "{fault}");
}

/// Whatever byte of the file is changed, and into whatever, it does not pass.
#[test]
fn no_byte_of_a_statement_can_be_changed() {
    let text = serde_json::to_string(&statement(lines(3), 3)).unwrap().into_bytes();
    for at in 0..text.len() {
        for flip in [1, 2, 4, 8, 16, 32, 64, 128] {
            let mut changed = text.clone();
            changed[at] ^= flip;
            let passed = std::str::from_utf8(&changed)
                .ok()
                .and_then(|text| Statement::parse(text).ok())
                .is_some_and(|statement| verify(&statement).is_ok());
            let near =
                String::from_utf8_lossy(&text[at.saturating_sub(20)..text.len().min(at + 20)]);
            assert!(!passed, "byte {at} with {flip} flipped passes, near {near}");
        }
    }
}

#[test]
fn the_line_that_was_changed_is_named() {
    let whole = statement(lines(6), 6);
    for (at, line) in whole.lines.iter().enumerate() {
        let changes: [fn(&mut StatementLine); 9] = [
            |line| line.seq += 1,
            |line| line.key += "x",
            |line| line.kind = "tip".to_owned(),
            |line| line.occurred_us += 1,
            |line| line.recorded_us -= 1,
            |line| line.reverses = Some(line.entry),
            |line| (line.amount, line.balance) = (line.amount + 1, line.balance + 1),
            |line| line.detail = line.detail.replace('1', "2"),
            |line| line.hash = Hash::NONE,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut statement = whole.clone();
            change(&mut statement.lines[at]);
            let expected = statement.lines[at].seq;
            let fault = match verify(&statement).unwrap_err() {
                // A changed detail may name no tariff any more: then the tariff is idle.
                StatementFault::Tariff { .. } if number == 7 => continue,
                fault => fault,
            };
            assert!(
                matches!(fault, StatementFault::Line { seq, .. } if seq == expected),
                "line {} with change {number}: {fault}",
                line.seq
            );
        }
    }
}

#[test]
fn a_line_that_was_left_out_or_put_in_is_named() {
    let mut without = statement(lines(5), 5);
    without.lines.remove(2);
    let fault = verify(&without).unwrap_err();
    let expected = LineFault::Misfit(Misfit::Seq { expected: 3, found: 4 });
    assert_eq!(fault, StatementFault::Line { seq: 4, fault: expected });
    let mut cut = statement(lines(5), 5);
    cut.lines.pop();
    assert_eq!(verify(&cut), Err(StatementFault::Uncovered { seq: 5 }));
}

/// An operator who has every hash computed again is caught by what was signed, and by what was kept.
#[test]
fn a_past_that_was_rewritten_as_a_whole_is_seen() {
    let honest = statement(lines(4), 4);
    let kept = (honest.lines[1].seq, honest.lines[1].hash);
    let mut head = Head::START;
    let mut rewritten = lines(4);
    for (line, hash) in &mut rewritten {
        line.recorded_us += 1;
        *hash = link(ACCOUNT, line.seq, head.hash, &line.canonical());
        head = head.follow(line, *hash).unwrap();
    }
    let mut forged = statement(rewritten, 4);
    let key = notary().key();
    // Under the old signature.
    let lines = std::mem::take(&mut forged.lines);
    let old = Statement { lines: lines.clone(), ..honest.clone() };
    let fault = old.verify(&key, None).unwrap_err();
    assert!(matches!(fault, StatementFault::Signed { seq: 4, .. }), "{fault}");
    // Even with a new one, by the co-op's own key.
    let forged = Statement { lines, ..forged };
    assert!(forged.verify(&key, None).is_ok(), "nobody who has kept nothing can tell");
    let fault = forged.verify(&key, Some(kept)).unwrap_err();
    assert!(matches!(fault, StatementFault::Rewritten { seq: 2, .. }), "{fault}");
    assert_eq!(
        honest.verify(&key, Some((9, Hash::NONE))),
        Err(StatementFault::Rewound { seq: 9, last: 4 })
    );
    let other = Notary::new(&[8; 32]).key();
    assert_eq!(honest.verify(&other, None), Err(StatementFault::Key(key)));
}

#[test]
fn a_line_that_was_reckoned_wrongly_is_named_though_its_hashes_are_right() {
    let mut lines = lines(3);
    let mut head = Head::START;
    for (line, hash) in &mut lines {
        if line.seq == 2 {
            line.amount -= 10;
        }
        line.previous = head.balance;
        line.balance = head.balance + line.amount;
        *hash = link(ACCOUNT, line.seq, head.hash, &line.canonical());
        head = head.follow(line, *hash).unwrap();
    }
    let fault = verify(&statement(lines, 3)).unwrap_err();
    assert!(
        matches!(fault, StatementFault::Line { seq: 2, fault: LineFault::Reckoned { .. } }),
        "{fault}"
    );
}
