//! The operator's settings, as far as they are no secret and no address inside the house.

use actix_web::web::{Data, Json};
use schemars::JsonSchema;
use serde::Serialize;

use crate::config::{
    Clock, Dispatch, Invoices, Ledger, Retention, Service, StandingOrders, Travel, Webhooks,
};
use crate::domain::geo::Position;
use crate::http::App;
use crate::http::auth::AsAdmin;
use crate::http::error::ApiError;

/// How the co-op presents itself.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CoopSettings")]
struct House {
    name: String,
    /// Where its map begins.
    base: Position,
    time_zone: String,
    phone: String,
    email: String,
    /// Where customers and merchants find this server.
    public_url: String,
}

/// By which ways customers are told.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NoticeSettings")]
struct Ways {
    occasions: Vec<String>,
    language: String,
    /// Whether there is somebody to send them.
    email: bool,
    sms: bool,
}

/// Section by section as in `config/default.toml`, where each setting is explained.
#[derive(Serialize, JsonSchema)]
pub struct SettingsView {
    coop: House,
    clock: Clock,
    service: Service,
    travel: Travel,
    dispatch: Dispatch,
    invoices: Invoices,
    standing_orders: StandingOrders,
    notices: Ways,
    webhooks: Webhooks,
    ledger: Ledger,
    retention: Retention,
}

/// `GET /v1/settings`: what this server runs by. They are changed where it is started.
pub async fn show_settings(app: Data<App>, _by: AsAdmin) -> Result<Json<SettingsView>, ApiError> {
    let config = app.config.clone();
    Ok(Json(SettingsView {
        coop: House {
            name: config.coop.name,
            base: app.coop.rules.base,
            time_zone: config.coop.time_zone,
            phone: config.coop.phone,
            email: config.coop.email,
            public_url: config.server.public_url,
        },
        clock: config.clock,
        service: config.service,
        travel: config.travel,
        dispatch: config.dispatch,
        invoices: config.invoices,
        standing_orders: config.standing_orders,
        notices: Ways {
            occasions: config.notices.occasions,
            language: config.notices.language,
            email: !config.notices.smtp_url.is_empty(),
            sms: !config.notices.sms_url.is_empty(),
        },
        webhooks: config.webhooks,
        ledger: config.ledger,
        retention: config.retention,
    }))
}
