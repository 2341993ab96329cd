//! A co-op with somebody of each kind in it, and objects of theirs and of others, made as needed.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use paceline::domain::time::{Seconds, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::pay_runs::wants_to_be_paid_at;
use crate::routes::{
    Object, Route, Who, blank, kitchen, shift_template, slot_plan, standing_order,
};
use tokio::sync::Mutex;

use crate::support::{ADMIN, Actor, Call, Coop, MONDAY_NOON, PASSWORD, place, task, text};

pub struct World {
    pub coop: Coop,
    people: BTreeMap<Who, Actor>,
    others_shop: Actor,
    others_courier: Actor,
    /// Of a session of the admin's.
    refresh_token: Mutex<Option<String>>,
    fresh: AtomicU32,
    /// Days ahead on which there is a shift already.
    days: AtomicU32,
    /// Made for a route's path, the oldest first.
    hooks: Mutex<Vec<String>>,
    /// Likewise, with whose they are.
    days_off: Mutex<Vec<(bool, String)>>,
    /// Hours a little longer than those of the shift that was made last.
    worked: Mutex<(String, String)>,
}

impl World {
    /// With those who are enough to call every route.
    pub async fn make() -> Self {
        let coop = Coop::start().await;
        let people = BTreeMap::from([
            (Who::Anonymous, coop.stranger()),
            (Who::Courier, coop.courier("Own").await),
            (Who::MerchantUser, coop.merchant("Own").await),
            (Who::Dispatcher, coop.dispatcher().await),
            (Who::Treasurer, coop.user("treasurer").await),
            (Who::Admin, coop.admin().await),
        ]);
        let others_shop = coop.merchant("Other").await;
        let others_courier = coop.courier("Other").await;
        let (refresh_token, fresh) = (Mutex::new(None), AtomicU32::new(0));
        let (hooks, days_off) = (Mutex::default(), Mutex::default());
        let days = AtomicU32::new(1);
        let anything = (MONDAY_NOON.to_owned(), coop.at(0));
        let worked = Mutex::new(anything);
        Self {
            coop,
            people,
            others_shop,
            others_courier,
            refresh_token,
            fresh,
            days,
            hooks,
            days_off,
            worked,
        }
    }

    /// With everybody whom the matrix knows.
    pub async fn whole() -> Self {
        let mut world = Self::make().await;
        for (who, role) in [(Who::Representative, "representative"), (Who::Member, "member")] {
            world.people.insert(who, world.coop.user(role).await);
        }
        let machine = world.coop.machine_of(world.actor(Who::MerchantUser)).await;
        world.people.insert(Who::MerchantClient, machine);
        world
    }

    /// A refresh token that nobody has used: a successor of the last one, or that of a new login.
    async fn fresh_refresh_token(&self) -> String {
        let mut kept = self.refresh_token.lock().await;
        let stranger = self.coop.stranger();
        for _ in 0..2 {
            // Kept for the next time, within its grace: asking with it again gives another one.
            if let Some(token) = kept.as_ref() {
                let body = json!({ "refresh_token": token });
                let reply = stranger.post("/v1/auth/refresh", body).await;
                if reply.status == 200 {
                    return text(&reply.ok()["refresh_token"]).to_owned();
                }
            }
            *kept = stranger.log_in(ADMIN, PASSWORD).await.refresh_token;
        }
        panic!("nobody gets in any more");
    }

    pub fn actor(&self, who: Who) -> &Actor {
        &self.people[&who]
    }

    fn courier(&self, own: bool) -> &Actor {
        if own { self.actor(Who::Courier) } else { &self.others_courier }
    }

    fn shop(&self, own: bool) -> &Actor {
        if own { self.actor(Who::MerchantUser) } else { &self.others_shop }
    }

