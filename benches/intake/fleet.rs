//! A co-op with very many couriers on shift, in this process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use paceline::clock;
use paceline::config::Config;
use paceline::domain::identity::{Role, User};
use paceline::domain::ids::{CourierId, UserId};
use paceline::domain::text::Name;
use paceline::embedded;
use paceline::server::{self, Running};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::database::Database;
use crate::database::services::urls;
use crate::dir::Dir;

const ADMIN: &str = "admin@coop.example";
const PASSWORD: &str = "a password for one bench";
/// Seconds that an access token of the bench lasts.
const TOKEN_S: i64 = 7_200;

/// Somebody on shift, logged in.
pub struct Courier {
    pub token: String,
}

pub struct Fleet {
    pub running: Running,
    pub database: Database,
    pub couriers: Arc<Vec<Courier>>,
    _dir: Dir,
}

/// The id of the `n`th courier of the bench.
pub fn courier_id(n: usize) -> CourierId {
    let n = u128::try_from(n).expect("small");
    CourierId::from_uuid(Uuid::from_u128((0x7000 << 64) | (0x8000 << 48) | n))
}

impl Fleet {
    pub async fn start(couriers: usize) -> Self {
        let database = Database::make().await;
        let dir = Dir::new("bench-intake");
        let mut config = Config::defaults().expect("the defaults are a whole configuration");
        config.server.listen = "127.0.0.1:0".to_owned();
        config.server.redis_prefix.clone_from(&database.name);
        config.server.data_dir = dir.path().to_owned();
        config.auth.admin_email = ADMIN.to_owned();
        config.auth.admin_password = PASSWORD.to_owned();
        let given = |url: &str| Some(url.to_owned());
        let services = embedded::start(dir.path(), given(&database.url), given(&urls().redis));
        let running =
            server::start(config, &services.expect("given")).await.expect("the server starts");
        let sql = format!(
            "INSERT INTO couriers (id, name, vehicle, created_at)
                 SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'C' || n,
                        'bike', now() FROM generate_series(1, {couriers}) n;
             INSERT INTO shifts (id, courier_id, started_at, state)
                 SELECT ('00000000-0000-7000-9000-' || right(id::text, 12))::uuid, id,
                        now() - interval '3 hours', 'open' FROM couriers;
             ANALYZE couriers, shifts"
        );
        database.connect().await.batch_execute(&sql).await.expect("couriers on shift");
        let courier = |n| {
            let id = courier_id(n);
            let user = User {
                id: clock::id_at(clock::real_now(), UserId::from_uuid),
                name: Name::new("C").expect("a name"),
                email: format!("c{n}@coop.example").parse().expect("an address"),
                roles: vec![Role::Courier],
                courier_id: Some(id),
                merchant_id: None,
                deactivated_at: None,
            };
            let token = running.app.keys.token_for_user(&user, TOKEN_S).expect("a token");
            Courier { token }
        };
        let couriers = Arc::new((1..=couriers).map(courier).collect());
        Self { running, database, couriers, _dir: dir }
    }

    pub const fn address(&self) -> SocketAddr {
        self.running.address
    }

    pub async fn stop(self) {
        self.running.stop().await;
    }

    /// A row a tick that had something to decide.
    async fn decisions(conn: &mut AsyncPgConnection) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let sql = diesel::sql_query("SELECT count(*) AS count FROM decisions");
        sql.get_result::<Count>(conn).await.expect("decisions").count
    }

    /// Does `work` while shops order and the engine dispatches. Gives its outcome, and the decisions
    /// that were made meanwhile.
    pub async fn while_dispatching<T>(
        &self,
        orders_a_second: u32,
        work: impl Future<Output = T>,
    ) -> (T, i64) {
        let mut conn = self.database.connect().await;
        let before = Self::decisions(&mut conn).await;
        let orders = self.order(orders_a_second);
        let outcome = tokio::select! {
            outcome = work => outcome,
            () = orders => unreachable!("shops order for ever"),
        };
        (outcome, Self::decisions(&mut conn).await - before)
    }

    async fn order(&self, a_second: u32) {
        let http = reqwest::Client::new();
        let base = format!("http://{}", self.address());
        let post = async |token: &str, path: &str, body: Value| -> Value {
            let call = http.post(format!("{base}{path}")).bearer_auth(token).json(&body);
            let call = call
                .header("Idempotency-Key", clock::id_at(clock::real_now(), |id| id).to_string());
            let answer = call.send().await.expect("an answer").error_for_status();
            answer.expect("it is taken").json().await.expect("JSON")
        };
        let login = json!({ "email": ADMIN, "password": PASSWORD });
        let session = post("", "/v1/auth/login", login).await;
        let token = session["access_token"].as_str().expect("a token");
        let place = |n: usize| {
            let (east, north) = crate::phones::offset(n);
            json!({ "latitude": 48.8566 + north, "longitude": 2.3522 + east })
        };
        let shop =
            json!({ "name": "Bistro", "kind": "shop", "place": place(0), "address": "1 Main" });
        let shop = post(token, "/v1/merchants", shop).await;
        let mut pace = tokio::time::interval(Duration::from_secs(1) / a_second);
        for n in 0.. {
            pace.tick().await;
            let order = json!({
                "merchant_id": shop["id"],
                "pickups": [{ "place": place(n * 7) }], "dropoffs": [{ "place": place(n * 13 + 5) }],
            });
            post(token, "/v1/deliveries", order).await;
        }
    }
}
