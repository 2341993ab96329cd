//! The page on which a customer follows a delivery: a signed link that expires, no account, no
//! script, French and English. Of the courier it shows a dot, and only while the customer is next.

use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use maud::{DOCTYPE, Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;

use super::App;
use super::error::ApiError;
use super::sheet;
use super::words::{Language, Words};
use crate::commands::{amendments, notices};
use crate::db;
use crate::domain::delivery::Delivery;
use crate::domain::geo::Position;
use crate::domain::ids::TaskId;
use crate::domain::pin::Pin;
use crate::domain::task::{Task, TaskKind, TaskState};
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::tracking::{Step, step};
use crate::domain::vehicle::VehicleKind;
use crate::engine::travel::TravelTimes;

/// How often the page asks again while something may still change, in seconds.
const REFRESH_S: u32 = 20;
/// Longest note a customer can leave.
const NOTE_MAX: usize = 300;

const STYLE: &str = include_str!("tracking.css");

/// Nothing but this page's own style, and its form.
static CONTENT_SECURITY_POLICY: LazyLock<String> =
    LazyLock::new(|| sheet::policy(STYLE) + "; form-action 'self'");

/// What the page shows.
struct Shown {
    delivery: Delivery,
    door: Task,
    merchant: Name,
    step: Step,
    /// The courier's place, its age, and the ride that is left; only on the way to this door.
    courier: Option<Near>,
    /// What the customer says at the door.
    pin: Option<Pin>,
}

struct Near {
    at: Position,
    ride: Seconds,
    metres: i64,
}

#[derive(Deserialize, JsonSchema)]
pub struct LanguageQuery {
    lang: Option<String>,
}

/// What the one who asks reads.
pub fn language(request: &HttpRequest) -> Language {
    let asked = super::body::query::<LanguageQuery>(request).ok().and_then(|query| query.lang);
    Language::asked(asked.as_deref(), request)
}

/// What is at this door, and what may be shown of it now.
async fn look(app: &App, door: TaskId) -> Result<Option<Shown>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let Some(id) = db::tasks::delivery_of(&mut conn, door).await? else { return Ok(None) };
    let Some(delivery) = db::deliveries::find(&mut conn, id).await? else { return Ok(None) };
    let door = delivery.tasks.iter().find(|task| task.id == door).cloned();
    let Some(door) = door.filter(|task| task.kind == TaskKind::Dropoff) else { return Ok(None) };
    let next = match delivery.holder() {
        Some(courier) => db::tasks::route(&mut conn, courier).await?.first().map(|stop| stop.1),
        None => None,
    };
    let step = step(&delivery, &door, next);
    let courier = match (step, delivery.holder()) {
        (Step::Coming, Some(courier)) => near(app, courier, &door),
        _ => None,
    };
    let (merchant, _) = db::deliveries::names(&mut conn, delivery.merchant_id, None).await?;
    let pin = notices::pin_of(&mut conn, &door).await?;
    Ok(Some(Shown { delivery, door, merchant, step, courier, pin }))
}

fn near(app: &App, courier: crate::domain::ids::CourierId, door: &Task) -> Option<Near> {
    let rules = &app.coop.rules;
    let fix = app.live.positions().get(&courier).copied()?;
    let oldest = app.coop.clock.now() - Seconds(rules.dispatch.limits.position_age_max_s);
    let fresh = fix.at >= oldest;
    let (from, to) = (rules.spot(fix.position), rules.spot(door.stop.place));
    let leg = rules.travel.leg(from, to, VehicleKind::Bike);
    fresh.then_some(Near { at: fix.position, ride: leg.seconds, metres: leg.metres.0 })
}

fn page(status: StatusCode, markup: Markup) -> HttpResponse {
    let mut answer = sheet::show(status, &CONTENT_SECURITY_POLICY, markup);
    let hidden = HeaderValue::from_static("noindex");
    answer.headers_mut().insert(HeaderName::from_static("x-robots-tag"), hidden);
    answer
}

fn frame(words: &Words, refresh: bool, inner: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if refresh { meta http-equiv="refresh" content=(REFRESH_S); }
                title { (words.title) }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { main { (inner) } }
        }
    }
}

/// A link that is not one of ours, or whose time is over: the same answer, so that nobody learns
/// which.
fn gone(words: &Words) -> HttpResponse {
    let inner = html! { h1 { (words.gone_title) } p { (words.gone) } };
    page(StatusCode::NOT_FOUND, frame(words, false, &inner))
}

