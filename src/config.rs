//! The operator's settings: `config/default.toml`, overridden by the environment.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

const DEFAULTS: &str = include_str!("../config/default.toml");

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub coop: Coop,
    pub clock: Clock,
    pub auth: Auth,
    pub service: Service,
    pub travel: Travel,
    pub dispatch: Dispatch,
    pub policy: Policy,
    pub ledger: Ledger,
    pub invoices: Invoices,
    pub standing_orders: StandingOrders,
    pub webhooks: Webhooks,
    pub notices: Notices,
    pub retention: Retention,
    pub log: Log,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub database_url: String,
    pub database_api_url: String,
    pub redis_url: String,
    pub redis_prefix: String,
    pub sandbox: bool,
    pub data_dir: PathBuf,
    pub pool_size: usize,
    pub public_url: String,
    pub body_bytes_max: usize,
    pub pictures_url: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coop {
    pub name: String,
    pub iban: String,
    pub siren: String,
    pub latitude: f64,
    pub longitude: f64,
    pub time_zone: String,
    pub phone: String,
    pub email: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClockSettings")]
pub struct Clock {
    pub speed: i64,
    pub start: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    pub access_s: i64,
    pub refresh_days: i64,
    pub admin_email: String,
    pub admin_password: String,
}

impl std::fmt::Debug for Auth {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("access_s", &self.access_s).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceSettings")]
pub struct Service {
    pub promise_s: i64,
    pub give_up_s: i64,
    pub pickup_before_s: i64,
    pub pickup_after_s: i64,
    pub dropoff_before_s: i64,
    pub dropoff_after_s: i64,
    pub early_start_s: i64,
    pub undo_s: i64,
    pub quote_s: i64,
    pub link_hours: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TravelSettings")]
pub struct Travel {
    pub detour_permille: u32,
    pub metres_per_minute: u32,
    pub round_up_to_s: i64,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DispatchSettings")]
pub struct Dispatch {
    pub enabled: bool,
    pub tick_s: i64,
    pub tick_ms_min: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub notice_days: i64,
    pub dispatch: String,
    pub tariff: String,
    pub price: String,
    pub split: String,
    pub surplus: String,
    pub shifts: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "WebhookSettings")]
pub struct Webhooks {
    pub private_targets: bool,
    pub answer_within_s: u64,
    pub retry_s: Vec<i64>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notices {
    pub occasions: Vec<String>,
    pub language: String,
    pub smtp_url: String,
    pub mail_from: String,
    pub sms_url: String,
    pub sms_token: String,
}

impl std::fmt::Debug for Notices {
    /// Without the passwords.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notices").field("occasions", &self.occasions).finish_non_exhaustive()
    }
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "LedgerSettings")]
pub struct Ledger {
    pub checkpoint_s: i64,
    pub check_s: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "InvoiceSettings")]
pub struct Invoices {
    pub seller: String,
    pub terms: String,
    pub due_days: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StandingOrderSettings")]
pub struct StandingOrders {
    pub days_ahead: u16,
    pub public_holidays: PublicHolidays,
    pub own_holidays: Vec<String>,
}

/// Whose public holidays are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PublicHolidays {
    France,
    None,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "RetentionSettings")]
pub struct Retention {
    pub events_days: i64,
    pub answers_days: i64,
    pub decisions_days: i64,
    pub positions_days: i64,
    pub pictures_days: i64,
    pub incidents_days: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    pub filter: String,
    pub json: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("settings: {0}. Every setting and its default is in config/default.toml")]
    Read(#[from] config::ConfigError),
    #[error("settings: {setting} must be {must}")]
    Range { setting: &'static str, must: &'static str },
}

impl Config {
    /// Defaults, then the environment. `DATABASE_URL` and `REDIS_URL` count as `[server]` settings.
    pub fn load() -> Result<Self, ConfigError> {
        let given = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let environment =
            config::Environment::with_prefix("PACELINE").prefix_separator("_").separator("__");
        // A switch for tools, not a setting.
        let environment = environment.ignore_empty(true).try_parsing(true);
        let settings = config::Config::builder()
            .add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml))
            .set_override_option("server.database_url", given("DATABASE_URL"))?
            .set_override_option("server.redis_url", given("REDIS_URL"))?
            .add_source(environment.source(Some(sections())))
            .build()?;
        settings.try_deserialize::<Self>()?.checked()
    }

    /// The defaults alone.
    pub fn defaults() -> Result<Self, ConfigError> {
        let settings = config::Config::builder()
            .add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml))
            .build()?;
        settings.try_deserialize::<Self>()?.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let range = |fits: bool, setting, must| {
            if fits { Ok(()) } else { Err(ConfigError::Range { setting, must }) }
        };
        range((1..=3600).contains(&self.clock.speed), "clock.speed", "between 1 and 3600")?;
        range(self.dispatch.tick_s >= 1, "dispatch.tick_s", "1 or more")?;
        range(self.dispatch.tick_ms_min >= 20, "dispatch.tick_ms_min", "20 or more")?;
        range(self.server.pool_size >= 2, "server.pool_size", "2 or more")?;
        range(
            (1..=86_400).contains(&self.ledger.checkpoint_s),
            "ledger.checkpoint_s",
            "between 1 and 86400",
        )?;
        range(
            (0..=365).contains(&self.policy.notice_days),
            "policy.notice_days",
            "between 0 and 365",
        )?;
        range(self.ledger.check_s >= 1, "ledger.check_s", "1 or more")?;
        range(self.travel.detour_permille >= 1000, "travel.detour_permille", "1000 or more")?;
        range(self.travel.round_up_to_s >= 1, "travel.round_up_to_s", "1 or more")?;
        let pauses = &self.webhooks.retry_s;
        let sensible = pauses.len() <= 20 && pauses.iter().all(|s| (0..=604_800).contains(s));
        range(sensible, "webhooks.retry_s", "at most 20 pauses of up to a week")?;
        let answer = (1..=60).contains(&self.webhooks.answer_within_s);
        range(answer, "webhooks.answer_within_s", "between 1 and 60")?;
        range(
            (0..=365).contains(&self.invoices.due_days),
            "invoices.due_days",
            "between 0 and 365",
        )?;
        let texts = [&self.invoices.seller, &self.invoices.terms];
        let short = texts.iter().all(|text| text.chars().count() <= 2_000);
        range(short, "invoices.seller and invoices.terms", "at most 2000 characters each")?;
        let zone = jiff::tz::TimeZone::get(&self.coop.time_zone).is_ok();
        range(zone, "coop.time_zone", "a zone such as Europe/Paris")?;
        range(
            (1..=60).contains(&self.standing_orders.days_ahead),
            "standing_orders.days_ahead",
            "between 1 and 60",
        )?;
        range(self.service.quote_s > 0, "service.quote_s", "positive")?;
        range(self.service.promise_s > 0, "service.promise_s", "positive")?;
        Ok(self)
    }
}

/// `PACELINE_*` variables that name a section: others (`PACELINE_TOOLS`, `PACELINE_DATA`) belong to
/// scripts and tests.
fn sections() -> std::collections::HashMap<String, String> {
    std::env::vars()
        .filter(|(name, _)| name.starts_with("PACELINE_") && name.contains("__"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_a_whole_configuration() {
        let config = Config::defaults().unwrap();
        assert_eq!(config.clock.speed, 1);
    }
}
