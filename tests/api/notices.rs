//! Customers are told once, by mail through a real server or by SMS, and nobody's address is kept twice.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};

use crate::support::{Actor, Coop, place, task, text};

/// Longest wait for a letter on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(30);

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    free.expect("a free port").port()
}

/// A mail server that puts what it takes into a Maildir.
struct MailServer(Child);

impl MailServer {
    fn start(port: u16, maildir: &Path) -> Self {
        let mut command = Command::new("aiosmtpd");
        command.args(["-n", "-l", &format!("127.0.0.1:{port}"), "-c", "aiosmtpd.handlers.Mailbox"]);
        let server = command.arg(maildir).spawn().expect("aiosmtpd starts");
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < WAIT_MAX, "no mail server");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self(server)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether there is one to start; said aloud if not.
fn has_mail_server() -> bool {
    let found = Command::new("aiosmtpd").arg("--version").output().is_ok();
    if !found {
        println!("SKIPPED: aiosmtpd is missing: apt-get install python3-aiosmtpd");
    }
    found
}

fn letters(maildir: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(maildir.join("new")) else { return Vec::new() };
    let read = |file: std::fs::DirEntry| std::fs::read_to_string(file.path()).expect("text");
    // Quoted-printable (RFC 2045): an equals sign at the end of a line only breaks it.
    let plain = |text: String| text.replace("=\r\n", "").replace("=\n", "").replace("=3D", "=");
    files.map(|file| plain(read(file.expect("a file")))).collect()
}

/// Ordered for somebody with this contact, and given to the courier.
async fn order(coop: &Coop, shop: &Actor, courier: &Actor, contact: Value) -> Value {
    let body = json!({ "dropoffs": [{ "place": place(700, 0), "contact": contact }] });
    let delivery = shop.post("/v1/deliveries", body).await.created();
    coop.dispatcher().await.assign(&delivery, courier).await.ok();
    delivery
}

async fn told(shop: &Actor, delivery: &Value) -> Vec<Value> {
    let path = format!("/v1/deliveries/{}/notices", text(&delivery["id"]));
    shop.get(&path).await.ok()["items"].as_array().expect("a list").clone()
}

/// What was told, once `enough` of it is.
async fn until(shop: &Actor, delivery: &Value, enough: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let notices = told(shop, delivery).await;
        if enough(&notices) {
            return notices;
        }
        assert!(begun.elapsed() < WAIT_MAX, "{notices:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn co_op(smtp: &str, sms: &str, occasions: &[&str]) -> Coop {
    Coop::with(|config| {
        config.server.public_url = "https://bikes.example".to_owned();
        config.notices.occasions = occasions.iter().map(|&one| one.to_owned()).collect();
        config.notices.language = "en".to_owned();
        config.notices.smtp_url = smtp.to_owned();
        config.notices.mail_from = "Les Coursiers <hello@bikes.example>".to_owned();
        config.notices.sms_url = sms.to_owned();
        config.notices.sms_token = "a token".to_owned();
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_goes_out_once_even_if_the_mail_server_was_away() {
    if !has_mail_server() {
        return;
    }
    let port = free_port();
    let occasions = &["on_the_way", "not_delivered"];
    let coop = co_op(&format!("smtp://127.0.0.1:{port}"), "", occasions).await;
    let maildir: PathBuf = coop.app().config.server.data_dir.join("mail");
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let contact = json!({ "name": "Marie", "email": "marie@example.org", "phone": "+33 1 23" });
    let body = json!({
        "dropoffs": [{ "place": place(700, 0), "contact": contact, "needs": ["pin"] }],
    });
    let delivery = shop.post("/v1/deliveries", body).await.created();
    coop.dispatcher().await.assign(&delivery, &alice).await.ok();
    assert_eq!(told(&shop, &delivery).await, Vec::<Value>::new());
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    let tried = until(&shop, &delivery, |all| all.iter().any(|one| one["attempts"] == 1)).await;
    assert_eq!((tried.len(), &tried[0]["state"]), (1, &json!("waiting")));
    assert!(tried[0]["error"].is_string(), "{tried:?}");

    let _server = MailServer::start(port, &maildir);
    coop.sql("UPDATE notices SET due_at = made_at").await;
    let sent = until(&shop, &delivery, |all| all.iter().any(|one| one["state"] == "sent")).await;
    assert_eq!(
        (&sent[0]["occasion"], &sent[0]["channel"]),
        (&json!("on_the_way"), &json!("email"))
    );
    let letter = letters(&maildir).remove(0);
    for part in [
        "To: marie@example.org",
        "hello@bikes.example",
        "Subject: Your delivery from Bistro is on its way",
        "https://bikes.example/t/",
        text(&sent[0]["id"]),
        &format!("courier at the door: {}", text(&delivery["tasks"][1]["pin"])),
    ] {
        assert!(letter.contains(part), "no `{part}`: {letter}");
    }
    // The link in it opens the page.
    let link = letter.split("https://bikes.example").nth(1).expect("a link");
    let link = link.split_whitespace().next().expect("a link");
    let page = coop.stranger().get(link).await.status(200);
    assert!(String::from_utf8_lossy(&page.body).contains("Bistro"));

    // It fails at the door: that is told, too; what comes of another door is not their affair.
    let path = format!("/v1/tasks/{}/failed", task(&delivery, "dropoff"));
    alice.post(&path, json!({ "code": "not_at_home" })).await.ok();
    until(&shop, &delivery, |all| all.len() == 2 && all.iter().all(|one| one["state"] == "sent"))
        .await;
    assert_eq!(letters(&maildir).len(), 2);
    let other = coop.merchant("Other").await;
    let foreign = format!("/v1/deliveries/{}/notices", text(&delivery["id"]));
    other.get(&foreign).await.problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_goes_to_who_has_a_telephone_alone_and_not_twice() {
    let heard: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
    let ear = Data::from(heard.clone());
    let gateway =
        async |ear: Data<Mutex<Vec<(String, Value)>>>, request: HttpRequest, body: Bytes| {
            let token = request
                .headers()
                .get("authorization")
                .expect("a token")
                .to_str()
                .expect("text")
                .to_owned();
            let body = serde_json::from_slice(&body).expect("JSON");
            ear.lock().expect("no panic").push((token, body));
            HttpResponse::Accepted().finish()
        };
    let port = free_port();
    let app = move || App::new().app_data(ear.clone()).default_service(actix_web::web::to(gateway));
    let server = HttpServer::new(app).workers(1).disable_signals();
    tokio::spawn(server.bind(("127.0.0.1", port)).expect("it is free").run());
    let sms = format!("http://127.0.0.1:{port}/send");
    let coop = co_op("", &sms, &["on_the_way", "delivered"]).await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    // Without a mail server the telephone is what is left.
    let contact = json!({ "email": "marie@example.org", "phone": "+33 6 12" });
    let delivery = order(&coop, &shop, &alice, contact).await;
    let nobody = order(&coop, &shop, &alice, json!({ "name": "Nobody" })).await;
    for one in [&delivery, &nobody] {
        alice.complete(&task(one, "pickup"), json!({})).await.ok();
        let proof = json!({ "proof": { "signed_by": "Marie" } });
        alice.complete(&task(one, "dropoff"), proof).await.ok();
    }
    let over = |all: &[Value]| !all.is_empty() && all.iter().all(|one| one["state"] != "waiting");
    let all = until(&shop, &delivery, over).await;
    assert!(all.iter().all(|one| one["channel"] == "sms"), "{all:?}");
    assert_eq!(told(&shop, &nobody).await, Vec::<Value>::new());
    let heard = heard.lock().expect("no panic").clone();
    let sent = all.iter().filter(|one| one["state"] == "sent").count();
    assert_eq!(heard.len(), sent, "{heard:?}");
    let (token, last) = heard.last().expect("one at least");
    assert_eq!((token.as_str(), &last["to"]), ("Bearer a token", &json!("+33 6 12")));
    assert!(text(&last["text"]).contains("Bistro"), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_set_nobody_is_told() {
    let coop = co_op("", "", &["on_the_way"]).await;
    let (shop, alice) = (coop.merchant("Bistro").await, coop.courier_on_shift("Alice", 0).await);
    let contact = json!({ "email": "marie@example.org" });
    let delivery = order(&coop, &shop, &alice, contact).await;
    let wrong = json!({ "dropoffs": [{ "place": place(7, 0), "contact": { "email": "marie" } }] });
    let problem = shop.post("/v1/deliveries", wrong).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/dropoffs/0/contact/email");
    alice.complete(&task(&delivery, "pickup"), json!({})).await.ok();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(told(&shop, &delivery).await, Vec::<Value>::new());
}