/// `GET /t/{id}`
pub async fn show_tracking(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let words = Words::of(language(&request));
    let Some(door) = app.keys.links().open(&token, app.coop.clock.now()) else {
        return Ok(gone(&words));
    };
    let Some(shown) = look(&app, door).await? else { return Ok(gone(&words)) };
    let inner = render(&app, &words, &token, &shown);
    Ok(page(StatusCode::OK, frame(&words, !shown.step.is_over(), &inner)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteIn {
    note: String,
}

/// `POST /t/{id}`: the customer's words for the courier. Back to the page in any case.
pub async fn leave_note(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
    form: Result<Form<NoteIn>, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    let language = language(&request);
    let words = Words::of(language);
    let Some(door) = app.keys.links().open(&token, app.coop.clock.now()) else {
        return Ok(gone(&words));
    };
    let given = form.map(|form| form.into_inner().note).unwrap_or_default();
    let note: String = given.trim().chars().filter(|c| !c.is_control()).take(NOTE_MAX).collect();
    amendments::customer_note(&app.coop, door, &note).await?;
    let back = format!("/t/{token}?lang={}", language.tag());
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, back)).finish())
}

fn render(app: &App, words: &Words, token: &str, shown: &Shown) -> Markup {
    let now = app.coop.clock.now();
    let zone = app.config.coop.time_zone.as_str();
    html! {
        @if app.coop.rules.sandbox { p.test { (words.test) } }
        p.shop { (words.from) " " (shown.merchant) }
        h1 { (words.headline(shown.step)) }
        (when(words, shown, now, zone))
        ol.steps {
            @for (name, done) in words.steps(shown.step) {
                li.done[done] { (name) }
            }
        }
        @if let Some(pin) = &shown.pin {
            p.pin { (words.pin) " " strong { (pin.as_str()) } }
        }
        @let left = shown.door.state.missing().len();
        @if left > 0 { p.left { (words.left_over(left)) } }
        @if let Some(near) = &shown.courier { (map(words, shown, near)) }
        @if !shown.step.is_over() { (note_form(words, token, shown)) }
        (contact(app, words))
        p.languages {
            @for other in Language::ALL {
                a href=(format!("?lang={}", other.tag())) hreflang=(other.tag()) { (other.name()) } " "
            }
        }
    }
}

/// When it comes or came.
fn when(words: &Words, shown: &Shown, now: Timestamp, zone: &str) -> Markup {
    if let TaskState::Done { ended_at, .. } = &shown.door.state {
        return html! { p.when { (words.at) " " (words.clock(*ended_at, zone)) } };
    }
    if shown.step.is_over() {
        return html! {};
    }
    let (from, to) = match &shown.courier {
        // A quarter of the ride, and two minutes, either way.
        Some(near) => {
            let slack = Seconds(near.ride.0 / 4 + 120);
            (now + near.ride, now + near.ride + slack)
        }
        None => match shown.door.stop.window {
            Some(window) => (window.after(), window.before()),
            None => (shown.delivery.due_at - Seconds(900), shown.delivery.due_at),
        },
    };
    let from = from.max(now);
    html! {
        p.when {
            (words.between) " " (words.clock(from, zone)) " " (words.and) " "
            (words.clock(to.max(from), zone))
        }
    }
}

/// The door in the middle and the courier where they are, as far away as the ring says.
fn map(words: &Words, shown: &Shown, near: &Near) -> Markup {
    let door = shown.door.stop.place;
    let north = near.at.latitude() - door.latitude();
    let east = (near.at.longitude() - door.longitude()) * door.latitude().to_radians().cos();
    let far = north.hypot(east).max(f64::MIN_POSITIVE);
    // The courier stands on the ring, in the right direction.
    let (x, y) = (100.0 + 80.0 * east / far, 100.0 - 80.0 * north / far);
    html! {
        figure {
            svg viewBox="0 0 200 200" role="img" aria-label=(words.map) {
                circle.ring cx="100" cy="100" r="80" {}
                circle.door cx="100" cy="100" r="6" {}
                circle.courier cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="9" {}
            }
            figcaption { (words.distance(near.metres)) }
        }
    }
}

fn note_form(words: &Words, token: &str, shown: &Shown) -> Markup {
    let note = shown.delivery.customer_note().unwrap_or("");
    html! {
        form method="post" action=(format!("/t/{token}?lang={}", words.language.tag())) {
            label for="note" { (words.note) }
            textarea #note name="note" maxlength=(NOTE_MAX) rows="2" { (note) }
            button { (words.send) }
        }
    }
}

fn contact(app: &App, words: &Words) -> Markup {
    let coop = &app.config.coop;
    html! {
        @if !coop.phone.is_empty() || !coop.email.is_empty() {
            p.contact {
                (words.questions) " "
                @if !coop.phone.is_empty() { a href=(format!("tel:{}", coop.phone.replace(' ', ""))) { (coop.phone) } " " }
                @if !coop.email.is_empty() { a href=(format!("mailto:{}", coop.email)) { (coop.email) } }
            }
        }
    }
}
