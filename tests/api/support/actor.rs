//! Somebody who talks to the server.

use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::pin::Pin;

use paceline::clock;
use paceline::domain::ids::{IncidentId, IncidentPictureId, ProofId, uuid_v7};
use paceline::domain::time::Timestamp;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Coop, Reply, Stream, text};

#[derive(Clone)]
pub struct Actor {
    http: Client,
    base: String,
    /// Whose affairs are theirs: a courier's or a merchant's id, else the user's own.
    pub id: String,
    pub token: Option<String>,
    pub refresh_token: Option<String>,
}

impl Actor {
    pub fn new(http: &Client, address: SocketAddr) -> Self {
        Self {
            http: http.clone(),
            base: format!("http://{address}"),
            id: String::new(),
            token: None,
            refresh_token: None,
        }
    }

    pub async fn log_in(&self, email: &str, password: &str) -> Self {
        let login = json!({ "email": email, "password": password });
        let session = self.post("/v1/auth/login", login).await.ok();
        let user = &session["user"];
        let id = user.get("courier_id").or(user.get("merchant_id")).unwrap_or(&user["id"]);
        Self {
            refresh_token: Some(text(&session["refresh_token"]).to_owned()),
            ..self.with_token(text(&session["access_token"]), text(id))
        }
    }

    /// The same with this access token.
    pub fn with_token(&self, token: &str, id: &str) -> Self {
        Self { token: Some(token.to_owned()), id: id.to_owned(), ..self.clone() }
    }

    pub fn call(&self, method: Method, path: &str) -> Call {
        let name = format!("{method} {path}");
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        Call { request, name }
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str, body: Value) -> Call {
        self.post_bytes(path, "application/json", body.to_string().into_bytes())
    }

    pub fn put(&self, path: &str, body: Value) -> Call {
        let call = self.call(Method::PUT, path).header("content-type", "application/json");
        call.body(body.to_string().into_bytes())
    }

    pub fn patch(&self, path: &str, body: Value) -> Call {
        let call = self.call(Method::PATCH, path).header("content-type", "application/json");
        call.body(body.to_string().into_bytes())
    }

    pub fn post_form(&self, path: &str, form: &str) -> Call {
        self.post_bytes(path, "application/x-www-form-urlencoded", form.as_bytes().to_vec())
    }

    pub fn post_bytes(&self, path: &str, content_type: &str, body: Vec<u8>) -> Call {
        self.call(Method::POST, path).header("content-type", content_type).body(body)
    }

    /// Follows the event stream, from now on or from just after an event.
    pub async fn follow(&self, after: Option<i64>) -> Stream {
        let mut call = self.get("/v1/stream");
        if let Some(after) = after {
            call = call.header("last-event-id", &after.to_string());
        }
        Stream::open(call.request).await
    }

    // What couriers do.

    pub async fn rides_to(&self, coop: &Coop, place: Value) {
        let fix = json!({
            "at": coop.at(0), "latitude": place["latitude"], "longitude": place["longitude"],
        });
        let answer = self.post("/v1/me/positions", json!({ "fixes": [fix] })).await.ok();
        assert_eq!(answer["accepted"], 1, "{answer}");
    }

    /// The ids of the live offers.
    pub async fn offers(&self) -> Vec<String> {
        let offers = self.get("/v1/me/offers").await.ok();
        let offers = offers["items"].as_array().expect("a list").clone();
        offers.iter().map(|offer| text(&offer["id"]).to_owned()).collect()
    }

    /// The id of the only live offer.
    pub async fn offer(&self) -> String {
        let mut offers = self.offers().await;
        assert_eq!(offers.len(), 1, "offers: {offers:?}");
        offers.remove(0)
    }

    pub fn accept(&self, offer: &str) -> Call {
        self.post(&format!("/v1/offers/{offer}/accept"), json!({}))
    }

    pub fn decline(&self, offer: &str) -> Call {
        self.post(&format!("/v1/offers/{offer}/decline"), json!({}))
    }

    pub fn complete(&self, task: &str, body: Value) -> Call {
        self.post(&format!("/v1/tasks/{task}/done"), body)
    }

