//! Postings a second with everything that makes them trustworthy, beside the same rows written by
//! plain inserts, turn by turn on one server; how that grows with the book; and how long a long
//! statement takes to verify. Writes what it finds into `docs/performance.md`.
//!
//! `./dev bench ledger`, or `./dev bench ledger grow` to go on to a million lines.

#[path = "../tests/support/mod.rs"]
mod database;
mod page;

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use database::Database;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use paceline::clock;
use paceline::db::{API_ROLE, ledger};
use paceline::domain::geo::Metres;
use paceline::domain::ids::{CourierId, DeliveryId, EntryId, MerchantId};
use paceline::domain::ledger::chain::{Hash, Head, link};
use paceline::domain::ledger::checkpoint::Notary;
use paceline::domain::ledger::line::Line;
use paceline::domain::ledger::statement::{FORMAT, Statement, StatementLine};
use paceline::domain::ledger::{Account, Detail, Entry, Round};
use paceline::domain::money::{Currency, Money};
use paceline::domain::pay::{PieceInputs, Tariff};
use paceline::domain::time::Timestamp;
use uuid::Uuid;

const WORKERS: usize = 20;
/// Entries of one turn.
const ENTRIES: u64 = 6_000;
/// Turns of each way, of which the median counts.
const TURNS: usize = 5;
/// Entries of the turn that is measured when a mark is reached.
const GROWN: u64 = 2_000;
/// How much of the speed of plain inserts is left over 50 accounts, in percent, at least.
const SHARE_MIN: u64 = 60;
/// Lines of the long statement, and how long it may take.
const LINES: i64 = 10_000;
const VERIFY_MS_MAX: u128 = 100;

const NOON: Timestamp = Timestamp::from_seconds(1_772_452_800);

diesel::table! {
    plain_entries (id) { id -> Uuid, key -> Text, kind -> Text, occurred_at -> Timestamptz,
        recorded_at -> Timestamptz, reverses -> Nullable<Uuid>, detail -> Jsonb, }
}
diesel::table! {
    plain_postings (account_id, seq) { entry_id -> Uuid, account_id -> Uuid, currency -> Text,
        seq -> BigInt, amount -> BigInt, previous -> BigInt, balance -> BigInt,
        canonical -> Bytea, hash -> Bytea, }
}

/// The same tables with their keys, checks and references; without roles, triggers and the function.
const PLAIN: &str = "
    CREATE TABLE plain_accounts (LIKE ledger_accounts INCLUDING ALL);
    CREATE TABLE plain_entries (LIKE ledger_entries INCLUDING ALL);
    CREATE TABLE plain_postings (LIKE ledger_postings INCLUDING ALL);
    ALTER TABLE plain_entries ADD FOREIGN KEY (reverses) REFERENCES plain_entries;
    ALTER TABLE plain_postings ADD FOREIGN KEY (entry_id) REFERENCES plain_entries,
        ADD FOREIGN KEY (account_id, currency) REFERENCES plain_accounts (id, currency);
    GRANT SELECT, INSERT ON plain_accounts, plain_entries, plain_postings TO paceline_api;";

fn any(bound: usize) -> usize {
    usize::from(u16::from_be_bytes(clock::chance())) % bound
}

/// Some cents from one of the accounts to another.
fn transfer(accounts: &[MerchantId]) -> Entry {
    let from = any(accounts.len());
    let to = (from + 1 + any(accounts.len() - 1)) % accounts.len();
    let delivery_id = clock::id_at(NOON, DeliveryId::from_uuid);
    let detail = Detail::Price {
        delivery_id,
        round: Round::FIRST,
        price_version: "2026-1".to_owned(),
        split: None,
    };
    let account = |index: usize| Account::MerchantReceivable(accounts[index]);
    let cents = 1 + i64::try_from(any(10_000)).expect("small");
    let id = clock::id_at(NOON, EntryId::from_uuid);
    let money = Money::new(cents, Currency::EUR);
    Entry::transfer(id, NOON, detail, account(from), account(to), money).expect("not empty")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Ledger,
    Plain,
}

