//! The database keeps its own rules, whoever writes to it; and it is what `src/db/schema.rs` says.

#[path = "support/mod.rs"]
mod database;
#[path = "schema/vehicles.rs"]
mod vehicles;

use std::collections::BTreeMap;
use std::path::Path;

use database::Database;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

/// What the database says when it refuses; panics when it does not.
async fn refusal(conn: &mut AsyncPgConnection, sql: &str) -> String {
    let outcome = conn.batch_execute(&format!("BEGIN; {sql}; COMMIT")).await;
    let error = outcome.expect_err(sql).to_string();
    conn.batch_execute("ROLLBACK").await.expect("nothing is left open");
    error
}

async fn accepted(conn: &mut AsyncPgConnection, sql: &str) {
    let outcome = conn.batch_execute(&format!("BEGIN; {sql}; COMMIT")).await;
    outcome.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Tables by name, each with its columns by name and their types as diesel writes them.
type Tables = BTreeMap<String, BTreeMap<String, String>>;

fn declared() -> Tables {
    let source = include_str!("../src/db/schema.rs");
    let mut tables = Tables::new();
    for table in source.split("diesel::table! {").skip(1) {
        let (name, rest) = table.split_once('(').expect("a primary key");
        let (_, rest) = rest.split_once('{').expect("columns");
        let (columns, _) = rest.split_once('}').expect("an end");
        let columns = columns.split(',').filter_map(|column| {
            let (name, kind) = column.split_once("->")?;
            // Postgres does not say whether the elements of an array may be nothing.
            let kind = kind.trim().replace("Array<Nullable<Integer>>", "Array<Integer>");
            Some((name.trim().to_owned(), kind))
        });
        tables.insert(name.trim().to_owned(), columns.collect());
    }
    tables
}

async fn migrated(conn: &mut AsyncPgConnection) -> Tables {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        table_name: String,
        #[diesel(sql_type = Text)]
        column_name: String,
        #[diesel(sql_type = Text)]
        udt_name: String,
        #[diesel(sql_type = Bool)]
        nullable: bool,
    }
    let columns: Vec<Column> = sql_query(
        "SELECT table_name::text, column_name::text, udt_name::text, is_nullable = 'YES' AS nullable
         FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'",
    )
    .load(conn)
    .await
    .expect("the catalogue can be read");
    let mut tables = Tables::new();
    for Column { table_name, column_name, udt_name, nullable } in columns {
        let kind = match udt_name.as_str() {
            "uuid" => "Uuid",
            "text" => "Text",
            "int2" => "SmallInt",
            "int4" => "Integer",
            "int8" => "BigInt",
            "bool" => "Bool",
            "timestamptz" => "Timestamptz",
            "jsonb" => "Jsonb",
            "bytea" => "Bytea",
            "_int4" => "Array<Integer>",
            "_text" => "Array<Text>",
            "_uuid" => "Array<Uuid>",
            "tstzmultirange" => "Tstzmultirange",
            other => other, // Floats and times without a zone among them: nothing here has any.
        };
        let kind = if nullable { format!("Nullable<{kind}>") } else { kind.to_owned() };
        tables.entry(table_name).or_default().insert(column_name, kind);
    }
    tables
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schema_is_what_the_migrations_make() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    let (declared, migrated) = (declared(), migrated(&mut conn).await);
    assert!(declared.len() >= 20, "the schema is read wrongly: {declared:?}");
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&declared), names(&migrated), "tables in schema.rs and in the database");
    for (table, columns) in &declared {
        assert_eq!(columns, &migrated[table], "{table} in schema.rs and in the database");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_migrations_go_down_and_up_again() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    let before = migrated(&mut conn).await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let folders = std::fs::read_dir(folder).expect("there are migrations");
    let mut steps: Vec<_> = folders.map(|step| step.expect("a folder").path()).collect();
    steps.sort();
    let text = |step: &Path, name: &str| {
        std::fs::read_to_string(step.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    for step in steps.iter().rev() {
        accepted(&mut conn, &text(step, "down.sql")).await;
    }
    assert_eq!(migrated(&mut conn).await, Tables::new(), "what stays behind");
    for step in &steps {
        accepted(&mut conn, &text(step, "up.sql")).await;
    }
    assert_eq!(migrated(&mut conn).await, before);
}

// The ledger.

const ENTRY: &str = "00000000-0000-7000-8000-0000000000e1";
const OTHER_ENTRY: &str = "00000000-0000-7000-8000-0000000000e2";

/// Books 5.00 from the co-op to a courier, under a key.
fn post(entry: &str, key: &str) -> String {
    format!(
        "SELECT ledger_post('{entry}', '{key}', 'piece', now(), now(), NULL, '{{}}', 'EUR',
             ARRAY['coop:operations', 'courier:1:pay'], ARRAY['coop_operations', 'courier_pay'],
             ARRAY[NULL, NULL]::uuid[], ARRAY[-500, 500]::bigint[])"
    )
}

/// An entry with postings of these amounts on the two accounts, written past the one door.
fn entry_by_hand(amounts: &[(&str, i64)]) -> String {
    let mut sql = format!(
        "INSERT INTO ledger_entries (id, key, kind, occurred_at, recorded_at, detail)
             VALUES ('{OTHER_ENTRY}', 'by hand', 'piece', now(), now(), '{{}}');"
    );
    for (account, amount) in amounts {
        sql += &posting(OTHER_ENTRY, account, *amount);
    }
    sql
}

fn posting(entry: &str, account: &str, amount: i64) -> String {
    format!(
        "INSERT INTO ledger_postings
                 (entry_id, account_id, currency, seq, amount, previous, balance, canonical, hash)
             SELECT '{entry}', id, currency, seq + 100, {amount}, balance, balance + {amount}, '', head
             FROM ledger_accounts WHERE code = '{account}';"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_booked_stays_as_it_is() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, &post(ENTRY, "delivery:1:pay")).await;
    for sql in [
        "UPDATE ledger_entries SET kind = 'price'",
        "UPDATE ledger_entries SET detail = '{}'",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries CASCADE",
        "UPDATE ledger_postings SET amount = amount + 1, balance = balance + 1",
        "DELETE FROM ledger_postings",
        "DELETE FROM ledger_postings WHERE amount < 0",
        "TRUNCATE ledger_postings",
        "TRUNCATE ledger_accounts CASCADE",
        "DELETE FROM ledger_accounts",
        "UPDATE ledger_accounts SET code = 'coop:reserve' WHERE code LIKE 'coop:%'",
        "UPDATE ledger_accounts SET owner_id = gen_random_uuid(), seq = seq + 1",
        "UPDATE ledger_accounts SET balance = balance + 1",
        "UPDATE ledger_accounts SET seq = seq - 1",
    ] {
        let said = refusal(&mut conn, sql).await;
        assert!(said.contains("the ledger is append-only"), "{sql}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_does_not_balance_is_refused_at_commit() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, &post(ENTRY, "delivery:1:pay")).await;
    let (coop, courier) = ("coop:operations", "courier:1:pay");
    for (amounts, expected) in [
        (vec![], "fewer than two postings"),
        (vec![(coop, -5)], "fewer than two postings"),
        (vec![(coop, -5), (courier, 6)], "does not sum to zero"),
        (vec![(coop, 5), (courier, 5)], "does not sum to zero"),
        (vec![(coop, 0), (courier, 0)], "check constraint"),
    ] {
        let said = refusal(&mut conn, &entry_by_hand(&amounts)).await;
        assert!(said.contains(expected), "{amounts:?}: {said}");
    }
    // Nor can one that balances be brought out of balance later.
    accepted(&mut conn, &entry_by_hand(&[(coop, -5), (courier, 5)])).await;
    let third = "INSERT INTO ledger_accounts (code, kind, currency)
                     VALUES ('coop:revenue', 'coop_revenue', 'EUR');";
    let said = refusal(&mut conn, &(third.to_owned() + &posting(ENTRY, "coop:revenue", 7))).await;
    assert!(said.contains("does not sum to zero"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_does_not_change_its_currency_or_its_sum_on_the_way() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, &post(ENTRY, "delivery:1:pay")).await;
    let euros = posting(OTHER_ENTRY, "courier:1:pay", 5);
    let dollars = euros.replace("', id, currency,", "', id, 'USD',");
    let said = refusal(&mut conn, &(entry_by_hand(&[("coop:operations", -5)]) + &dollars)).await;
    assert!(said.contains("foreign key"), "an account has one currency: {said}");
    let wrong = posting(OTHER_ENTRY, "courier:1:pay", 5).replace("balance + 5", "balance + 6");
    let said = refusal(&mut conn, &(entry_by_hand(&[("coop:operations", -5)]) + &wrong)).await;
    assert!(
        said.contains("check constraint"),
        "a balance is the one before and the amount: {said}"
    );
    // The head of the account refuses a second posting in the same place.
    let twice = posting(OTHER_ENTRY, "courier:1:pay", 5).replace("seq + 100", "seq");
    let said = refusal(&mut conn, &(entry_by_hand(&[("coop:operations", -5)]) + &twice)).await;
    assert!(said.contains("unique constraint"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_effect_is_booked_once() {
    #[derive(QueryableByName)]
    struct Posted {
        #[diesel(sql_type = Bool)]
        posted: bool,
    }
    let database = Database::make().await;
    let mut conn = database.connect().await;
    let mut outcomes = Vec::new();
    for (entry, key) in [(ENTRY, "k"), (OTHER_ENTRY, "k"), (OTHER_ENTRY, "another")] {
        let sql = format!("{} AS posted", post(entry, key));
        let posted: Posted = sql_query(sql).get_result(&mut conn).await.expect("an answer");
        outcomes.push(posted.posted);
    }
    assert_eq!(outcomes, [true, false, true]);
    // The heads of the accounts agree with their postings.
    let heads: Posted = sql_query(
        "SELECT bool_and(a.balance = p.balance AND a.seq = p.count) AS posted FROM ledger_accounts a
         JOIN (SELECT account_id, sum(amount) AS balance, count(*) AS count
               FROM ledger_postings GROUP BY account_id) p ON p.account_id = a.id",
    )
    .get_result(&mut conn)
    .await
    .expect("the books can be read");
    assert!(heads.posted);
}

// Work.

/// A merchant, two couriers, and a delivery that is open.
const CAST: &str = "
    INSERT INTO merchants VALUES
        ('00000000-0000-7000-8000-000000000001', 'Bistro', 'shop', 1, 1, '1 Main Street', now());
    INSERT INTO couriers (id, name, vehicle, created_at) VALUES
        ('00000000-0000-7000-8000-0000000000a1', 'Alice', 'bike', now()),
        ('00000000-0000-7000-8000-0000000000b1', 'Bob', 'bike', now());
    INSERT INTO deliveries (id, merchant_id, state, placed_at, ready_at, due_at, price_amount,
                            currency, packages)
        VALUES ('00000000-0000-7000-8000-0000000000d1', '00000000-0000-7000-8000-000000000001',
                'open', now(), now(), now() + interval '1 hour', 600, 'EUR', '[]')";

fn assignment(number: u8, courier: &str) -> String {
    format!(
        "INSERT INTO assignments (id, delivery_id, courier_id, assigned_at) VALUES (
             '00000000-0000-7000-8000-0000000000{number:02}',
             '00000000-0000-7000-8000-0000000000d1',
             '00000000-0000-7000-8000-0000000000{courier}', now())"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_never_assigned_twice() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    accepted(&mut conn, &assignment(1, "a1")).await;
    for courier in ["b1", "a1"] {
        let said = refusal(&mut conn, &assignment(2, courier)).await;
        assert!(said.contains("assignments_one_live"), "{said}");
    }
    let end = "UPDATE assignments SET ended_at = now(), end_code = 'reassigned'";
    accepted(&mut conn, end).await;
    accepted(&mut conn, &assignment(2, "b1")).await;
    let said = refusal(&mut conn, "UPDATE assignments SET ended_at = NULL, end_code = NULL").await;
    assert!(said.contains("assignments_one_live"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_courier_works_one_shift_and_answers_one_question_at_a_time() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let courier = "00000000-0000-7000-8000-0000000000a1";
    let shift = format!(
        "INSERT INTO shifts (id, courier_id, started_at, state)
             VALUES (gen_random_uuid(), '{courier}', now(), 'open')"
    );
    accepted(&mut conn, &shift).await;
    let said = refusal(&mut conn, &shift).await;
    assert!(said.contains("shifts_one_open"), "{said}");
    // A break lies within its shift, and is over when it is.
    for late in [
        "UPDATE shifts SET breaks = '{[2020-01-01, 2020-01-02)}'",
        "UPDATE shifts SET state = 'ended', paid_seconds = 0, ended_at = now(), \
         breaks = tstzmultirange(tstzrange(now(), NULL))",
    ] {
        let said = refusal(&mut conn, late).await;
        assert!(said.contains("shifts_breaks_within"), "{late}: {said}");
    }
    let offer = format!(
        "INSERT INTO offers (id, courier_id, state, made_at, expires_at, route, terms, shown,
                             shown_sha256)
             VALUES (gen_random_uuid(), '{courier}', 'live', now(), now() + interval '1 minute',
                     '{{}}', '{{}}', '{{}}', sha256('{{}}'))"
    );
    accepted(&mut conn, &offer).await;
    let said = refusal(&mut conn, &offer).await;
    assert!(said.contains("offers_one_live_per_courier"), "{said}");
    // What was shown stays as it was shown, and its hash is its hash.
    let said = refusal(&mut conn, "UPDATE offers SET terms = '[1]'").await;
    assert!(said.contains("is not changed afterwards"), "{said}");
    let said = refusal(&mut conn, &offer.replace("sha256('{}')", "sha256('[]')")).await;
    assert!(said.contains("offers_shown_hash"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_contradicts_itself_is_refused() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let (alice, at) =
        ("courier_id = '00000000-0000-7000-8000-0000000000a1'", "assigned_at = now()");
    for change in [
        "state = 'assigned'".to_owned(),
        format!("state = 'assigned', {alice}"),
        format!("state = 'open', {alice}, {at}"),
        format!("state = 'picked_up', {alice}, {at}"),
        format!("state = 'delivered', {alice}, {at}, picked_up_at = now()"),
        "state = 'asked'".to_owned(),
        "state = 'asked', asked_until = now()".to_owned(),
        "asked_until = now(), silence = 'refused'".to_owned(),
        format!("state = 'asked', asked_until = now(), silence = 'refused', {alice}, {at}"),
        "state = 'failed', ended_at = now()".to_owned(),
        "state = 'cancelled', end_code = 'cancelled'".to_owned(),
        "ended_at = now()".to_owned(),
        "end_code = 'lost'".to_owned(),
        "state = 'lost'".to_owned(),
        "due_at = placed_at".to_owned(),
        "price_amount = -1".to_owned(),
        "currency = 'euro'".to_owned(),
    ] {
        let said = refusal(&mut conn, &format!("UPDATE deliveries SET {change}")).await;
        assert!(said.contains("check constraint"), "{change}: {said}");
    }
    accepted(&mut conn, &format!("UPDATE deliveries SET state = 'assigned', {alice}, {at}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_paid_by_two_runs_at_once_and_what_the_bank_was_told_stays() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let (alice, bob) =
        ("'00000000-0000-7000-8000-0000000000a1'", "'00000000-0000-7000-8000-0000000000b1'");
    let person = format!(
        "INSERT INTO users (id, name, email, password_hash, roles, created_at)
             VALUES ({alice}, 'Ada', 'ada@coop.example', '$argon2id$x', ARRAY['treasurer'], now())"
    );
    accepted(&mut conn, &person).await;
    for run in 1..=2 {
        let sql = format!(
            "INSERT INTO pay_runs VALUES ('00000000-0000-7000-8000-00000000000{run}', {alice}, now(),
                 '2026-03-02', 'Les Coursiers', 'FR7630006000011234567890189', 'open')"
        );
        accepted(&mut conn, &sql).await;
    }
    let transfer = |run: u8, courier: &str, pay: i64| {
        format!(
            "INSERT INTO pay_run_transfers (run_id, courier_id, number, name, sealed_iban, pay, tips,
                     expenses, refund, state)
                 VALUES ('00000000-0000-7000-8000-00000000000{run}', {courier}, 1, 'Alice', 'x',
                     {pay}, 0, 0, 0, 'open')"
        )
    };
    accepted(&mut conn, &transfer(1, alice, 428)).await;
    let said = refusal(&mut conn, &transfer(2, alice, 428)).await;
    assert!(said.contains("pay_run_transfers_open"), "{said}");
    let said = refusal(&mut conn, &transfer(1, bob, 428)).await;
    assert!(said.contains("unique constraint"), "two in one place: {said}");
    for (pay, sql) in [(0, transfer(2, bob, 0)), (-1, transfer(2, bob, -1))] {
        let said = refusal(&mut conn, &sql).await;
        assert!(said.contains("check constraint"), "{pay}: {said}");
    }
    for sql in [
        "UPDATE pay_run_transfers SET pay = pay + 1",
        "UPDATE pay_run_transfers SET number = 7",
        "DELETE FROM pay_run_transfers",
        "UPDATE pay_runs SET from_iban = 'DE89370400440532013000'",
        "DELETE FROM pay_runs WHERE id <> (SELECT run_id FROM pay_run_transfers)",
    ] {
        let said = refusal(&mut conn, sql).await;
        assert!(said.contains("told the bank"), "{sql}: {said}");
    }
    accepted(&mut conn, "UPDATE pay_run_transfers SET state = 'cancelled'").await;
    accepted(&mut conn, &transfer(2, alice, 428)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_a_standing_order_is_made_once_or_has_its_reason() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let order = "INSERT INTO standing_orders (id, merchant_id, terms, made_at, version, since, paused)
        SELECT '00000000-0000-7000-8000-0000000000f1', id, '{}', now(), 1, now(), false FROM merchants";
    accepted(&mut conn, order).await;
    let line = |day: &str, delivery: &str, code: &str, note: &str| {
        format!(
            "INSERT INTO standing_days (standing_order_id, day, delivery_id, skip_code, skip_note,
                                        settled_at)
             VALUES ('00000000-0000-7000-8000-0000000000f1', '{day}', {delivery}, {code}, {note},
                     now())"
        )
    };
    let made = "(SELECT id FROM deliveries)";
    for contradiction in [
        line("2026-03-02", "NULL", "NULL", "NULL"),
        line("2026-03-02", made, "'no_price'", "'no rule'"),
        line("2026-03-02", "NULL", "'no_price'", "NULL"),
        line("2026-3-2", made, "NULL", "NULL"),
    ] {
        let said = refusal(&mut conn, &contradiction).await;
        assert!(said.contains("check constraint"), "{contradiction}: {said}");
    }
    accepted(&mut conn, &line("2026-03-02", made, "NULL", "NULL")).await;
    for twice in [
        line("2026-03-02", "NULL", "'no_price'", "'no rule'"),
        line("2026-03-03", made, "NULL", "NULL"),
    ] {
        let said = refusal(&mut conn, &twice).await;
        assert!(said.contains("unique"), "{twice}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shift_that_is_offered_has_no_more_couriers_than_places() {
    let database = Database::make().await;
    let mut conn = database.connect().await;
    accepted(&mut conn, CAST).await;
    let opening = "INSERT INTO openings (id, starts_at, ends_at, wanted, places, taken, made_at)
        VALUES ('00000000-0000-7000-8000-0000000000e1', now(), now() + interval '1 hour', '{}', 1, 1,
                now())";
    accepted(&mut conn, opening).await;
    for change in ["taken = 2", "taken = -1", "places = 0", "ends_at = starts_at", "number = 1"] {
        let said = refusal(&mut conn, &format!("UPDATE openings SET {change}")).await;
        assert!(said.contains("check constraint"), "{change}: {said}");
    }
    let place = |id: &str| {
        format!(
            "INSERT INTO shifts (id, courier_id, planned_from, planned_to, state, opening_id)
             VALUES ('00000000-0000-7000-8000-0000000000{id}',
                     '00000000-0000-7000-8000-0000000000a1', now(), now() + interval '1 hour',
                     'planned', '00000000-0000-7000-8000-0000000000e1')"
        )
    };
    accepted(&mut conn, &place("d1")).await;
    let said = refusal(&mut conn, &place("d2")).await;
    assert!(said.contains("shifts_one_place"), "{said}");
}
