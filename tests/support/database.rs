//! A database for one test: a copy of one that was migrated once, dropped in the end.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use sha2::{Digest, Sha256};

use super::services::urls;

/// The advisory lock of whoever makes the template.
const TEMPLATE_LOCK: i64 = 4_242_003;

pub struct Database {
    pub name: String,
    pub url: String,
}

impl Database {
    /// Takes some tens of milliseconds.
    pub async fn make() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("paceline_test_{}_{number}", std::process::id());
        let template = template().await;
        let mut conn = connect(&urls().database).await;
        run(&mut conn, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut conn, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        let url = url_of(&name);
        Self { name, url }
    }

    /// A connection of the test's own.
    pub async fn connect(&self) -> AsyncPgConnection {
        connect(&self.url).await
    }
}

impl Drop for Database {
    /// Nothing is left behind, whether the test has passed or not. Whoever is still connected is
    /// thrown out.
    fn drop(&mut self) {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let mut conn = connect(&urls().database).await;
                let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
                run(&mut conn, &sql).await;
            });
        });
    }
}

async fn connect(url: &str) -> AsyncPgConnection {
    AsyncPgConnection::establish(url).await.expect("Postgres answers")
}

async fn run(conn: &mut AsyncPgConnection, sql: &str) {
    conn.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The given URL with another database: the last part of its path.
fn url_of(database: &str) -> String {
    let (address, options) = match urls().database.split_once('?') {
        Some((address, options)) => (address, format!("?{options}")),
        None => (urls().database.as_str(), String::new()),
    };
    let (server, _) = address.rsplit_once('/').expect("a database URL ends on /<database>");
    format!("{server}/{database}{options}")
}

/// The migrated database that the others are copied from: made by the first who asks, named by its
/// migrations, so that changed ones make another.
async fn template() -> String {
    #[derive(QueryableByName)]
    struct Exists {
        #[diesel(sql_type = Bool)]
        exists: bool,
    }
    let name = format!("paceline_template_{}", migrations_fingerprint());
    let mut conn = connect(&urls().database).await;
    run(&mut conn, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let found: Exists =
        sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS exists")
            .bind::<Text, _>(&name)
            .get_result(&mut conn)
            .await
            .expect("the catalogue can be read");
    if !found.exists {
        // Renamed when it is whole: a crash leaves nothing that looks like it.
        let unfinished = format!("{name}_unfinished");
        run(&mut conn, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
        run(&mut conn, &format!("CREATE DATABASE {unfinished}")).await;
        paceline::db::migrate(&url_of(&unfinished)).await.expect("the migrations run");
        run(&mut conn, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    name // The lock goes with the connection.
}

fn migrations_fingerprint() -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let folders = std::fs::read_dir(dir).expect("there are migrations");
    let mut scripts: Vec<_> =
        folders.map(|folder| folder.expect("a folder").path().join("up.sql")).collect();
    scripts.sort();
    let mut digest = Sha256::new();
    for script in scripts {
        digest.update(std::fs::read(&script).expect("every migration has an up.sql"));
    }
    digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
