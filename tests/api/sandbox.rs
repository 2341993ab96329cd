//! The sandbox, as an integrator meets it: started by its command, with its robos at work.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use paceline::domain::pay::{PieceInputs, Tariff};
use paceline::domain::time::Seconds;
use paceline::robo::seed::{PASSWORD, slug};
use paceline::robo::stage;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::database::services::urls;
use crate::dir::Dir;
use crate::support::{Actor, Coop, Receiver, Way, place, text};

/// Longest wait for anything, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);
/// The last line of what it prints once it is ready.
const LAST_LINE: &str = "Ctrl-C ends it";

/// `paceline sandbox` on a free port and private services.
pub struct Sandbox {
    child: Child,
    /// Held open: a program that nobody hears any more ends.
    _more: Lines<BufReader<ChildStdout>>,
    /// What it has printed.
    pub said: String,
}

impl Sandbox {
    /// Started, with everybody in their places.
    pub fn start(data: &Path, speed: i64) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--speed", &speed.to_string()]);
        command.arg("--data").arg(data);
        command.env_remove("DATABASE_URL").env_remove("REDIS_URL");
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program is built");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut said = String::new();
        while !said.lines().any(|line| line.starts_with(LAST_LINE)) {
            let line = lines.next().unwrap_or_else(|| panic!("it ended after saying:\n{said}"));
            said = format!("{said}{}\n", line.expect("text"));
        }
        Self { child, _more: lines, said }
    }

    /// The value of a line such as `BASE=http://127.0.0.1:8080`.
    pub fn given(&self, name: &str) -> &str {
        let line = self.said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name} in:\n{}", self.said))
    }

    fn stranger(&self) -> Actor {
        let address = self.given("BASE").strip_prefix("http://").expect("plain HTTP");
        Actor::new(&reqwest::Client::new(), address.parse().expect("an address"))
    }

    /// The shop's program, logged in by the printed credential.
    async fn shop(&self) -> Actor {
        let form = format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            self.given("CLIENT_ID"),
            self.given("CLIENT_SECRET"),
        );
        let stranger = self.stranger();
        let granted = stranger.post_form("/oauth2/token", &form).await.ok();
        stranger.with_token(text(&granted["access_token"]), "")
    }

    async fn admin(&self) -> Actor {
        let line = self.said.lines().find(|line| line.contains("board")).expect("a login");
        let (_, login) = line.split_once(", as ").expect("a login");
        let (email, password) = login.split_once(" / ").expect("a password");
        self.stranger().log_in(email, password).await
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// Orders a box to a door so many metres east and north of the shop, with this written on it.
async fn order(shop: &Actor, east_m: i32, north_m: i32, instructions: &str) -> String {
    let body = json!({
        "dropoffs": [{ "place": place(east_m, north_m), "contact": { "name": "M. Curie" } }],
        "packages": [{ "name": "box", "quantity": 1 }],
        "instructions": instructions,
    });
    let order = shop.post("/v1/deliveries", body).await.created();
    text(&order["id"]).to_owned()
}

/// Asks until the answer is as hoped.
async fn until(by: &Actor, path: &str, hoped: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = by.get(path).await.ok();
        if hoped(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{path} stays {answer:#}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn until_over(shop: &Actor, order: &str) -> Value {
    let over = |order: &Value| !order["ended_at"].is_null();
    until(shop, &format!("/v1/deliveries/{order}"), over).await
}

/// The events about an order from its beginning to its end, as the shop's program is told them.
async fn events(shop: &Actor, order: &str) -> Vec<Value> {
    let about = |all: &Value| {
        let items = all["items"].as_array().expect("items").iter();
        let about = items.filter(|event| event["data"]["delivery"]["id"] == order);
        about.cloned().collect::<Vec<_>>()
    };
    let over = |all: &Value| {
        about(all).last().is_some_and(|last| !last["data"]["delivery"]["ended_at"].is_null())
    };
    about(&until(shop, "/v1/events?after=0&limit=200", over).await)
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| text(&event["type"])).collect()
}

/// Seconds from one instant to another.
fn seconds(from: &Value, to: &Value) -> i64 {
    let read = |at: &Value| at.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
    let (from, to) = (read(from).expect("an instant"), read(to).expect("an instant"));
    to.as_second() - from.as_second()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_makes_an_order_go_wrong_in_its_own_way() {
    let dir = Dir::new("sandbox-words");
    let sandbox = Sandbox::start(dir.path(), 90);
    let (shop, admin) = (sandbox.shop().await, sandbox.admin().await);
    let receiver = Receiver::start(Way::Accept);
    shop.post("/v1/webhooks", json!({ "url": receiver.url() })).await.created();
    let mut stream = admin.follow(None).await;
    let plain = order(&shop, 900, 0, "2nd floor").await;
    let lost = order(&shop, 0, 900, "sandbox:lost-gps").await;
    let late = order(&shop, -900, 0, "sandbox:late-kitchen").await;
    let no_show = order(&shop, 0, -900, "Ring twice. sandbox:no-show").await;
    let refused = order(&shop, 650, 650, "sandbox:refusals").await;

    tokio::join!(
        goes_well(&shop, &plain),
        nobody_is_at_home(&shop, &no_show),
        is_lost_and_found(&shop, &admin, &lost),
        is_waited_for(&sandbox, &shop, &late),
    );
    assert_eq!(until_over(&shop, &refused).await["state"], "delivered");
    let mut offers = Vec::new();
    while offers.last().is_none_or(|kind| kind != "offer.accepted") {
        let told = stream.next().await;
        let about = |offer: &Value| offer["id"] == *refused;
        let deliveries = told.data["offer"]["deliveries"].as_array();
        if deliveries.is_some_and(|deliveries| deliveries.iter().any(about)) {
            offers.push(told.kind);
        }
    }
    let answers: Vec<&String> = offers.iter().filter(|kind| *kind != "offer.made").collect();
    assert_eq!(answers, ["offer.declined", "offer.declined", "offer.accepted"], "{offers:?}");

    for heard in receiver.accepted(20).await {
        assert_eq!(heard.body["sandbox"], true, "{}", heard.body);
    }
}

async fn goes_well(shop: &Actor, order: &str) {
    assert_eq!(until_over(shop, order).await["state"], "delivered");
    let told = events(shop, order).await;
    let kinds = kinds(&told);
    for kind in ["delivery.created", "delivery.assigned", "delivery.picked_up"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    assert_eq!(kinds.last(), Some(&"delivery.delivered"));
    let links = shop.get(&format!("/v1/deliveries/{order}/links")).await.ok();
    let page = shop.get(text(&links["items"][0]["url"])).header("accept-language", "en").await;
    let page = String::from_utf8_lossy(&page.body).into_owned();
    assert!(page.contains("Test: no real delivery"), "{page}");
}

async fn nobody_is_at_home(shop: &Actor, order: &str) {
    let over = until_over(shop, order).await;
    assert_eq!(
        (&over["state"], &over["end_reason"]["code"]),
        (&json!("failed"), &json!("not_at_home"))
    );
    assert_eq!(kinds(&events(shop, order).await).last(), Some(&"delivery.failed"));
}

/// The board has an old position for whoever carries it, and in the end it is delivered.
async fn is_lost_and_found(shop: &Actor, admin: &Actor, order: &str) {
    let carried = |order: &Value| order["state"] == "picked_up";
    let carried = until(shop, &format!("/v1/deliveries/{order}"), carried).await;
    let courier = |board: &Value| {
        let couriers = board["couriers"].as_array().expect("couriers").clone();
        couriers.into_iter().find(|one| one["id"] == carried["courier_id"]).expect("the courier")
    };
    let board = until(admin, "/v1/board", |board| courier(board)["stale"] == true).await;
    let deliveries = board["deliveries"].as_array().expect("deliveries");
    let on_board = deliveries.iter().find(|one| one["id"] == order).expect("the order");
    assert_eq!(on_board["state"], "picked_up", "the signal was lost too late: {on_board}");
    until(admin, "/v1/board", |board| courier(board)["stale"] == false).await;
    assert_eq!(until_over(shop, order).await["state"], "delivered");
}

/// The kitchen moves `ready_at` while the courier stands at the counter, who is paid for waiting.
async fn is_waited_for(sandbox: &Sandbox, shop: &Actor, order: &str) {
    let over = until_over(shop, order).await;
    assert_eq!(over["state"], "delivered");
    let told = events(shop, order).await;
    let created = &told.first().expect("an event")["data"]["delivery"]["ready_at"];
    assert!(seconds(created, &over["ready_at"]) >= 480, "{created} {}", over["ready_at"]);
    assert!(seconds(&over["ready_at"], &over["picked_up_at"]) >= 0, "{over:#}");
    assert!(kinds(&told).contains(&"delivery.updated"));

    let email = format!("{}@{}", slug(text(&over["courier_name"])), stage::DOMAIN);
    let courier = sandbox.stranger().log_in(&email, PASSWORD).await;
    let pay = courier.get("/v1/me/pay").await.ok();
    let lines = pay["lines"].as_array().expect("lines");
    let line = lines.iter().find(|line| line["delivery_id"] == order).expect("its line");
    let inputs: PieceInputs = serde_json::from_value(line["inputs"].clone()).expect("inputs");
    let tariff = Tariff::parse(include_str!("../../config/policy/tariff-hourly.toml"));
    let tariff = tariff.expect("the founding tariff");
    let unwaited = PieceInputs { waited_s: Seconds::ZERO, ..inputs };
    let paid = line["amount"]["amount"].as_i64().expect("an amount");
    assert!(inputs.waited_s >= Seconds(480), "{inputs:?}");
    assert_eq!(paid, tariff.piece(&inputs).amount);
    assert!(paid > tariff.piece(&unwaited).amount, "waiting is paid nothing: {line}");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_the_same_data_it_keeps_orders_and_credentials() {
    let dir = Dir::new("sandbox-kept");
    let names = ["CLIENT_ID", "CLIENT_SECRET"];
    let (first, placed) = {
        let sandbox = Sandbox::start(dir.path(), 90);
        let placed = order(&sandbox.shop().await, 900, 0, "2nd floor").await;
        (names.map(|name| sandbox.given(name).to_owned()), placed)
    };
    let sandbox = Sandbox::start(dir.path(), 90);
    assert_eq!(names.map(|name| sandbox.given(name).to_owned()), first);
    sandbox.admin().await.get("/v1/me").await.ok();
    // Whoever was under way goes on.
    assert_eq!(until_over(&sandbox.shop().await, &placed).await["state"], "delivered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_database_is_no_sandbox() {
    let coop = Coop::start().await;
    assert_eq!(coop.stranger().get("/v1/clock").await.ok()["sandbox"], false);
    let dir = Dir::new("sandbox-live");
    let refused = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_paceline"));
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--data"]).arg(dir.path());
        command.env("DATABASE_URL", coop.database_url()).env("REDIS_URL", &urls().redis);
        let said = command.output().expect("the program is built");
        let said = (said.status.success(), String::from_utf8_lossy(&said.stderr).into_owned());
        assert!(!said.0 && said.1.contains("belongs to a live co-op"), "{said:?}");
    };
    refused();
    // A database from before there were sandboxes.
    coop.sql("DELETE FROM settings WHERE key = 'sandbox'").await;
    coop.sql(
        "INSERT INTO settings (key, value) VALUES \
         ('clock', '{\"real\": \"2026-01-01T00:00:00Z\", \"coop\": \"2026-01-01T00:00:00Z\", \"speed\": 1}')",
    )
    .await;
    refused();
}
