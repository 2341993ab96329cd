//! A merchant's program that is told what happens: a real HTTP server that answers as the test
//! wants, checks signatures by the reference library, and can be killed and started again.

use std::net::TcpListener;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::Value;
use standardwebhooks::Webhook;

/// Longest wait for a message on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Accept,
    Answer(u16),
    /// With a redirect to itself.
    Redirect,
    /// Takes the request and says nothing.
    Hang,
}

/// A message that came in, in the order of coming.
#[derive(Clone, Debug)]
pub struct Heard {
    pub id: String,
    pub signatures: Vec<String>,
    pub body: Value,
    /// Whether it was accepted.
    pub accepted: bool,
    pub at: Instant,
    headers: reqwest::header::HeaderMap,
    bytes: Vec<u8>,
}

impl Heard {
    pub fn kind(&self) -> &str {
        self.body["type"].as_str().expect("a type")
    }

    /// Whether the reference library takes it for one that was signed with this secret.
    pub fn is_signed_with(&self, secret: &str) -> bool {
        let reference = Webhook::new(secret).expect("a secret of the standard's form");
        reference.verify(&self.bytes, &self.headers).is_ok()
    }
}

struct Ear {
    way: Mutex<Way>,
    heard: Mutex<Vec<Heard>>,
}

pub struct Receiver {
    ear: Data<Ear>,
    port: u16,
    server: Option<actix_web::dev::ServerHandle>,
}

async fn hear(ear: Data<Ear>, request: HttpRequest, bytes: Bytes) -> HttpResponse {
    let way = *ear.way.lock().expect("no panic");
    let text = |name: &str| {
        let value = request.headers().get(name).expect("the standard's headers");
        value.to_str().expect("visible ASCII").to_owned()
    };
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers = names
        .into_iter()
        .map(|name| (name.parse().expect("a name"), text(name).parse().expect("a value")));
    let heard = Heard {
        id: text("webhook-id"),
        signatures: text("webhook-signature").split(' ').map(str::to_owned).collect(),
        body: serde_json::from_slice(&bytes).expect("JSON"),
        accepted: way == Way::Accept,
        at: Instant::now(),
        headers: headers.collect(),
        bytes: bytes.to_vec(),
    };
    ear.heard.lock().expect("no panic").push(heard);
    match way {
        Way::Accept => HttpResponse::Ok().finish(),
        Way::Answer(status) => {
            HttpResponse::build(status.try_into().expect("a status")).body("not now")
        }
        Way::Redirect => HttpResponse::Found().insert_header(("location", "/elsewhere")).finish(),
        Way::Hang => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            HttpResponse::Ok().finish()
        }
    }
}

impl Receiver {
    pub fn start(way: Way) -> Self {
        let ear = Ear { way: Mutex::new(way), heard: Mutex::default() };
        let mut receiver = Self { ear: Data::new(ear), port: 0, server: None };
        receiver.revive();
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hooks", self.port)
    }

    /// On the port of before, if it lived before.
    pub fn revive(&mut self) {
        let ear = self.ear.clone();
        let listener = TcpListener::bind(("127.0.0.1", self.port)).expect("the port is free");
        self.port = listener.local_addr().expect("it is bound").port();
        let server = HttpServer::new(move || {
            App::new().app_data(ear.clone()).default_service(actix_web::web::to(hear))
        });
        let server = server.workers(1).disable_signals().listen(listener).expect("it listens");
        let server = server.run();
        self.server = Some(server.handle());
        tokio::spawn(server);
    }

    pub async fn kill(&mut self) {
        self.server.take().expect("it lives").stop(false).await;
    }

    pub fn answers(&self, way: Way) {
        *self.ear.way.lock().expect("no panic") = way;
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.ear.heard.lock().expect("no panic").clone()
    }

    /// What it has accepted, once that is so much.
    pub async fn accepted(&self, count: usize) -> Vec<Heard> {
        self.until(|heard| heard.iter().filter(|one| one.accepted).count() >= count).await;
        self.heard().into_iter().filter(|one| one.accepted).collect()
    }

    pub async fn until(&self, enough: impl Fn(&[Heard]) -> bool) {
        let begun = Instant::now();
        while !enough(&self.heard()) {
            assert!(begun.elapsed() < WAIT_MAX, "only heard {:?}", self.heard());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
