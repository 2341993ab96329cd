//! The owner of the database changes something behind everybody's back, with the triggers off: the
//! auditor names the line.

use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use paceline::clock;
use paceline::commands::audit::Fault;
use paceline::domain::ledger::Account;
use paceline::domain::ledger::checkpoint::Notary;

use crate::books::{Books, at};

const LINES: i64 = 6;

async fn books() -> Books {
    let mut books = Books::open(3).await;
    for second in 0..3 * LINES {
        books.deliver(usize::try_from(second).expect("small") % 3, second).await;
    }
    books.sign(&Notary::new(&[7; 32]), 100).await;
    assert_eq!(books.check().await.faults, [], "as it was booked it holds");
    books
}

const TABLES: [&str; 3] = ["ledger_accounts", "ledger_entries", "ledger_postings"];

/// Does something as the owner, with every trigger off.
async fn tamper(books: &mut Books, sql: &str) {
    let sql = format!("BEGIN; SET LOCAL session_replication_role = replica; {sql}; COMMIT");
    books.owner.batch_execute(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn save(books: &mut Books) {
    for table in TABLES {
        books.sql(&format!("CREATE TABLE saved_{table} AS TABLE {table}")).await;
    }
}

/// Puts everything back, and holds it against what it was.
async fn restore(books: &mut Books) {
    for table in TABLES {
        let sql = format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table}");
        tamper(books, &sql).await;
    }
    assert_eq!(books.check().await.faults, [], "put back it holds again");
}

/// A line of a courier's, by chance: the conditions that name its posting, entry and account.
struct Line {
    seq: i64,
    code: String,
    posting: String,
    entry: String,
    account: String,
    /// The numbers that the entry's lines have in their accounts.
    lines: Vec<String>,
}

async fn any_line(books: &mut Books) -> Line {
    #[derive(QueryableByName)]
    struct Place {
        #[diesel(sql_type = Text)]
        place: String,
    }
    let [courier, seq] = clock::chance::<2>();
    let code = Account::CourierPay(books.couriers[usize::from(courier) % 3]).code();
    let seq = i64::from(seq) % LINES + 1;
    let account = format!("code = '{code}'");
    let id = format!("(SELECT id FROM ledger_accounts WHERE {account})");
    let posting = format!("seq = {seq} AND account_id = {id}");
    let entry = format!("id = (SELECT entry_id FROM ledger_postings WHERE {posting})");
    let places: Vec<Place> = sql_query(format!(
        "SELECT 'account ' || a.code || ', line ' || p.seq AS place FROM ledger_postings p
         JOIN ledger_accounts a ON a.id = p.account_id
         WHERE entry_id = (SELECT entry_id FROM ledger_postings WHERE {posting})"
    ))
    .load(&mut books.owner)
    .await
    .expect("the lines of an entry");
    let lines = places.into_iter().map(|place| place.place).collect();
    Line { seq, code, posting, entry, account, lines }
}

/// Every column that is stored, each with something else that it could be made to say.
const COLUMNS: [(&str, &str, &str); 25] = [
    ("ledger_postings", "entry_id", "(SELECT id FROM ledger_entries WHERE kind = 'price' LIMIT 1)"),
    ("ledger_postings", "entry_id", "gen_random_uuid()"),
    ("ledger_postings", "account_id", "gen_random_uuid()"),
    ("ledger_postings", "currency", "'USD'"),
    ("ledger_postings", "seq", "seq + 1000"),
    // Together, because a CHECK holds the three: that cannot be turned off without dropping it.
    ("ledger_postings", "amount", "amount + 1, balance = balance + 1"),
    ("ledger_postings", "previous", "previous - 1, amount = amount + 1"),
    ("ledger_postings", "balance", "balance + 1, previous = previous + 1"),
    ("ledger_postings", "canonical", "set_byte(canonical, 300, get_byte(canonical, 300) # 1)"),
    ("ledger_postings", "canonical", "''"),
    ("ledger_postings", "hash", "set_byte(hash, 31, get_byte(hash, 31) # 128)"),
    ("ledger_entries", "id", "gen_random_uuid()"),
    ("ledger_entries", "key", "key || '2'"),
    ("ledger_entries", "kind", "'tip'"),
    ("ledger_entries", "occurred_at", "occurred_at + interval '1 microsecond'"),
    ("ledger_entries", "recorded_at", "recorded_at - interval '1 microsecond'"),
    ("ledger_entries", "reverses", "id"),
    ("ledger_entries", "detail", "jsonb_set(detail, '{inputs,trip_m}', '1')"),
    ("ledger_accounts", "id", "gen_random_uuid()"),
    ("ledger_accounts", "code", "'courier:' || gen_random_uuid() || ':pay'"),
    ("ledger_accounts", "kind", "'courier_tips'"),
    ("ledger_accounts", "owner_id", "gen_random_uuid()"),
    ("ledger_accounts", "currency", "'USD'"),
    ("ledger_accounts", "balance", "balance + 1"),
    ("ledger_accounts", "seq", "seq + 1"),
];

fn names(faults: &[Fault], line: &Line, table: &str) -> bool {
    let number = format!("line {}", line.seq);
    faults.iter().any(|found| match table {
        "ledger_postings" => {
            found.place == format!("account {}, {number}", line.code)
                // A line that stands elsewhere is missed where it should be.
                || found.place.starts_with(&format!("account {}", line.code))
                    && found.fault.starts_with(&format!("{number} should stand here"))
                || found.fault == "there is no such account" && found.place.ends_with(&number)
                || found.place.ends_with(&format!("line {LINES}"))
                    && found.fault.contains(&format!("its lines end at line {}", line.seq - 1))
        }
        "ledger_entries" => line.lines.contains(&found.place),
        _ => found.place.contains("account "),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_any_column_of_any_line_is_named() {
    let mut books = books().await;
    save(&mut books).await;
    for (table, column, value) in COLUMNS {
        let line = any_line(&mut books).await;
        let rows = match table {
            "ledger_postings" => &line.posting,
            "ledger_entries" => &line.entry,
            _ => &line.account,
        };
        tamper(&mut books, &format!("UPDATE {table} SET {column} = {value} WHERE {rows}")).await;
        let faults = books.check().await.faults;
        assert!(
            names(&faults, &line, table),
            "{table}.{column} = {value} of {}, line {}: {faults:#?}",
            line.code,
            line.seq
        );
        restore(&mut books).await;
    }
    let head = "UPDATE ledger_accounts SET head = set_byte(head, 0, get_byte(head, 0) # 1)";
    tamper(&mut books, head).await;
    assert!(!books.check().await.faults.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_or_an_entry_that_is_gone_is_missed() {
    let mut books = books().await;
    save(&mut books).await;
    for _ in 0..5 {
        let line = any_line(&mut books).await;
        let gone = format!("DELETE FROM ledger_postings WHERE {}", line.posting);
        tamper(&mut books, &gone).await;
        let faults = books.check().await.faults;
        assert!(names(&faults, &line, "ledger_postings"), "line {}: {faults:#?}", line.seq);
        assert!(faults.iter().any(|found| found.rule == "I1"), "{faults:#?}");
        restore(&mut books).await;
        let gone = format!("DELETE FROM ledger_entries WHERE {}", line.entry);
        tamper(&mut books, &gone).await;
        let faults = books.check().await.faults;
        assert!(names(&faults, &line, "ledger_entries"), "line {}: {faults:#?}", line.seq);
        restore(&mut books).await;
    }
}

/// The whole of an account, from some line on, written anew with every hash, balance and head right.
const REWRITE: &str = "
    DO $$
    DECLARE line record; account ledger_accounts; bytes bytea; link bytea;
    BEGIN
        SELECT * INTO STRICT account FROM ledger_accounts WHERE {account};
        link := decode(repeat('00', 32), 'hex');
        FOR line IN SELECT p.seq AS n, p.*, e.* FROM ledger_postings p
            JOIN ledger_entries e ON e.id = p.entry_id WHERE account_id = account.id ORDER BY p.seq
        LOOP
            -- A second later than it was.
            UPDATE ledger_entries SET recorded_at = recorded_at + interval '1 second'
                WHERE id = line.entry_id;
            bytes := ledger_canonical(account.code, line.n, line.entry_id, line.key, line.kind,
                line.occurred_at, line.recorded_at + interval '1 second', line.reverses,
                line.currency, line.amount, line.previous, line.balance, line.detail::text);
            link := ledger_hash(account.code, line.n, link, bytes);
            UPDATE ledger_postings SET canonical = bytes, hash = link
                WHERE account_id = account.id AND seq = line.n;
        END LOOP;
        UPDATE ledger_accounts SET head = link WHERE id = account.id;
    END $$";

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_is_rewritten_as_a_whole_is_denied_by_what_was_signed() {
    let mut books = books().await;
    // So that nothing but the courier's own chain is rewritten.
    let [courier] = clock::chance::<1>();
    let code = Account::CourierPay(books.couriers[usize::from(courier) % 3]).code();
    let account = format!("code = '{code}'");
    tamper(&mut books, &REWRITE.replace("{account}", &account)).await;
    let faults = books.check().await.faults;
    let signed = faults.iter().find(|found| found.rule == "signed").expect("it is denied");
    assert_eq!(signed.place, format!("account {code}, line {LINES}"));
    assert_eq!(signed.fault, "checkpoint 1 has signed for another hash of it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_is_changed_or_missing_is_named() {
    let notary = Notary::new(&[7; 32]);
    let mut books = books().await;
    books.deliver(0, 200).await;
    books.sign(&notary, 201).await;
    books.deliver(1, 300).await;
    books.sign(&notary, 301).await;
    for table in ["ledger_checkpoints", "ledger_leaves"] {
        books.sql(&format!("CREATE TABLE saved_{table} AS TABLE {table}")).await;
    }
    for (change, place) in [
        (
            "UPDATE ledger_checkpoints SET issued_at = issued_at - interval '1 hour' WHERE number = 2",
            "checkpoint 2",
        ),
        ("UPDATE ledger_checkpoints SET size = size + 1 WHERE number = 2", "checkpoint 2"),
        ("UPDATE ledger_checkpoints SET root = previous_root WHERE number = 2", "checkpoint 2"),
        ("UPDATE ledger_checkpoints SET previous_root = root WHERE number = 2", "checkpoint 2"),
        (
            "UPDATE ledger_checkpoints SET signature = signature || '' , number = 9 WHERE number = 3",
            "checkpoint 9",
        ),
        (
            "UPDATE ledger_checkpoints SET signature = set_byte(signature, 9, get_byte(signature, 9) # 1) WHERE number = 3",
            "checkpoint 3",
        ),
        ("DELETE FROM ledger_checkpoints WHERE number = 1", "checkpoint 2"),
        (
            "UPDATE ledger_leaves SET head = set_byte(head, 9, get_byte(head, 9) # 1) WHERE checkpoint = 2",
            "checkpoint 2",
        ),
        ("DELETE FROM ledger_leaves WHERE checkpoint = 1", "checkpoint 1"),
    ] {
        tamper(&mut books, change).await;
        let faults = books.check().await.faults;
        let signed = faults.iter().find(|found| found.rule == "signed").expect(change);
        assert_eq!(signed.place, place, "{change}: {signed:?}");
        for table in ["ledger_checkpoints", "ledger_leaves"] {
            let sql =
                format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM saved_{table}");
            tamper(&mut books, &sql).await;
        }
    }
    assert_eq!(books.check().await.faults, []);
    // Lines that nobody has signed for in time.
    books.deliver(2, 400).await;
    assert_eq!(books.check().await.faults, [], "an hour is not too long");
    let report = paceline::commands::audit::check(&mut books.owner, at(90_000), None).await;
    let faults = report.expect("the ledger can be read").faults;
    assert_eq!(faults.iter().map(|found| found.rule).collect::<Vec<_>>(), ["I10"]);
}
