//! What every command and loop works with: the database, the clock, the rules in force, and the
//! bell that is rung when something was told.

use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, OnceLock};

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
use crate::domain::rules::{Rule, Texts};
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
    /// What the members voted on, word for word.
    pub texts: Texts,
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
    pub rules: InForce,
    /// Rung after a commit that left events in the outbox.
    pub bell: Arc<Notify>,
}

/// The rules in force now, for all who hold a clone: others may come into force meanwhile. Whoever asks
/// twice for one purpose asks once, with [`InForce::now`].
#[derive(Clone, Debug)]
pub struct InForce(Arc<Era>);

/// Rules, and those that came after them. They are kept while the program runs: it is some each year.
#[derive(Debug)]
struct Era {
    rules: Arc<Rules>,
    next: OnceLock<Box<Era>>,
}

impl Era {
    const fn new(rules: Arc<Rules>) -> Self {
        Self { rules, next: OnceLock::new() }
    }
}

impl InForce {
    pub fn new(rules: Rules) -> Self {
        Self(Arc::new(Era::new(Arc::new(rules))))
    }

    fn last(&self) -> &Era {
        let mut era = &*self.0;
        while let Some(next) = era.next.get() {
            era = next;
        }
        era
    }

    /// Those of this moment, which stay what they are.
    pub fn now(&self) -> Arc<Rules> {
        self.last().rules.clone()
    }

    /// From now on it is these, for everybody.
    pub fn follow(&self, rules: Rules) {
        let mut next = Box::new(Era::new(Arc::new(rules)));
        while let Err(late) = self.last().next.set(next) {
            next = late;
        }
    }
}

impl Deref for InForce {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.last().rules
    }
}

#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("cannot read the policy text {name}: {error}")]
    Missing { name: String, error: std::io::Error },
    #[error("[policy] {}: the text is not valid: {error}", rule.name())]
    Invalid { rule: Rule, error: String },
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

/// What the texts say.
struct Said {
    dispatch: DispatchPolicy,
    tariff: Tariff,
    prices: PriceList,
    split: SplitKey,
    law: Law,
    shifts: ShiftPolicy,
}

impl Said {
    fn read(texts: &Texts) -> Result<Self, RulesError> {
        /// Reads the text of one rule.
        fn one<T, E: std::fmt::Display>(
            texts: &Texts,
            rule: Rule,
            parse: impl FnOnce(&str) -> Result<T, E>,
        ) -> Result<T, RulesError> {
            parse(texts.of(rule))
                .map_err(|error| RulesError::Invalid { rule, error: error.to_string() })
        }
        Ok(Self {
            dispatch: one(texts, Rule::Dispatch, DispatchPolicy::parse)?,
            tariff: one(texts, Rule::Tariff, Tariff::parse)?,
            prices: one(texts, Rule::Prices, PriceList::parse)?,
            split: one(texts, Rule::Split, SplitKey::parse)?,
            law: one(texts, Rule::Surplus, Law::parse)?,
            shifts: one(texts, Rule::Shifts, ShiftPolicy::parse)?,
        })
    }
}

impl Rules {
    /// The same co-op under other texts.
    ///
    /// # Errors
    /// [`RulesError::Invalid`].
    pub fn under(&self, texts: Texts) -> Result<Self, RulesError> {
        let Said { dispatch, tariff, prices, split, law, shifts } = Said::read(&texts)?;
        let travel = self.ground.travel;
        Ok(Self {
            dispatch_version: fingerprint(texts.of(Rule::Dispatch), travel),
            ground: Ground { dispatch: dispatch.clone(), travel },
            texts,
            dispatch,
            tariff,
            prices,
            split,
            law,
            shifts,
            ..self.clone()
        })
    }

    /// Reads and checks the texts that the settings name.
    pub fn load(config: &Config) -> Result<Self, RulesError> {
        let names = &config.policy;
        let base = Position::from_degrees(config.coop.latitude, config.coop.longitude)?;
        let texts = Texts::find(|rule| {
            text(match rule {
                Rule::Dispatch => &names.dispatch,
                Rule::Tariff => &names.tariff,
                Rule::Prices => &names.price,
                Rule::Split => &names.split,
                Rule::Surplus => &names.surplus,
                Rule::Shifts => &names.shifts,
            })
        })?;
        let Said { dispatch, tariff, prices, split, law, shifts } = Said::read(&texts)?;
        Ok(Self {
            dispatch_version: fingerprint(texts.of(Rule::Dispatch), config.travel),
            ground: Ground { dispatch: dispatch.clone(), travel: config.travel },
            texts,
            dispatch,
            tariff,
            prices,
            split,
            law,
            shifts,
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