    /// Sends a picture of a stop, and gives its id.
    pub async fn adds_picture(&self, task: &str) -> String {
        let id = ProofId::from_uuid(uuid_v7(Timestamp::from_seconds(1), clock::chance()));
        self.picture(task, &id.to_string(), picture(4, 3)).await.ok();
        id.to_string()
    }

    pub fn picture(&self, task: &str, id: &str, bytes: Vec<u8>) -> Call {
        let path = format!("/v1/tasks/{task}/proofs?proof_id={id}&kind=photo");
        self.post_bytes(&path, "image/png", bytes)
    }

    /// Tells that something went wrong, under an id of its own, which it gives.
    pub async fn reports(&self, mut told: Value) -> String {
        let id = IncidentId::from_uuid(uuid_v7(Timestamp::from_seconds(1), clock::chance()));
        told["incident_id"] = json!(id);
        self.post("/v1/me/incidents", told).await.created();
        id.to_string()
    }

    /// Sends a picture of an incident, and gives its id.
    pub async fn adds_incident_picture(&self, incident: &str) -> String {
        let id = IncidentPictureId::from_uuid(uuid_v7(Timestamp::from_seconds(1), clock::chance()));
        let path = format!("/v1/me/incidents/{incident}/pictures?picture_id={id}");
        self.post_bytes(&path, "image/png", picture(4, 3)).await.ok();
        id.to_string()
    }

    /// The kinds of the stops ahead, with their deliveries, in riding order.
    pub async fn route(&self) -> Vec<(String, String)> {
        let route = self.get("/v1/me/route").await.ok();
        let stops = route["stops"].as_array().expect("a list").clone();
        let stop =
            |stop: &Value| (text(&stop["kind"]).to_owned(), text(&stop["delivery_id"]).to_owned());
        stops.iter().map(stop).collect()
    }

    // What merchants and dispatchers do.

    /// Asks for a delivery to a place; gives it as answered.
    pub async fn orders_to(&self, place: Value) -> Value {
        self.post("/v1/deliveries", json!({ "dropoffs": [{ "place": place }] })).await.created()
    }

    pub async fn delivery(&self, id: &Value) -> Value {
        self.get(&format!("/v1/deliveries/{}", text(id))).await.ok()
    }

    pub fn assign(&self, delivery: &Value, courier: &Self) -> Call {
        let path = format!("/v1/deliveries/{}/assign", text(&delivery["id"]));
        self.post(&path, json!({ "courier_id": courier.id }))
    }
}

/// A request that is sent when it is awaited.
pub struct Call {
    request: RequestBuilder,
    name: String,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn header_bytes(mut self, name: &str, value: &[u8]) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    pub fn body(mut self, body: Vec<u8>) -> Self {
        self.request = self.request.body(body);
        self
    }

    /// In pieces of unknown number, without a Content-Length.
    pub fn chunked(mut self, body: Vec<u8>) -> Self {
        let chunks: Vec<_> = body
            .chunks(65_536)
            .map(|chunk| Ok::<_, std::convert::Infallible>(chunk.to_vec()))
            .collect();
        let stream = futures_util::stream::iter(chunks);
        self.request = self.request.body(reqwest::Body::wrap_stream(stream));
        self
    }
}

impl Call {
    /// The status alone, where the body has no end.
    pub async fn status(self) -> u16 {
        let answer = self.request.send().await;
        answer.unwrap_or_else(|error| panic!("{}: {error:?}", self.name)).status().as_u16()
    }
}

impl IntoFuture for Call {
    type Output = Reply;
    type IntoFuture = Pin<Box<dyn Future<Output = Reply> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.request.send().await;
            let answer = answer.unwrap_or_else(|error| panic!("{}: {error:?}", self.name));
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            let body = answer.bytes().await;
            let body = body.unwrap_or_else(|error| panic!("{}: {error:?}", self.name));
            Reply { call: self.name, status, headers, body: body.to_vec() }
        })
    }
}

/// A picture of so many pixels, as PNG.
pub fn picture(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let white = image::DynamicImage::new_luma8(width, height);
    let format = image::ImageFormat::Png;
    white.write_to(&mut std::io::Cursor::new(&mut bytes), format).expect("it is written");
    bytes
}
