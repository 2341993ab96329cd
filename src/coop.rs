//! What every command and loop works with: the database, the clock, the rules in force, and the
//! bell that is rung when something was told.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::{self, Config, Invoices, PublicHolidays, Service, StandingOrders, Travel};
use crate::db::Db;
use crate::domain::geo::{Plane, Position, Spot};
use crate::domain::holidays::Holidays;
use crate::domain::iban::Iban;
use crate::domain::pay::Tariff;
use crate::domain::pay_run::Party;
use crate::domain::policy::DispatchPolicy;
use crate::domain::pricing::PriceList;
use crate::domain::shift::policy::ShiftPolicy;
use crate::domain::siren::Siren;
use crate::domain::split::SplitKey;
use crate::domain::surplus::Law;
use crate::domain::text::Name;
use crate::domain::time::{Seconds, Timestamp};
use crate::engine::travel::{Speeds, StraightLine};

/// The founding texts that come with the program.
const FOUNDING: [(&str, &str); 12] = [
    ("dispatch", DispatchPolicy::FOUNDING_TEXT),
    ("tariff-hourly", include_str!("../config/policy/tariff-hourly.toml")),
    ("tariff-guarantee", include_str!("../config/policy/tariff-guarantee.toml")),
    ("tariff-arpe-2023", include_str!("../config/policy/tariff-arpe-2023.toml")),
    ("tariff-nyc-2025", include_str!("../config/policy/tariff-nyc-2025.toml")),
    ("tariff-seattle-2024", include_str!("../config/policy/tariff-seattle-2024.toml")),
    ("tariff-mdrp", include_str!("../config/policy/tariff-mdrp.toml")),
    ("price", include_str!("../config/policy/price.toml")),
    ("split", include_str!("../config/policy/split.toml")),
    ("surplus", include_str!("../config/policy/surplus.toml")),
    ("shifts", include_str!("../config/policy/shifts.toml")),
    ("shifts-programs", include_str!("../config/policy/shifts-programs.toml")),
];

/// The rules in force.
#[derive(Clone, Debug)]
pub struct Rules {
    pub dispatch: DispatchPolicy,
    /// SHA-256 of the policy's text and the riding times, shortened: what a decision names as its
    /// policy version.
    pub dispatch_version: String,
    /// What goes by that version, to be kept with the first decision made under it.
    pub ground: Ground,
    pub tariff: Tariff,
    pub prices: PriceList,
    /// Who has which part of a price.
    pub split: SplitKey,
    /// What the law says of surpluses.
    pub law: Law,
    /// How shifts are shared out, and the rest between them.
    pub shifts: ShiftPolicy,
    /// Where the clocks on the co-op's walls are.
    pub zone: jiff::tz::TimeZone,
    /// From whose account couriers are paid.
    pub payer: Option<Party>,
    pub siren: Option<Siren>,
    pub service: Service,
    pub invoices: Invoices,
    pub standing: Standing,
    pub base: Position,
    pub plane: Plane,
    pub travel: StraightLine,
    /// Whether nobody lives by what happens here.
    pub sandbox: bool,
}

/// How standing orders are made.
#[derive(Clone, Debug)]
pub struct Standing {
    pub days_ahead: u16,
    pub holidays: Holidays,
}

/// What a plan is made by besides the snapshot and the seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    pub dispatch: DispatchPolicy,
    pub travel: Travel,
}

/// One co-op, as commands and loops see it. Cheap to clone.
#[derive(Clone)]
pub struct Coop {
    pub db: Db,
    pub clock: Clock,
    pub rules: Arc<Rules>,
    /// Rung after a commit that left events in the outbox.
    pub bell: Arc<Notify>,
}

