//! A co-op for one test: own database, own keys in Redis, a clock that stands until the test moves
//! it, and a real server on a free port. People do what they do over HTTP.

mod actor;
mod receiver;
mod reply;
mod stream;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use diesel_async::SimpleAsyncConnection;
use paceline::clock::Clock;
use paceline::config::Config;
use paceline::domain::policy::DispatchPolicy;
use paceline::domain::time::Timestamp;
use paceline::http::App;
use paceline::loops::{dispatcher, retention};
use paceline::server::{self, Running};
use paceline::{commands, embedded};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

pub use actor::{Actor, Call, picture};
pub use receiver::{Heard, Receiver, Way};
pub use reply::Reply;
pub use stream::{Stream, Told};

use crate::database::Database;
use crate::database::services::urls;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse";
/// A Monday, when the test begins.
pub const MONDAY_NOON: &str = "2026-03-02T12:00:00.000Z";

/// With whom every co-op begins.
pub const ADMIN: &str = "admin@coop.example";

pub struct Coop {
    /// Taken when the test ends.
    running: Option<Running>,
    database: Database,
    dir: PathBuf,
    hands: Arc<AtomicI64>,
    http: reqwest::Client,
    people: AtomicU32,
    /// Those whom every story needs: one session each.
    admin: OnceCell<Actor>,
    dispatcher: OnceCell<Actor>,
}

impl Coop {
    /// The co-op as it is founded, without its dispatcher loop: a tick happens by [`Self::tick`].
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with a dispatch policy that has `now` where the founding one has `was`.
    pub async fn that_voted(was: &str, now: &str) -> Self {
        let founding = DispatchPolicy::FOUNDING_TEXT;
        assert!(founding.contains(was), "the founding policy has no `{was}`");
        Self::with(|config| {
            let path = config.server.data_dir.join("dispatch.toml");
            std::fs::write(&path, founding.replace(was, now)).expect("the test's own directory");
            config.policy.dispatch = path.to_str().expect("a plain path").to_owned();
        })
        .await
    }

