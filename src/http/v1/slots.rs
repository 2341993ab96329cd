//! Time slots: when there are any, and how many places are left.

use std::collections::BTreeMap;

use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use crate::commands::slots;
use crate::db;
use crate::db::slots::Kept;
use crate::domain::day::Day;
use crate::domain::ids::{MerchantId, SlotPlanId};
use crate::domain::slot::Plan;
use crate::domain::time::{TimeWindow, Timestamp};
use crate::http::auth::{AsAdmin, AsOrdering};
use crate::http::body::{Body, Key, PathId, query};
use crate::http::error::ApiError;
use crate::http::paging::{Page, Paging};
use crate::http::{App, created};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SlotPlanView")]
pub struct PlanView {
    id: SlotPlanId,
    #[serde(skip_serializing_if = "Option::is_none")]
    merchant_id: Option<MerchantId>,
    #[serde(flatten)]
    plan: Plan,
}

impl From<Kept> for PlanView {
    fn from(Kept { id, merchant_id, plan }: Kept) -> Self {
        Self { id, merchant_id, plan }
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SlotPlanIn")]
pub struct PlanIn {
    /// For this merchant alone; left out: for all.
    merchant_id: Option<MerchantId>,
    plan: Plan,
}

/// `POST /v1/slot-plans`
pub async fn create_plan(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<PlanIn>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_plan", &body);
    let PlanIn { merchant_id, plan } = body.value;
    let made_by = person(&by.0)?;
    let made =
        slots::create_plan(&app.coop, once.as_ref(), made_by, merchant_id, plan.clone()).await?;
    Ok(created(made, |id| PlanView { id, merchant_id, plan }))
}

/// `GET /v1/slot-plans`: those that the caller may book.
pub async fn list_plans(
    app: Data<App>,
    by: AsOrdering,
    request: HttpRequest,
) -> Result<Json<Page<PlanView>>, ApiError> {
    let paging: Paging = query(&request)?;
    let limit = paging.limit()?;
    let mut conn = app.coop.conn().await?;
    let found = db::slots::list(&mut conn, by.0.only(), paging.cursor()?, limit).await?;
    let items = found.into_iter().map(PlanView::from).collect();
    Ok(Json(Page::new(items, limit, |plan: &PlanView| plan.id)))
}

#[derive(Deserialize, JsonSchema)]
pub struct DayQuery {
    day: Option<Day>,
}

#[derive(Serialize, JsonSchema)]
pub struct SlotView {
    starts_at: Timestamp,
    ends_at: Timestamp,
    capacity: i32,
    left: i32,
    /// Whether it may still be booked, places or not.
    open: bool,
}

/// `GET /v1/slot-plans/{id}/slots?day=2026-03-02`: the slots of a day; today's if none is named.
pub async fn list_slots(
    app: Data<App>,
    by: AsOrdering,
    id: PathId<SlotPlanId>,
    request: HttpRequest,
) -> Result<Json<Page<SlotView>>, ApiError> {
    let (now, zone) = (app.coop.clock.now(), &app.coop.rules.zone);
    let day = query::<DayQuery>(&request)?.day.unwrap_or_else(|| Day::of(now, zone));
    let mut conn = app.coop.conn().await?;
    let found = db::slots::find(&mut conn, id.0).await?;
    let own = found.filter(|kept| {
        by.0.only().is_none_or(|own| kept.merchant_id.is_none_or(|owner| owner == own))
    });
    let plan = own.ok_or(ApiError::NotFound("slot plan"))?.plan;
    let windows = plan.slots_on(day, zone);
    let counted = match (windows.first(), windows.last()) {
        (Some(first), Some(last)) => {
            let within = TimeWindow::new(first.after(), last.before());
            let within = within.map_err(|error| ApiError::Command(error.into()))?;
            db::slots::counted(&mut conn, id.0, within).await?
        }
        _ => Vec::new(),
    };
    let counted: BTreeMap<Timestamp, (i32, i32)> =
        counted.into_iter().map(|(at, capacity, booked)| (at, (capacity, booked))).collect();
    let view = |slot: TimeWindow| {
        let (capacity, booked) = counted.get(&slot.after()).copied().unwrap_or((plan.capacity, 0));
        SlotView {
            starts_at: slot.after(),
            ends_at: slot.before(),
            capacity,
            left: capacity - booked,
            open: plan.slot(slot.after(), now, zone).is_ok(),
        }
    };
    Ok(Json(Page::whole(windows.into_iter().map(view).collect())))
}
