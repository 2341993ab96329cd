//! The co-op's own vehicles.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::corrections::person;
use super::incidents::said;
use crate::commands::vehicles;
use crate::db;
use crate::domain::fleet::{
    CoopVehicle, Grams, Millilitres, NewVehicle, Range, VehicleChange, VehicleName,
};
use crate::domain::ids::{CourierId, VehicleId};
use crate::domain::text::{Name, Note};
use crate::domain::vehicle::VehicleKind;
use crate::http::auth::{AsAdmin, AsCrew};
use crate::http::body::{Body, Key, PathId};
use crate::http::error::ApiError;
use crate::http::paging::Page;
use crate::http::{App, created};

/// Who rides a vehicle.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "VehicleRider")]
pub struct RiderView {
    courier_id: CourierId,
    name: Name,
}

#[derive(Serialize, JsonSchema)]
pub struct VehicleView {
    #[serde(flatten)]
    vehicle: CoopVehicle,
    /// Whether somebody rides it now.
    taken: bool,
    /// Who that is; told to the desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    ridden_by: Option<RiderView>,
}

type Riders = BTreeMap<VehicleId, (CourierId, Name)>;

impl VehicleView {
    fn for_desk(vehicle: CoopVehicle, riders: &Riders) -> Self {
        let rider = |(courier_id, name): &(CourierId, Name)| RiderView {
            courier_id: *courier_id,
            name: name.clone(),
        };
        let ridden_by = riders.get(&vehicle.id).map(rider);
        Self { vehicle, taken: ridden_by.is_some(), ridden_by }
    }
}

/// `GET /v1/vehicles`: for the desk all, with who rides them; for couriers those in service.
pub async fn list_vehicles(
    app: Data<App>,
    by: AsCrew,
) -> Result<Json<Page<VehicleView>>, ApiError> {
    let mut conn = app.coop.conn().await?;
    let all = db::vehicles::list(&mut conn).await?;
    let riders = db::vehicles::riders(&mut conn).await?;
    let for_desk = |vehicle| VehicleView::for_desk(vehicle, &riders);
    let items = if by.0.dispatches() {
        all.into_iter().map(for_desk).collect()
    } else {
        let in_service = all.into_iter().filter(|vehicle| vehicle.retired_at.is_none());
        in_service.map(for_desk).map(|view| VehicleView { ridden_by: None, ..view }).collect()
    };
    Ok(Json(Page::whole(items)))
}

/// `POST /v1/vehicles`
pub async fn create_vehicle(
    app: Data<App>,
    by: AsAdmin,
    key: Key,
    body: Body<NewVehicle>,
) -> Result<HttpResponse, ApiError> {
    let once = key.once(&by.0, "create_vehicle", &body);
    let made = vehicles::create(&app.coop, once.as_ref(), person(&by.0)?, body.value).await?;
    Ok(created(made, |vehicle| VehicleView::for_desk(vehicle, &Riders::new())))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "VehicleChangeIn")]
pub struct ChangeIn {
    name: Option<VehicleName>,
    kind: Option<VehicleKind>,
    volume_ml: Option<Millilitres>,
    weight_g: Option<Grams>,
    /// Null: no limit any more.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<Range>")]
    range_m: Option<Option<Range>>,
    /// Null: none any more.
    #[serde(default, deserialize_with = "said")]
    #[schemars(with = "Option<Note>")]
    note: Option<Option<Note>>,
    /// `false` retires it, `true` brings it back.
    in_service: Option<bool>,
}

/// `PATCH /v1/vehicles/{id}`: what is left out stays.
pub async fn change_vehicle(
    app: Data<App>,
    by: AsAdmin,
    id: PathId<VehicleId>,
    body: Body<ChangeIn>,
) -> Result<Json<VehicleView>, ApiError> {
    let ChangeIn { name, kind, volume_ml, weight_g, range_m, note, in_service } = body.value;
    let change = VehicleChange { name, kind, volume_ml, weight_g, range_m, note, in_service };
    let vehicle = vehicles::change(&app.coop, person(&by.0)?, id.0, &change).await?;
    let riders = db::vehicles::riders(&mut *app.coop.conn().await?).await?;
    Ok(Json(VehicleView::for_desk(vehicle, &riders)))
}