    /// The same with other settings.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let database = Database::make().await;
        let dir = std::env::temp_dir().join(&database.name);
        std::fs::create_dir_all(&dir).expect("there is room for the installation's secret");
        let mut config = Config::defaults().expect("the defaults are a whole configuration");
        config.server.listen = "127.0.0.1:0".to_owned();
        config.server.redis_prefix.clone_from(&database.name);
        config.server.data_dir.clone_from(&dir);
        config.server.pool_size = 8;
        config.auth.admin_email = ADMIN.to_owned();
        config.auth.admin_password = PASSWORD.to_owned();
        config.coop.name = "Les Coursiers".to_owned();
        config.coop.iban = "FR7630006000011234567890189".to_owned();
        config.coop.siren = "732829320".to_owned();
        config.dispatch.enabled = false;
        change(&mut config);
        let given = |url: &str| Some(url.to_owned());
        let services =
            embedded::start(&dir, given(&database.url), given(&urls().redis)).expect("given");
        let noon: Timestamp = MONDAY_NOON.parse().expect("a time");
        let hands = Arc::new(AtomicI64::new(noon.millis()));
        let clock = Clock::held(hands.clone());
        let running = server::start_by(config, &services, clock).await.expect("the server starts");
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        Self {
            running: Some(running),
            database,
            dir,
            hands,
            http,
            people: AtomicU32::new(0),
            admin: OnceCell::new(),
            dispatcher: OnceCell::new(),
        }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().expect("it runs until it is dropped")
    }

    /// What the server's handlers work with.
    pub fn app(&self) -> &App {
        &self.running().app
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.hands.load(Ordering::Relaxed))
    }

    /// Lets so many seconds pass for the co-op.
    pub fn pass(&self, seconds: i64) {
        self.hands.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    /// `seconds` from now, as it is written; negative for the past.
    pub fn at(&self, seconds: i64) -> String {
        Timestamp::from_millis(self.now().millis() + seconds * 1000).to_string()
    }

    /// One tick of the dispatcher.
    pub async fn tick(&self) {
        let app = self.app();
        dispatcher::tick(&app.coop, &app.live).await.expect("the dispatcher ticks");
    }

    /// Ends the offers whose time is over, without waiting for the loop that does it.
    pub async fn expire_offers(&self) {
        commands::offers::expire_lapsed(&self.app().coop).await.expect("offers expire");
    }

    /// Forgets what is old enough, without waiting for the loop that does it.
    pub async fn forget(&self) {
        let app = self.app();
        let days = app.config.retention;
        retention::forget(&app.coop, &app.pictures, days).await.expect("it is forgotten");
    }

    /// Where the co-op's database is.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// What nobody can do over HTTP.
    pub async fn sql(&self, statement: &str) {
        let mut conn = self.database.connect().await;
        conn.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// Somebody who is not logged in.
    pub fn stranger(&self) -> Actor {
        Actor::new(&self.http, self.running().address)
    }

    pub async fn admin(&self) -> Actor {
        let log_in = || async { self.stranger().log_in(ADMIN, PASSWORD).await };
        self.admin.get_or_init(log_in).await.clone()
    }

    /// Somebody with a role that has no belongings of its own.
    pub async fn user(&self, role: &str) -> Actor {
        let email = self.fresh_email(role);
        let new = json!({ "name": role, "email": email, "password": PASSWORD, "roles": [role] });
        self.admin().await.post("/v1/users", new).await.created();
        self.stranger().log_in(&email, PASSWORD).await
    }

    pub async fn dispatcher(&self) -> Actor {
        self.dispatcher.get_or_init(|| self.user("dispatcher")).await.clone()
    }

    /// A restaurant at the co-op's base point, and the person who orders for it.
    pub async fn merchant(&self, name: &str) -> Actor {
        let admin = self.admin().await;
        let shop = json!({
            "name": name, "kind": "restaurant", "place": place(0, 0), "address": "1 Main Street",
        });
        let shop = admin.post("/v1/merchants", shop).await.created();
        let email = self.fresh_email("merchant");
        let new = json!({
            "name": name, "email": email, "password": PASSWORD, "roles": ["merchant"],
            "merchant_id": shop["id"],
        });
        admin.post("/v1/users", new).await.created();
        self.stranger().log_in(&email, PASSWORD).await
    }

    /// A machine of a merchant's.
    pub async fn machine_of(&self, merchant: &Actor) -> Actor {
        let path = format!("/v1/merchants/{}/clients", merchant.id);
        let client = self.admin().await.post(&path, json!({ "name": "till" })).await.created();
        let stranger = self.stranger();
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            text(&client["client_id"]),
            text(&client["client_secret"]),
        );
        let granted = stranger.post_form("/oauth2/token", &form).await.ok();
        stranger.with_token(text(&granted["access_token"]), &merchant.id)
    }

    /// A courier who is not on shift.
    pub async fn courier(&self, name: &str) -> Actor {
        let email = self.fresh_email("courier");
        let new = json!({ "name": name, "email": email, "password": PASSWORD, "vehicle": "bike" });
        self.admin().await.post("/v1/couriers", new).await.created();
        self.stranger().log_in(&email, PASSWORD).await
    }

    /// A courier on shift, so many metres east of the base point.
    pub async fn courier_on_shift(&self, name: &str, east_m: i32) -> Actor {
        let courier = self.courier(name).await;
        courier.post("/v1/me/shift/start", json!({})).await.ok();
        courier.rides_to(self, place(east_m, 0)).await;
        courier
    }

    fn fresh_email(&self, role: &str) -> String {
        format!("{role}-{}@coop.example", self.people.fetch_add(1, Ordering::Relaxed))
    }
}

impl Drop for Coop {
    /// Nothing is left behind, whether the test has passed or not.
    fn drop(&mut self) {
        let Some(running) = self.running.take() else { return };
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                running.stop().await;
                forget_in_redis(&self.database.name).await;
            });
        });
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

async fn forget_in_redis(prefix: &str) {
    let client = redis::Client::open(urls().redis.as_str()).expect("a Redis URL");
    let mut redis = client.get_multiplexed_async_connection().await.expect("Redis answers");
    for name in ["positions", "lease:dispatcher"] {
        let key = format!("{prefix}:{name}");
        redis::cmd("DEL").arg(key).exec_async(&mut redis).await.expect("Redis forgets");
    }
}

/// So many metres east and north of the co-op's base point.
pub fn place(east_m: i32, north_m: i32) -> Value {
    let (latitude, longitude) = (48.8566_f64, 2.3522);
    let metres_per_degree = 111_195.0;
    json!({
        "latitude": latitude + f64::from(north_m) / metres_per_degree,
        "longitude": longitude
            + f64::from(east_m) / (metres_per_degree * latitude.to_radians().cos()),
    })
}

#[track_caller]
pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// The task of a delivery, by kind.
#[track_caller]
pub fn task(delivery: &Value, kind: &str) -> String {
    let tasks = delivery["tasks"].as_array().expect("a delivery has tasks");
    let found = tasks.iter().find(|task| task["kind"] == kind).expect("a task of this kind");
    text(&found["id"]).to_owned()
}
