//! Many writers move money between few accounts while others look: what they see is always the
//! whole, and afterwards every rule holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use diesel::sql_types::BigInt;
use diesel::{QueryResult, QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use paceline::clock;
use paceline::db::{API_ROLE, ledger};
use paceline::domain::ids::{DeliveryId, EntryId, MerchantId};
use paceline::domain::ledger::{Account, Detail, Entry, Round};
use paceline::domain::money::{Currency, Money};

use crate::books::{Books, at};
use crate::database::Database;

pub const WRITERS: usize = 20;

/// Booked over 50 accounts, and again over 10; two postings an entry.
const ENTRIES: u64 = 2_500;

/// How many entries, unless `PACELINE_BANK_ENTRIES` says otherwise: 25000 makes 100,000 postings in
/// both tests together, and 50,000 under fire.
pub fn entries() -> u64 {
    let asked = std::env::var("PACELINE_BANK_ENTRIES").ok();
    asked.map_or(ENTRIES, |text| text.parse().expect("PACELINE_BANK_ENTRIES is a number"))
}

async fn as_the_server(database: &Database) -> AsyncPgConnection {
    let mut conn = database.connect().await;
    conn.batch_execute(&format!("SET SESSION AUTHORIZATION {API_ROLE}")).await.expect("a role");
    conn
}

/// A number below `bound`.
fn any(bound: usize) -> usize {
    usize::from(u16::from_be_bytes(clock::chance())) % bound
}

fn transfer(accounts: &[MerchantId]) -> Entry {
    let from = any(accounts.len());
    let to = (from + 1 + any(accounts.len() - 1)) % accounts.len();
    let delivery_id = clock::id_at(at(0), DeliveryId::from_uuid);
    let detail = Detail::Price {
        delivery_id,
        round: Round::FIRST,
        price_version: "1".to_owned(),
        split: None,
    };
    let account = |index: usize| Account::MerchantReceivable(accounts[index]);
    let money = Money::new(1 + i64::try_from(any(10_000)).expect("small"), Currency::EUR);
    let id = clock::id_at(at(0), EntryId::from_uuid);
    Entry::transfer(id, at(0), detail, account(from), account(to), money).expect("not empty")
}

/// Looks at the whole, in one snapshot: it sums to nothing, and no account is ahead of its lines.
pub async fn look(conn: &mut AsyncPgConnection) -> QueryResult<()> {
    #[derive(QueryableByName)]
    struct Totals {
        #[diesel(sql_type = BigInt)]
        heads: i64,
        #[diesel(sql_type = BigInt)]
        postings: i64,
        #[diesel(sql_type = BigInt)]
        behind: i64,
    }
    let seen: Totals = sql_query(
        "SELECT (SELECT coalesce(sum(balance), 0)::bigint FROM ledger_accounts) AS heads,
                (SELECT coalesce(sum(amount), 0)::bigint FROM ledger_postings) AS postings,
                (SELECT coalesce(sum(seq), 0)::bigint FROM ledger_accounts)
                    - (SELECT count(*) FROM ledger_postings) AS behind",
    )
    .get_result(conn)
    .await?;
    assert_eq!((seen.heads, seen.postings, seen.behind), (0, 0, 0), "in one snapshot");
    Ok(())
}

/// Looks on until it is told to stop. Gives how often.
async fn look_on(mut conn: AsyncPgConnection, done: Arc<AtomicBool>) -> u64 {
    let mut looks = 0;
    while !AtomicBool::load(&done, Ordering::Relaxed) {
        look(&mut conn).await.expect("the books can be read");
        looks += 1;
    }
    looks
}

async fn bank(accounts: usize) {
    let mut books = Books::open(0).await;
    let entries = entries();
    let accounts: Arc<Vec<MerchantId>> =
        Arc::new((0..accounts).map(|_| clock::id_at(at(0), MerchantId::from_uuid)).collect());
    let done = Arc::new(AtomicBool::new(false));
    let booked = Arc::new(AtomicU64::new(0));
    let mut readers = Vec::new();
    for _ in 0..2 {
        readers.push(tokio::spawn(look_on(as_the_server(&books.database).await, done.clone())));
    }
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let mut conn = as_the_server(&books.database).await;
        let (accounts, booked) = (accounts.clone(), booked.clone());
        writers.push(tokio::spawn(async move {
            while booked.fetch_add(1, Ordering::Relaxed) < entries {
                let entry = transfer(&accounts);
                let posted = ledger::post(&mut conn, &entry, at(1)).await;
                assert!(posted.expect("it is booked"), "a key of its own");
                // The retry of a phone that lost the answer.
                if any(50) == 0 {
                    assert!(!ledger::post(&mut conn, &entry, at(2)).await.expect("an answer"));
                }
            }
        }));
    }
    for writer in writers {
        writer.await.expect("no writer fails");
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.expect("the whole was always the same") > 0);
    }
    let report = books.check().await;
    assert_eq!(report.faults, []);
    assert_eq!(report.lines, 2 * entries);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_writers_over_fifty_accounts_make_and_lose_nothing() {
    bank(50).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_writers_over_ten_accounts_make_and_lose_nothing() {
    bank(10).await;
}
