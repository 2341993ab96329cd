//! Standing orders: the same delivery on every day of a rule.

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::standing_orders::{self, Made};
use crate::db;
use crate::db::standing_orders::Fate;
use crate::domain::day::Day;
use crate::domain::ids::{DeliveryId, MerchantId, StandingOrderId};
use crate::domain::standing::{SkipCode, Standing, StandingOrder, Terms};
use crate::domain::text::Note;
use crate::domain::time::Timestamp;
use crate::http::auth::AsOrdering;
use crate::http::body::{Body, Key, Nothing, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, created};

/// How many days to come are shown.
const NEXT: usize = 10;
/// How many days that are settled are shown, the latest first.
const SETTLED: i64 = 60;

#[derive(Serialize, JsonSchema)]
pub struct StandingOrderView {
    id: StandingOrderId,
    merchant_id: MerchantId,
    standing: Standing,
    #[serde(flatten)]
    terms: Terms,
    /// Whose clocks the times are by.
    time_zone: String,
    made_at: Timestamp,
    version: i64,
    /// When it goes on, where it is paused until then.
    #[serde(skip_serializing_if = "Option::is_none")]
    resumes_on: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// The next days that it is for, as things are.
    next_days: Vec<Day>,
}

impl StandingOrderView {
    fn new(app: &App, order: StandingOrder) -> Self {
        let rules = &app.coop.rules;
        let today = Day::of(app.coop.clock.now(), &rules.zone);
        let standing = order.standing(today);
        let paused = standing == Standing::Paused;
        Self {
            standing,
            time_zone: app.config.coop.time_zone.clone(),
            resumes_on: order.pause.and_then(|pause| pause.until).filter(|_| paused),
            next_days: order.next(today, NEXT, &rules.zone, &rules.standing.holidays),
            id: order.id,
            merchant_id: order.merchant_id,
            terms: order.terms,
            made_at: order.made_at,
            version: order.version,
            ended_at: order.ended_at,
        }
    }
}

/// What became of a day: a delivery, or why there is none.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StandingDay")]
pub struct DayView {
    day: Day,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_id: Option<DeliveryId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<SkipView>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StandingDaySkipped")]
struct SkipView {
    code: SkipCode,
    note: Note,
}

impl From<(Day, Fate)> for DayView {
    fn from((day, fate): (Day, Fate)) -> Self {
        match fate {
            Fate::Made(delivery) => Self { day, delivery_id: Some(delivery), skipped: None },
            Fate::Skipped { code, note } => {
                Self { day, delivery_id: None, skipped: Some(SkipView { code, note }) }
            }
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "StandingOrderWhole")]
pub struct WholeView {
    #[serde(flatten)]
    order: StandingOrderView,
    /// The latest first.
    settled_days: Vec<DayView>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StandingOrderIn {
    /// Whose order; only a dispatcher has to say.
    merchant_id: Option<MerchantId>,
    order: Terms,
}

/// `POST /v1/standing-orders`
pub async fn create_standing_order(
    app: Data<App>,
    by: AsOrdering,
    key: Key,
    body: Body<StandingOrderIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.1, "create_standing_order", &body);
    let merchant = by.0.merchant(body.value.merchant_id)?;
    let made =
        standing_orders::create(&app.coop, once.as_ref(), merchant, body.value.order).await?;
    Ok(created(made, |order| StandingOrderView::new(&app, order)))
}

/// `GET /v1/standing-orders`: the newest first; a merchant's own, a dispatcher's all.
pub async fn list_standing_orders(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<Json<Page<StandingOrderView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let mut conn = app.coop.conn().await?;
    let found = db::standing_orders::list(&mut conn, by.0.only(), paging.cursor()?, limit).await?;
    let items = found.into_iter().map(|order| StandingOrderView::new(&app, order)).collect();
    Ok(Json(Page::new(items, limit, |order: &StandingOrderView| order.id)))
}

/// `GET /v1/standing-orders/{id}`: with what became of its last days, and the next ones.
pub async fn show_standing_order(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<StandingOrderId>,
) -> Result<Json<WholeView>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let found = db::standing_orders::find(&mut conn, id.0).await?;
    let order = found
        .filter(|order| by.0.only().is_none_or(|own| order.merchant_id == own))
        .ok_or(ApiError::NotFound("standing order"))?;
    let fates = db::standing_orders::fates(&mut conn, id.0, None, SETTLED).await?;
    Ok(Json(WholeView {
        order: StandingOrderView::new(&app, order),
        settled_days: fates.into_iter().map(DayView::from).collect(),
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StandingOrderChangeIn")]
pub struct ChangeIn {
    order: Terms,
    /// Also the days that are made already and nobody has taken.
    #[serde(default)]
    also_made: bool,
}

const fn made(also_made: bool) -> Made {
    if also_made { Made::Again } else { Made::Stay }
}

/// `PUT /v1/standing-orders/{id}`: other terms, from now on.
pub async fn change_standing_order(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<StandingOrderId>,
    body: Body<ChangeIn>,
) -> Result<Json<StandingOrderView>, ApiError> {
    let ChangeIn { order, also_made } = body.value;
    let (owner, made) = (by.0.only(), made(also_made));
    let changed = standing_orders::change(&app.coop, owner, id.0, order, made).await?;
    Ok(Json(StandingOrderView::new(&app, changed)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseIn {
    /// The first day that is made again; left out: when somebody resumes it.
    until: Option<Day>,
}

/// `POST /v1/standing-orders/{id}/pause`: what is made already stays.
pub async fn pause_standing_order(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<StandingOrderId>,
    body: Body<PauseIn>,
) -> Result<Json<StandingOrderView>, ApiError> {
    let until = body.value.until;
    let paused = standing_orders::pause(&app.coop, by.0.only(), id.0, until).await?;
    Ok(Json(StandingOrderView::new(&app, paused)))
}

/// `POST /v1/standing-orders/{id}/resume`: from now on.
pub async fn resume_standing_order(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<StandingOrderId>,
    _body: Body<Nothing>,
) -> Result<Json<StandingOrderView>, ApiError> {
    let resumed = standing_orders::resume(&app.coop, by.0.only(), id.0).await?;
    Ok(Json(StandingOrderView::new(&app, resumed)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndIn {
    /// Also the deliveries that are made already and nobody has taken.
    #[serde(default)]
    also_made: bool,
}

/// `POST /v1/standing-orders/{id}/end`: for good.
pub async fn end_standing_order(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<StandingOrderId>,
    body: Body<EndIn>,
) -> Result<Json<StandingOrderView>, ApiError> {
    let (owner, made) = (by.0.only(), made(body.value.also_made));
    let ended = standing_orders::end(&app.coop, owner, id.0, made).await?;
    Ok(Json(StandingOrderView::new(&app, ended)))
}