/// The rows of an entry as `ledger_post` would write them, in a transaction of three statements.
/// Bytes and hash are made up; they are as long as the right ones.
async fn insert(conn: &mut AsyncPgConnection, entry: &Entry, seq: i64) -> QueryResult<()> {
    let detail = serde_json::to_value(&entry.detail).expect("JSON");
    let canonical = vec![7_u8; 420];
    let hash = vec![7_u8; 32];
    let row = |(account, amount): &(Account, i64)| {
        (
            plain_postings::entry_id.eq(entry.id.uuid()),
            plain_postings::account_id.eq(account.owner().unwrap_or(Uuid::nil())),
            plain_postings::currency.eq("EUR"),
            plain_postings::seq.eq(seq),
            plain_postings::amount.eq(*amount),
            plain_postings::previous.eq(0),
            plain_postings::balance.eq(*amount),
            plain_postings::canonical.eq(canonical.clone()),
            plain_postings::hash.eq(hash.clone()),
        )
    };
    let [one, two] = entry.postings() else { return Ok(()) };
    conn.batch_execute("BEGIN").await?;
    diesel::insert_into(plain_entries::table)
        .values((
            plain_entries::id.eq(entry.id.uuid()),
            plain_entries::key.eq(entry.detail.key()),
            plain_entries::kind.eq(entry.detail.kind()),
            plain_entries::occurred_at.eq(NOON),
            plain_entries::recorded_at.eq(NOON),
            plain_entries::detail.eq(detail),
        ))
        .execute(conn)
        .await?;
    diesel::insert_into(plain_postings::table).values([row(one), row(two)]).execute(conn).await?;
    conn.batch_execute("COMMIT").await
}

/// A co-op's books with some shops in them, and workers who write there.
struct Bench {
    workers: Vec<AsyncPgConnection>,
    accounts: Arc<Vec<MerchantId>>,
    /// Numbers for plain lines.
    plain: Arc<AtomicU64>,
}

impl Bench {
    async fn open(database: &Database, accounts: usize) -> Self {
        let mut owner = database.connect().await;
        owner.batch_execute(PLAIN).await.expect("plain tables");
        let accounts: Vec<MerchantId> =
            (0..accounts).map(|_| clock::id_at(NOON, MerchantId::from_uuid)).collect();
        for merchant in &accounts {
            let id = merchant.uuid();
            let sql = format!(
                "INSERT INTO plain_accounts (id, code, kind, owner_id, currency)
                 VALUES ('{id}', 'merchant:{id}:receivable', 'merchant_receivable', '{id}', 'EUR')"
            );
            owner.batch_execute(&sql).await.expect("an account");
        }
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            let mut conn = database.connect().await;
            let sql = format!("SET SESSION AUTHORIZATION {API_ROLE}");
            conn.batch_execute(&sql).await.expect("the server's role");
            workers.push(conn);
        }
        Self { workers, accounts: Arc::new(accounts), plain: Arc::default() }
    }

    /// Postings a second over a turn.
    async fn turn(&mut self, way: Way, entries: u64) -> u64 {
        let left = Arc::new(AtomicU64::new(entries));
        let begun = Instant::now();
        let mut tasks = Vec::new();
        for mut conn in std::mem::take(&mut self.workers) {
            let (left, accounts, plain) = (left.clone(), self.accounts.clone(), self.plain.clone());
            tasks.push(tokio::spawn(async move {
                let take = |left: u64| left.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                    let entry = transfer(&accounts);
                    match way {
                        Way::Ledger => {
                            let posted = ledger::post(&mut conn, &entry, NOON).await;
                            assert!(posted.expect("it is booked"));
                        }
                        Way::Plain => {
                            let seq = plain.fetch_add(1, Ordering::Relaxed) + 1;
                            let seq = i64::try_from(seq).expect("small");
                            insert(&mut conn, &entry, seq).await.expect("it is written");
                        }
                    }
                }
                conn
            }));
        }
        for task in tasks {
            self.workers.push(task.await.expect("no worker fails"));
        }
        let micros = u64::try_from(begun.elapsed().as_micros()).expect("a short time");
        2 * entries * 1_000_000 / micros.max(1)
    }
}

fn median(mut figures: Vec<u64>) -> u64 {
    figures.sort_unstable();
    figures[figures.len() / 2]
}

/// Adds both speeds over so many accounts to `text`. Gives the ledger's in percent of plain inserts.
async fn compare(accounts: usize, text: &mut String) -> u64 {
    let database = Database::make().await;
    let mut bench = Bench::open(&database, accounts).await;
    bench.turn(Way::Ledger, ENTRIES / 4).await;
    bench.turn(Way::Plain, ENTRIES / 4).await;
    let (mut booked, mut plain) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        booked.push(bench.turn(Way::Ledger, ENTRIES).await);
        plain.push(bench.turn(Way::Plain, ENTRIES).await);
    }
    println!("{accounts} accounts: ledger {booked:?}, plain {plain:?}");
    let (booked, plain) = (median(booked), median(plain));
    let share = 100 * booked / plain.max(1);
    let _ = writeln!(text, "| {accounts} | {booked} | {plain} | {share} % |");
    share
}