#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("cannot read the policy text {name}: {error}")]
    Missing { name: String, error: std::io::Error },
    #[error("the policy text {name} is not valid: {error}")]
    Invalid { name: String, error: String },
    #[error("[coop] time_zone: {0}")]
    Zone(String),
    #[error("[coop] name, iban and siren: {0}")]
    House(String),
    #[error("[standing_orders] own_holidays: {0}")]
    Holiday(#[from] crate::domain::day::DayError),
    #[error("[coop] latitude and longitude: {0}")]
    Base(#[from] crate::domain::geo::PositionError),
}

/// A founding text by name, or a file's text by path.
fn text(name: &str) -> Result<String, RulesError> {
    if let Some((_, text)) = FOUNDING.iter().find(|(known, _)| *known == name) {
        return Ok((*text).to_owned());
    }
    std::fs::read_to_string(Path::new(name))
        .map_err(|error| RulesError::Missing { name: name.to_owned(), error })
}

fn house(error: &dyn std::fmt::Display) -> RulesError {
    RulesError::House(error.to_string())
}

/// Name and account of the co-op, where both are set.
fn payer(coop: &config::Coop) -> Result<Option<Party>, RulesError> {
    if coop.name.is_empty() || coop.iban.is_empty() {
        return Ok(None);
    }
    let name = Name::new(&coop.name).map_err(|error| house(&error))?;
    let iban = coop.iban.parse::<Iban>().map_err(|error| house(&error))?;
    Ok(Some(Party { name, iban }))
}

fn siren(coop: &config::Coop) -> Result<Option<Siren>, RulesError> {
    if coop.siren.is_empty() {
        return Ok(None);
    }
    // From the environment it comes as a number, without the zeros it may begin with.
    let siren = format!("{:0>9}", coop.siren).parse::<Siren>();
    siren.map(Some).map_err(|error| house(&error))
}

fn standing(orders: &StandingOrders) -> Result<Standing, RulesError> {
    let france = orders.public_holidays == PublicHolidays::France;
    let own = orders.own_holidays.iter().map(|day| day.parse()).collect::<Result<_, _>>()?;
    Ok(Standing { days_ahead: orders.days_ahead, holidays: Holidays { france, own } })
}

impl Rules {
    /// Reads and checks the texts that the settings name.
    pub fn load(config: &Config) -> Result<Self, RulesError> {
        let invalid = |name: &str, error: &dyn std::fmt::Display| RulesError::Invalid {
            name: name.to_owned(),
            error: error.to_string(),
        };
        let names = &config.policy;
        let base = Position::from_degrees(config.coop.latitude, config.coop.longitude)?;
        let dispatch_text = text(&names.dispatch)?;
        let dispatch = DispatchPolicy::parse(&dispatch_text)
            .map_err(|error| invalid(&names.dispatch, &error))?;
        Ok(Self {
            dispatch_version: fingerprint(&dispatch_text, config.travel),
            ground: Ground { dispatch: dispatch.clone(), travel: config.travel },
            dispatch,
            tariff: Tariff::parse(&text(&names.tariff)?)
                .map_err(|error| invalid(&names.tariff, &error))?,
            prices: PriceList::parse(&text(&names.price)?)
                .map_err(|error| invalid(&names.price, &error))?,
            split: SplitKey::parse(&text(&names.split)?)
                .map_err(|error| invalid(&names.split, &error))?,
            law: Law::parse(&text(&names.surplus)?)
                .map_err(|error| invalid(&names.surplus, &error))?,
            shifts: ShiftPolicy::parse(&text(&names.shifts)?)
                .map_err(|error| invalid(&names.shifts, &error))?,
            zone: jiff::tz::TimeZone::get(&config.coop.time_zone)
                .map_err(|error| RulesError::Zone(error.to_string()))?,
            payer: payer(&config.coop)?,
            siren: siren(&config.coop)?,
            service: config.service,
            invoices: config.invoices.clone(),
            standing: standing(&config.standing_orders)?,
            base,
            plane: Plane::around(base),
            travel: config.travel.straight_lines(),
            sandbox: config.server.sandbox,
        })
    }

    /// The weekday (1 is Monday) and the minutes since midnight on the co-op's walls.
    pub fn wall_clock(&self, at: Timestamp) -> (i64, i64) {
        let instant = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        let here = instant.to_zoned(self.zone.clone());
        let weekday = here.weekday().to_monday_one_offset();
        (i64::from(weekday), i64::from(here.hour()) * 60 + i64::from(here.minute()))
    }

    pub fn spot(&self, place: Position) -> Spot {
        self.plane.spot(place)
    }
}

impl Ground {
    /// Under which name it is kept among the settings.
    pub fn key(dispatch_version: &str) -> String {
        format!("dispatch:{dispatch_version}")
    }
}

impl Travel {
    /// The riding times that these settings mean.
    pub fn straight_lines(self) -> StraightLine {
        let speeds = match self.metres_per_minute {
            0 => Speeds::CITY,
            per_minute => Speeds::uniform(60 * per_minute),
        };
        StraightLine::new(self.detour_permille, Seconds(self.round_up_to_s), speeds)
    }
}

/// The first 12 hexadecimal digits of the SHA-256 of a policy's text and the riding times.
fn fingerprint(text: &str, travel: Travel) -> String {
    use sha2::{Digest, Sha256};
    let whole = format!("{text}\n{travel:?}");
    Sha256::digest(whole.as_bytes()).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
