//! The server's own role books by one door, and can neither change nor remove what is booked.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::books::Books;

const TABLES: [&str; 10] = [
    "ledger_accounts",
    "ledger_entries",
    "ledger_postings",
    "ledger_keys",
    "ledger_checkpoints",
    "ledger_leaves",
    "ledger_tariffs",
    "ledger_pendings",
    "ledger_resolutions",
    "tips",
];

async fn as_role(books: &Books, role: &str) -> AsyncPgConnection {
    let mut conn = books.database.connect().await;
    conn.batch_execute(&format!("SET SESSION AUTHORIZATION {role}")).await.expect("a role");
    conn
}

async fn refusal(conn: &mut AsyncPgConnection, sql: &str) -> String {
    sql_query(sql).execute(conn).await.expect_err(sql).to_string()
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count(conn: &mut AsyncPgConnection, table: &str) -> i64 {
    let sql = format!("SELECT count(*) AS count FROM {table}");
    sql_query(sql).get_result::<Count>(conn).await.expect("it may be read").count
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_role_can_book_and_read_and_nothing_else() {
    let mut books = Books::open(1).await;
    books.deliver(0, 1).await;
    let mut api = as_role(&books, "paceline_api").await;
    for table in TABLES {
        for sql in [
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table} CASCADE"),
            format!("ALTER TABLE {table} DISABLE TRIGGER ALL"),
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} OWNER TO paceline_api"),
            format!("DROP TABLE {table} CASCADE"),
            format!("DROP TRIGGER {table}_no_truncate ON {table}"),
        ] {
            let said = refusal(&mut api, &sql).await;
            assert!(
                said.contains("permission denied") || said.contains("must be owner"),
                "{sql}: {said}"
            );
        }
    }
    for sql in [
        "UPDATE ledger_accounts SET balance = balance",
        "UPDATE ledger_entries SET detail = detail",
        "UPDATE ledger_postings SET amount = amount",
        "UPDATE ledger_checkpoints SET size = size",
        "UPDATE ledger_leaves SET seq = seq",
        "UPDATE ledger_keys SET sealed_key = sealed_key",
        "UPDATE ledger_tariffs SET text = text",
        "INSERT INTO ledger_accounts (code, kind, currency) VALUES ('coop:bank', 'coop_bank', 'EUR')",
        "INSERT INTO ledger_entries (id, key, kind, occurred_at, recorded_at, detail)
             VALUES (gen_random_uuid(), 'k', 'piece', now(), now(), '{}')",
        "INSERT INTO ledger_postings SELECT * FROM ledger_postings",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql
             AS 'BEGIN RETURN NEW; END'",
        "ALTER FUNCTION ledger_refuse() OWNER TO paceline_api",
        "CREATE TRIGGER mine BEFORE INSERT ON ledger_postings EXECUTE FUNCTION ledger_refuse()",
        "CREATE RULE mine AS ON INSERT TO ledger_postings DO INSTEAD NOTHING",
        "SET ROLE paceline",
    ] {
        let said = refusal(&mut api, sql).await;
        assert!(
            said.contains("permission denied") || said.contains("must be owner"),
            "{sql}: {said}"
        );
    }
    assert_eq!(count(&mut api, "ledger_postings").await, 4, "it reads the books");
    let door =
        "SELECT ledger_post(gen_random_uuid(), 'k', 'piece', now(), now(), NULL, '{}', 'EUR',
        ARRAY['coop:operations', 'coop:bank'], ARRAY['coop_operations', 'coop_bank'],
        ARRAY[NULL, NULL]::uuid[], ARRAY[-5, 5]::bigint[])";
    sql_query(door).execute(&mut api).await.expect("the one door is open");
    assert_eq!(count(&mut api, "ledger_postings").await, 6);
    let unbalanced = door.replace("'k'", "'l'").replace("-5, 5", "-5, 6");
    let said = refusal(&mut api, &unbalanced).await;
    assert!(said.contains("does not sum to zero"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poster_books_without_seeing_and_a_reader_sees_what_is_theirs() {
    let mut books = Books::open(2).await;
    books.deliver(0, 1).await;
    books.deliver(1, 2).await;
    books.deliver(1, 3).await;
    let mut poster = as_role(&books, "paceline_poster").await;
    let door =
        "SELECT ledger_post(gen_random_uuid(), 'k', 'price', now(), now(), NULL, '{}', 'EUR',
        ARRAY['coop:operations', 'coop:bank'], ARRAY['coop_operations', 'coop_bank'],
        ARRAY[NULL, NULL]::uuid[], ARRAY[-5, 5]::bigint[])";
    sql_query(door).execute(&mut poster).await.expect("the one door is open");
    for table in TABLES {
        let said = refusal(&mut poster, &format!("SELECT FROM {table}")).await;
        assert!(said.contains("permission denied"), "{table}: {said}");
    }

    let mut reader = as_role(&books, "paceline_reader").await;
    let said = refusal(&mut reader, door).await;
    assert!(said.contains("permission denied"), "{said}");
    assert_eq!(count(&mut reader, "ledger_postings").await, 0, "nobody's are nobody's");
    for (courier, lines) in [(0, 1), (1, 2)] {
        let owner = books.couriers[courier].uuid();
        sql_query("SELECT set_config('paceline.owner', $1, false)")
            .bind::<Text, _>(owner.to_string())
            .execute(&mut reader)
            .await
            .expect("a setting");
        for (table, expected) in
            [("ledger_accounts", 1), ("ledger_postings", lines), ("ledger_entries", lines)]
        {
            assert_eq!(count(&mut reader, table).await, expected, "{table} of courier {courier}");
        }
    }
}