    /// An object for a route's path, as new.
    pub async fn object(&self, kind: Object, own: bool) -> String {
        let desk = self.actor(Who::Dispatcher);
        match kind {
            Object::None => String::new(),
            Object::Merchant => self.shop(own).id.clone(),
            Object::Courier => self.courier(own).id.clone(),
            Object::Delivery | Object::OpenJob => {
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                text(&delivery["id"]).to_owned()
            }
            Object::Task => {
                self.idle_and_on_shift().await;
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                desk.assign(&delivery, self.courier(own)).await.ok();
                task(&delivery, "pickup")
            }
            Object::OnBoard => {
                self.idle_and_on_shift().await;
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                desk.assign(&delivery, self.courier(own)).await.ok();
                self.courier(own).complete(&task(&delivery, "pickup"), json!({})).await.ok();
                text(&delivery["id"]).to_owned()
            }
            Object::Offer => {
                self.idle_and_on_shift().await;
                self.coop.pass(1);
                self.courier(own).rides_to(&self.coop, place(10, 0)).await;
                self.courier(!own).rides_to(&self.coop, place(5000, 0)).await;
                self.shop(own).orders_to(place(-700, 0)).await;
                self.coop.tick().await;
                self.courier(own).offer().await
            }
            Object::SlotPlan => {
                let plan = json!({ "merchant_id": self.shop(own).id, "plan": slot_plan() });
                let made = self.actor(Who::Admin).post("/v1/slot-plans", plan).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Opening => {
                let (after, before) = self.free_hour();
                let window = json!({ "after": after, "before": before });
                let opening = json!({ "window": window, "wanted": { "places": 2 } });
                text(&desk.post("/v1/openings", opening).await.created()["id"]).to_owned()
            }
            Object::Placed => {
                let opening = Box::pin(self.object(Object::Opening, own)).await;
                let path = format!("/v1/openings/{opening}/apply");
                let applied = self.courier(own).post(&path, json!({})).await.ok();
                text(&applied["shift"]["id"]).to_owned()
            }
            Object::Swap => {
                let shift = Box::pin(self.object(Object::Placed, !own)).await;
                let path = format!("/v1/me/shifts/{shift}/swap");
                self.courier(!own).post(&path, json!({})).await.ok();
                shift
            }
            Object::Calendar => {
                let link = self.courier(own).post("/v1/me/calendar", json!({})).await.created();
                let path = text(&link["path"]).trim_start_matches("/calendar/");
                path.trim_end_matches(".ics").to_owned()
            }
            Object::Worked => {
                self.idle_and_on_shift().await;
                let courier = self.courier(own);
                courier.post("/v1/me/shift/stop", json!({})).await.ok();
                self.coop.pass(60);
                courier.post("/v1/me/shift/start", json!({})).await.ok();
                let from = self.coop.at(0);
                self.coop.pass(600);
                let shift = courier.post("/v1/me/shift/stop", json!({})).await.ok();
                self.coop.pass(60);
                *self.worked.lock().await = (from, self.coop.at(0));
                text(&shift["id"]).to_owned()
            }
            Object::Longer => {
                let shift = Box::pin(self.object(Object::Worked, own)).await;
                let path = format!("/v1/me/shifts/{shift}/correct");
                let asked = self.courier(own).post(&path, self.longer_hours().await);
                text(&asked.await.created()["id"]).to_owned()
            }
            Object::Shorter => {
                let shift = Box::pin(self.object(Object::Worked, own)).await;
                let mut hours = self.longer_hours().await;
                hours["ended_at"] = json!(self.coop.at(-300));
                let path = format!("/v1/shifts/{shift}/correct");
                text(&desk.post(&path, hours).await.created()["id"]).to_owned()
            }
            Object::DaysOff => {
                let days = json!({ "first": "2026-07-01", "last": "2026-07-02" });
                let made = self.courier(own).post("/v1/me/days-off", days).await.created();
                let id = text(&made["id"]).to_owned();
                self.days_off.lock().await.push((own, id.clone()));
                self.forget_old_days_off().await;
                id
            }
            Object::ShiftTemplate => {
                let template = json!({ "template": shift_template() });
                let admin = self.actor(Who::Admin);
                let made = admin.post("/v1/shift-templates", template).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Kitchen => {
                let shop = self.shop(own);
                let path = format!("/v1/merchants/{}/kitchen", shop.id);
                shop.put(&path, kitchen()).await.ok();
                shop.id.clone()
            }
            Object::Question => {
                let shop = self.shop(own);
                let path = format!("/v1/merchants/{}/kitchen", shop.id);
                let mut asks = kitchen();
                asks["confirms"] = json!({ "answer_minutes": 60, "silence": "accepted" });
                shop.put(&path, asks).await.ok();
                let delivery = shop.orders_to(place(700, 0)).await;
                shop.put(&path, kitchen()).await.ok();
                text(&delivery["id"]).to_owned()
            }
            Object::StandingOrder => {
                let order = json!({ "order": standing_order() });
                let made = self.shop(own).post("/v1/standing-orders", order).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Import => {
                let path = format!("/v1/imports?dry_run=true&merchant_id={}", self.shop(own).id);
                let table = b"dropoff.latlong\n48.86 2.35\n".to_vec();
                let made = desk.post_bytes(&path, "text/csv", table).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Quote => {
                let order = json!({
                    "merchant_id": self.shop(own).id, "dropoffs": [{ "place": place(700, 0) }],
                });
                text(&desk.post("/v1/quotes", order).await.created()["id"]).to_owned()
            }
            Object::Link => {
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                let path = format!("/v1/deliveries/{}/links", text(&delivery["id"]));
                let links = desk.get(&path).await.ok();
                text(&links["items"][0]["url"]).trim_start_matches("/t/").to_owned()
            }
            Object::Webhook => {
                let hook = json!({ "merchant_id": self.shop(own).id, "url": "https://a.example/" });
                let hook = desk.post("/v1/webhooks", hook).await.created();
                let id = text(&hook["id"]).to_owned();
                self.hooks.lock().await.push(id.clone());
                self.forget_old_hooks().await;
                id
            }
            Object::Message => {
                let hook = Box::pin(self.object(Object::Webhook, own)).await;
                let sent = desk.post(&format!("/v1/webhooks/{hook}/test"), json!({})).await;
                text(&sent.status(202).json()["message_id"]).to_owned()
            }
            Object::Proof => {
                let task = Box::pin(self.object(Object::Task, own)).await;
                self.courier(own).adds_picture(&task).await
            }
            Object::Incident => self.courier(own).reports(json!({ "kind": "vehicle" })).await,
            Object::IncidentPicture => {
                let incident = Box::pin(self.object(Object::Incident, own)).await;
                self.courier(own).adds_incident_picture(&incident).await
            }
            Object::Review => {
                let question = json!({ "about": { "kind": "other" }, "question": "Why?" });
                let review = self.courier(own).post("/v1/me/reviews", question).await.created();
                text(&review["id"]).to_owned()
            }
            Object::Entry => {
                self.idle_and_on_shift().await;
                let courier = self.courier(own);
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                desk.assign(&delivery, courier).await.ok();
                courier.complete(&task(&delivery, "pickup"), json!({})).await.ok();
                let proof = json!({ "proof": { "signed_by": "Ada" } });
                courier.complete(&task(&delivery, "dropoff"), proof).await.ok();
                let pay = courier.get("/v1/me/pay").await.ok();
                text(&pay["lines"][0]["id"]).to_owned()
            }
            Object::Invoice => {
                Box::pin(self.object(Object::Entry, own)).await;
                self.coop.pass(1);
                let run = json!({
                    "merchant_id": self.shop(own).id,
                    "from": "2026-03-01T00:00:00Z", "to": self.coop.at(0),
                });
                let run = self.actor(Who::Treasurer).post("/v1/invoices", run).await.created();
                text(&run["items"][0]["id"]).to_owned()
            }
            Object::Price => {
                let invoice = Box::pin(self.object(Object::Invoice, own)).await;
                let path = format!("/v1/invoices/{invoice}");
                let invoice = self.actor(Who::Treasurer).get(&path).await.ok();
                text(&invoice["lines"][0]["entry_id"]).to_owned()
            }
            Object::Contest => {
                let entry = Box::pin(self.object(Object::Entry, own)).await;
                let about = json!({ "kind": "line", "entry_id": entry });
                let question = json!({ "about": about, "question": "Was that all?" });
                let review = self.courier(own).post("/v1/me/reviews", question).await.created();
                text(&review["id"]).to_owned()
            }
            Object::Reversal => {
                let entry = Box::pin(self.object(Object::Entry, own)).await;
                let path = format!("/v1/ledger/entries/{entry}/reverse");
                let reason = json!({ "reason": "the wrong courier" });
                self.coop.user("treasurer").await.post(&path, reason).await.ok();
                entry
            }
            Object::Expense => {
                let chain = json!({
                    "category": "repair", "amount": { "amount": 1990, "currency": "EUR" },
                    "note": "a new chain",
                });
                let made = self.courier(own).post("/v1/me/expenses", chain).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Owed => {
                let treasurer = self.actor(Who::Treasurer);
                let runs = treasurer.get("/v1/pay-runs").await.ok();
                for run in runs["items"].as_array().expect("a list") {
                    if run["state"] == "open" {
                        let path = format!("/v1/pay-runs/{}/cancel", text(&run["id"]));
                        treasurer.post(&path, json!({})).await.ok();
                    }
                }
                wants_to_be_paid_at(self.courier(own), "FR1420041010050500013M02606").await;
                Box::pin(self.object(Object::Entry, own)).await;
                String::new()
            }
            Object::PayRun => {
                Box::pin(self.object(Object::Owed, own)).await;
                let run =
                    self.actor(Who::Treasurer).post("/v1/pay-runs", json!({})).await.created();
                text(&run["id"]).to_owned()
            }
            Object::Suspension => {
                let path = format!("/v1/couriers/{}/suspensions", self.courier(own).id);
                let new = json!({ "reason": "no brakes", "begins_at": self.coop.at(90 * 86_400) });
                let suspension = desk.post(&path, new).await.created();
                text(&suspension["id"]).to_owned()
            }
            Object::Tour => {
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                let ids = [&delivery["id"]];
                let tour = json!({ "name": "North", "day": "2026-03-02", "delivery_ids": ids });
                text(&desk.post("/v1/tours", tour).await.created()["id"]).to_owned()
            }
            Object::Hub => {
                let number = self.fresh.fetch_add(1, Ordering::Relaxed);
                let hub = json!({
                    "name": format!("Hub {number}"), "place": place(400, 0), "address": "1 Quai",
                });
                let made = self.actor(Who::Admin).post("/v1/hubs", hub).await.created();
                text(&made["id"]).to_owned()
            }
            Object::User => {
                let number = self.fresh.fetch_add(1, Ordering::Relaxed);
                let user = json!({
                    "name": "Zoe", "email": format!("changed{number}@coop.example"),
                    "password": PASSWORD, "roles": ["member"],
                });
                let made = self.actor(Who::Admin).post("/v1/users", user).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Vehicle => {
                let name = format!("bike {}", self.fresh.fetch_add(1, Ordering::Relaxed));
                let bike = json!({ "name": name, "kind": "bike" });
                let made = self.actor(Who::Admin).post("/v1/vehicles", bike).await.created();
                text(&made["id"]).to_owned()
            }
            Object::Decision => {
                self.idle_and_on_shift().await;
                let delivery = self.shop(own).orders_to(place(700, 0)).await;
                self.coop.tick().await;
                let why = format!("/v1/deliveries/{}/why", text(&delivery["id"]));
                let why = desk.get(&why).await.ok();
                text(&why["decisions"][0]["decision_id"]).to_owned()
            }
        }
    }

    /// Hours that are longer than those of the shift that was made last.
    async fn longer_hours(&self) -> Value {
        let (from, to) = self.worked.lock().await.clone();
        json!({ "started_at": from, "ended_at": to, "breaks": [], "reason": "the phone was flat" })
    }

    /// A merchant may have no more than twenty.
    async fn forget_old_hooks(&self) {
        let mut hooks = self.hooks.lock().await;
        while hooks.len() > 10 {
            let path = format!("/v1/webhooks/{}", hooks.remove(0));
            let status = self.actor(Who::Admin).call(Method::DELETE, &path).await.status;
            assert!(matches!(status, 204 | 404), "{path}: {status}");
        }
    }

    /// A courier has no more than fifty that wait for an answer.
    async fn forget_old_days_off(&self) {
        let mut days_off = self.days_off.lock().await;
        while days_off.len() > 10 {
            let (own, id) = days_off.remove(0);
            let path = format!("/v1/me/days-off/{id}/withdraw");
            self.courier(own).post(&path, json!({})).await.ok();
        }
    }

    /// Both couriers on shift, and nothing to do in the whole co-op.
    pub async fn idle_and_on_shift(&self) {
        let desk = self.actor(Who::Dispatcher);
        for state in ["open", "assigned", "picked_up", "returning"] {
            let list = format!("/v1/deliveries?limit=200&state={state}");
            let page = desk.get(&list).await.ok();
            for delivery in page["items"].as_array().expect("a list") {
                if matches!(state, "picked_up" | "returning") {
                    let own = delivery["courier_id"] == self.courier(true).id;
                    let stop = if state == "returning" { "return" } else { "dropoff" };
                    let path = format!("/v1/tasks/{}/failed", task(delivery, stop));
                    let failed = self.courier(own).post(&path, json!({ "code": "other" }));
                    failed.await.ok();
                } else {
                    let path = format!("/v1/deliveries/{}/cancel", text(&delivery["id"]));
                    desk.post(&path, json!({ "reason": "the next test" })).await.ok();
                }
            }
        }
        for own in [true, false] {
            self.courier(own).post("/v1/me/shift/start", json!({})).await.ok();
            self.courier(own).post("/v1/me/shift/resume", json!({})).await.ok();
        }
    }

    /// An hour on a day that nobody works on.
    fn free_hour(&self) -> (String, String) {
        let days = i64::from(self.days.fetch_add(1, Ordering::Relaxed));
        // After the one before it, however much time has passed since.
        let noon: Timestamp = MONDAY_NOON.parse().expect("a time");
        let from = noon + Seconds((3 + days) * 86_400);
        (from.to_string(), (from + Seconds(3600)).to_string())
    }

    /// A route's body with what only exists here filled in.
    pub async fn body(&self, route: &Route) -> Option<Value> {
        let body = route.body.as_ref()?;
        let mut text = body.to_string();
        if text.contains(blank::REFRESH_TOKEN) {
            text = text.replace(blank::REFRESH_TOKEN, &self.fresh_refresh_token().await);
        }
        let number = self.fresh.fetch_add(1, Ordering::Relaxed);
        if text.contains(blank::FROM) {
            let (from, to) = self.free_hour();
            text = text.replace(blank::FROM, &from).replace(blank::TO, &to);
        }
        let (worked_from, worked_to) = self.worked.lock().await.clone();
        let text = text
            .replace(blank::WORKED_FROM, &worked_from)
            .replace(blank::WORKED_TO, &worked_to)
            .replace(blank::SHOP, &self.shop(true).id)
            .replace(blank::COURIER, &self.courier(true).id)
            .replace(blank::FRESH, &number.to_string());
        Some(serde_json::from_str(&text).expect("still JSON"))
    }

    /// The call as it should be made.
    pub async fn call(&self, route: &Route, who: Who, id: &str) -> Call {
        let call = self.actor(who).call(route.method.clone(), &route.path_of(id));
        match self.body(route).await {
            Some(body) => {
                call.header("content-type", "application/json").body(body.to_string().into_bytes())
            }
            None => call,
        }
    }
}
