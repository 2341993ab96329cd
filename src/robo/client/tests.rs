//! The client against a small server that misbehaves on purpose.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};

use super::*;

#[derive(Default)]
struct Seen {
    logins: AtomicUsize,
    refreshes: AtomicUsize,
    calls: AtomicUsize,
    streams: AtomicUsize,
}

fn tokens(nth: usize) -> Value {
    json!({"access_token": format!("a{nth}"), "refresh_token": "r", "expires_in": 900})
}

fn bears(request: &HttpRequest, token: &str) -> bool {
    let sent = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    sent == Some(format!("Bearer {token}").as_str())
}

async fn login(seen: Data<Seen>) -> HttpResponse {
    HttpResponse::Ok().json(tokens(seen.logins.fetch_add(1, SeqCst) * 10))
}

/// The refresh token works once, as after an answer lost on the way.
async fn refresh(seen: Data<Seen>) -> HttpResponse {
    match seen.refreshes.fetch_add(1, SeqCst) {
        0 => HttpResponse::Ok().json(tokens(1)),
        _ => HttpResponse::Unauthorized().json(json!({"code": "refresh-reused"})),
    }
}

/// Fails twice, then answers with the idempotency key it was sent.
async fn moody(seen: Data<Seen>, request: HttpRequest) -> HttpResponse {
    match seen.calls.fetch_add(1, SeqCst) {
        0 => HttpResponse::ServiceUnavailable().json(json!({"code": "busy"})),
        1 => HttpResponse::Conflict()
            .insert_header(("retry-after", "0"))
            .json(json!({"code": "still-running"})),
        _ => {
            let key = request.headers().get("idempotency-key").unwrap().to_str().unwrap();
            HttpResponse::Ok().json(json!({"key": key}))
        }
    }
}

/// Each token is good for a while only: first `a0`, then `a1`, then `a10` (a second login).
async fn strict(seen: Data<Seen>, request: HttpRequest) -> HttpResponse {
    let wanted = ["a0", "a1", "a10"][seen.calls.load(SeqCst).min(2)];
    if bears(&request, wanted) {
        seen.calls.fetch_add(1, SeqCst);
        HttpResponse::Ok().json(json!({}))
    } else {
        HttpResponse::Unauthorized().json(json!({"code": "unauthenticated"}))
    }
}

/// One event a connection; then the connection ends.
async fn stream(seen: Data<Seen>, request: HttpRequest) -> HttpResponse {
    seen.streams.fetch_add(1, SeqCst);
    let last = request.headers().get("last-event-id").map_or("0", |id| id.to_str().unwrap());
    let id = last.parse::<u32>().unwrap() + 1;
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .body(format!(": hello\n\nid: {id}\nevent: route.changed\ndata: {{}}\n\n"))
}

async fn serve() -> (Session, Arc<Seen>, Api) {
    let seen = Arc::new(Seen::default());
    let data = Data::from(seen.clone());
    let app = move || {
        App::new()
            .app_data(data.clone())
            .route("/v1/auth/login", web::post().to(login))
            .route("/v1/auth/refresh", web::post().to(refresh))
            .route("/moody", web::post().to(moody))
            .route("/strict", web::get().to(strict))
            .route("/v1/stream", web::get().to(stream))
    };
    let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
    let api = Api::new(&format!("http://{}", server.addrs()[0])).unwrap();
    actix_web::rt::spawn(server.run());
    let login = Login::Password { email: "a@b.example".into(), password: "secret".into() };
    (Session::new(&api, login), seen, api)
}

#[actix_web::test]
async fn a_busy_server_is_asked_again_with_the_same_key() {
    let (session, seen, api) = serve().await;
    let answer: Value =
        session.send(&Call::post("/moody", &[]).idempotency_key("k1").json(())).await.unwrap();
    assert_eq!((answer, seen.calls.load(SeqCst)), (json!({"key": "k1"}), 3));
    assert_eq!(
        api.meter().errors().into_keys().collect::<Vec<_>>(),
        ["409 still-running", "503 busy"]
    );
}

#[actix_web::test]
async fn a_call_made_once_is_not_repeated() {
    let (session, seen, _) = serve().await;
    let answer = session.send::<Value>(&Call::post("/moody", &[]).once()).await;
    assert_eq!(answer.unwrap_err().code(), Some("busy"));
    assert_eq!(seen.calls.load(SeqCst), 1);
}

/// A refused token is refreshed; a refused refresh token leads back to the password.
#[actix_web::test]
async fn tokens_are_renewed_until_one_is_taken() {
    let (session, seen, _) = serve().await;
    for _ in 0..3 {
        session.send::<Value>(&Call::get("/strict", &[])).await.unwrap();
    }
    assert_eq!((seen.logins.load(SeqCst), seen.refreshes.load(SeqCst)), (2, 2));
}

#[actix_web::test]
async fn a_broken_stream_goes_on_after_the_last_event() {
    let (session, seen, _) = serve().await;
    let mut events = Events::follow(&session, None);
    let mut ids = Vec::new();
    while ids.len() < 3 {
        if let Heard::Event(event) = events.next().await {
            ids.push(event.id.unwrap());
        }
    }
    assert_eq!((ids.join(" ").as_str(), seen.streams.load(SeqCst)), ("1 2 3", 3));
}