/// Adds the speed while the book grows to `text`.
async fn grow(lines_max: u64, text: &mut String) {
    let database = Database::make().await;
    let mut bench = Bench::open(&database, 50).await;
    let (mut lines, mut mark) = (0, 10_000);
    while lines < lines_max {
        bench.turn(Way::Ledger, (mark - lines) / 2 - GROWN).await;
        let speed = bench.turn(Way::Ledger, GROWN).await;
        println!("{mark} lines: {speed}");
        let _ = writeln!(text, "| {mark} | {speed} |");
        (lines, mark) = (mark, mark * 10);
    }
}

/// A courier's statement of so many lines of pay, none of them signed for yet.
fn statement(lines: i64) -> Statement {
    let tariff = Tariff::parse(include_str!("../config/policy/tariff-hourly.toml")).expect("valid");
    let courier = Account::CourierPay(clock::id_at(NOON, CourierId::from_uuid)).code();
    let mut head = Head::START;
    let mut statement = Statement {
        format: FORMAT.to_owned(),
        account: courier.clone(),
        currency: "EUR".to_owned(),
        before: head,
        lines: Vec::new(),
        checkpoint: None,
        proof: None,
        tariffs: vec![tariff.text().to_owned()],
    };
    for seq in 1..=lines {
        let inputs = PieceInputs::ahead(1, 1, Metres(500 + seq % 4_000), Metres(seq % 900));
        let delivery_id = clock::id_at(NOON, DeliveryId::from_uuid);
        let detail = Detail::Piece {
            delivery_id,
            round: Round::FIRST,
            shift_id: None,
            tariff: (&tariff).into(),
            inputs,
        };
        let amount = tariff.piece(&inputs).amount;
        let line = Line {
            account: courier.clone(),
            seq,
            entry: clock::id_at(NOON, EntryId::from_uuid),
            key: detail.key(),
            kind: detail.kind().to_owned(),
            occurred_us: NOON.millis() * 1000 + seq,
            recorded_us: NOON.millis() * 1000 + seq,
            reverses: None,
            currency: "EUR".to_owned(),
            amount,
            previous: head.balance,
            balance: head.balance + amount,
            detail: serde_json::to_string(&detail).expect("JSON"),
        };
        let hash: Hash = link(&courier, seq, head.hash, &line.canonical());
        head = Head { seq, balance: line.balance, hash };
        statement.lines.push(StatementLine::from((line, hash)));
    }
    statement
}

/// Reads and verifies a long statement. Gives the median in milliseconds.
fn verify() -> u128 {
    let text = serde_json::to_string(&statement(LINES)).expect("JSON");
    let key = Notary::new(&[7; 32]).key();
    let mut took: Vec<u128> = (0..11)
        .map(|_| {
            let begun = Instant::now();
            let read = Statement::parse(&text).expect("a statement");
            let verdict = read.verify(&key, None).expect("it holds");
            assert_eq!(verdict.head.seq, LINES);
            begun.elapsed().as_millis()
        })
        .collect();
    took.sort_unstable();
    println!("a statement of {LINES} lines ({} kB) verifies in {} ms", text.len() / 1000, took[5]);
    took[5]
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let lines_max = if asked.iter().any(|one| one == "grow") { 1_000_000 } else { 100_000 };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let took = verify();
    let mut text = format!(
        "\nPostings a second, {WORKERS} workers, medians of {TURNS} turns, one way after the other:\n\n\
         | accounts | ledger | plain inserts | share |\n|---|---|---|---|\n"
    );
    let share = runtime.block_on(compare(50, &mut text));
    runtime.block_on(compare(10, &mut text));
    text.push_str("\nPostings a second over 50 accounts, by the lines that are there already:\n\n");
    text.push_str("| lines | ledger |\n|---|---|\n");
    runtime.block_on(grow(lines_max, &mut text));
    let _ = writeln!(text, "\nA statement of {LINES} lines verifies in {took} ms.\n");
    page::write("ledger", &text);
    assert!(took < VERIFY_MS_MAX, "{took} ms, and the budget is {VERIFY_MS_MAX}");
    assert!(share >= SHARE_MIN, "{share} % of plain inserts, and the budget is {SHARE_MIN}");
}
