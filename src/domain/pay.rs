//! What a courier earns. A tariff is voted, versioned data; this is the arithmetic.
//!
//! `pay = max(sum of pieces, guarantee x paid time)` per shift: the pieces are booked as they are
//! done, the top-up to the guarantee when the shift is closed. All in whole minor units.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::geo::Metres;
use super::ledger::chain::Hash;
use super::money::{Currency, Money, scale};
use super::shift::PaidTime;
use super::time::Seconds;

/// Millimetres in a mile.
const MILE_MM: i64 = 1_609_344;

/// A voted tariff. Amounts in minor units of `currency`. A figure that an older text does not name
/// is 0, so that lines from before it can be reckoned again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    pub name: String,
    pub version: String,
    /// Where its figures come from.
    pub source: String,
    pub currency: Currency,
    /// For a delivery that was done.
    pub base: i64,
    pub per_pickup: i64,
    pub per_dropoff: i64,
    /// For a minute from acceptance to the end; time with several deliveries counts once.
    #[serde(default)]
    pub per_minute: i64,
    /// For a kilometre: the approach to the first pickup, and from there to the last drop-off.
    pub per_km: i64,
    /// Likewise for a mile, where roads are measured so.
    #[serde(default)]
    pub per_mile: i64,
    /// Seconds at a counter that are not waiting yet, for each pickup.
    #[serde(default)]
    pub wait_free_s: Seconds,
    /// For a minute of waiting beyond that.
    #[serde(default)]
    pub wait_per_minute: i64,
    /// The least that a delivery pays.
    #[serde(default)]
    pub least: i64,
    /// How much of the above is paid for a delivery that failed: the ride was ridden.
    #[serde(default)]
    pub failed_percent: u8,
    /// How much of it is paid for one that was called off after it was accepted.
    #[serde(default)]
    pub cancelled_percent: u8,
    /// Guaranteed for an hour of paid time.
    pub guarantee_per_hour: i64,
    pub paid_time: PaidTime,
    /// The whole text that this was read from, which lines keep the hash of.
    #[serde(skip)]
    text: String,
}

/// The text is not a tariff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a tariff: {0}")]
pub struct TariffError(String);

/// How a delivery ended for the courier who held it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PieceOutcome")]
pub enum Outcome {
    #[default]
    Delivered,
    Failed,
    Cancelled,
}

/// The most that one piece is reckoned from: metres of a ride ...
const WAY_MAX: i64 = 1_000_000;
/// ... seconds of a time ...
const TIME_MAX: i64 = 7 * 86_400;
/// ... and stops of a kind.
const STOPS_MAX: u32 = 1_000;

/// What the pay for one delivery is reckoned from; kept with the line, so that anyone can check.
/// Older lines do not say all of it: they are of deliveries that were handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PieceInputs {
    #[serde(default)]
    pub outcome: Outcome,
    #[schemars(range(max = STOPS_MAX))]
    pub pickups: u32,
    #[schemars(range(max = STOPS_MAX))]
    pub dropoffs: u32,
    /// From the first pickup to the last drop-off.
    #[schemars(range(min = 0, max = WAY_MAX))]
    pub trip_m: Metres,
    /// From where the courier was free to the first pickup; a bundle's is shared out.
    #[serde(default)]
    #[schemars(range(min = 0, max = WAY_MAX))]
    pub approach_m: Metres,
    /// From acceptance, or the end of the delivery before, to the end.
    #[serde(default)]
    #[schemars(range(min = 0, max = TIME_MAX))]
    pub engaged_s: Seconds,
    /// At counters, from arrival to pickup.
    #[serde(default)]
    #[schemars(range(min = 0, max = TIME_MAX))]
    pub waited_s: Seconds,
}

impl PieceInputs {
    /// What is known before the ride: no time has passed yet.
    pub const fn ahead(pickups: u32, dropoffs: u32, trip_m: Metres, approach_m: Metres) -> Self {
        let outcome = Outcome::Delivered;
        let (engaged_s, waited_s) = (Seconds::ZERO, Seconds::ZERO);
        Self { outcome, pickups, dropoffs, trip_m, approach_m, engaged_s, waited_s }
    }

    /// Whether somebody can have ridden so: within a thousand kilometres and a week.
    pub fn sensible(&self) -> bool {
        let way = [self.trip_m.0, self.approach_m.0].iter().all(|m| (0..=WAY_MAX).contains(m));
        let time = [self.engaged_s.0, self.waited_s.0].iter().all(|s| (0..=TIME_MAX).contains(s));
        way && time && self.pickups <= STOPS_MAX && self.dropoffs <= STOPS_MAX
    }
}

/// What the top-up of a shift is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuaranteeInputs {
    pub paid_seconds: Seconds,
    /// Sum of the pieces booked for the shift, in minor units.
    pub pieces: i64,
}

/// For what a part of the pay is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PayPartKind")]
pub enum PartKind {
    Base,
    Pickups,
    Dropoffs,
    Distance,
    Time,
    Waiting,
    /// What lacks to the least that a delivery pays.
    Least,
}

/// A part of the pay, as a courier is shown it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayPart {
    pub kind: PartKind,
    /// Deliveries, stops, metres or seconds.
    pub quantity: i64,
    pub amount: Money,
}

impl PayPart {
    /// The parts of several deliveries, added up by what they are for.
    pub fn sum(parts: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sums: Vec<Self> = Vec::new();
        for part in parts {
            match sums.iter_mut().find(|sum| sum.kind == part.kind) {
                Some(sum) => {
                    sum.quantity += part.quantity;
                    sum.amount.amount += part.amount.amount;
                }
                None => sums.push(part),
            }
        }
        sums
    }
}

impl Tariff {
    /// The only way in: a TOML text without any other field.
    pub fn parse(text: &str) -> Result<Self, TariffError> {
        let tariff: Self = toml::from_str(text).map_err(|error| TariffError(error.to_string()))?;
        Ok(Self { text: text.to_owned(), ..tariff })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a line pins the tariff by.
    pub fn hash(&self) -> Hash {
        Hash::of(self.text.as_bytes())
    }

    /// Pay for one delivery.
    pub fn piece(&self, inputs: &PieceInputs) -> Money {
        let whole = self.parts(inputs).iter().map(|part| part.amount.amount).sum();
        let percent = match inputs.outcome {
            Outcome::Delivered => 100,
            Outcome::Failed => self.failed_percent,
            Outcome::Cancelled => self.cancelled_percent,
        };
        Money::new(scale(whole, i64::from(percent), 100), self.currency)
    }

    /// What the whole pay for one delivery is made up of; parts that pay nothing are left out.
    pub fn parts(&self, inputs: &PieceInputs) -> Vec<PayPart> {
        let (pickups, dropoffs) = (i64::from(inputs.pickups), i64::from(inputs.dropoffs));
        let ridden = inputs.trip_m.0 + inputs.approach_m.0;
        let waited = (inputs.waited_s.0 - self.wait_free_s.0 * pickups).max(0);
        let part = |kind, quantity, amount| PayPart {
            kind,
            quantity,
            amount: Money::new(amount, self.currency),
        };
        let by_length =
            scale(self.per_km, ridden, 1000) + scale(self.per_mile, ridden * 1000, MILE_MM);
        let mut parts = vec![
            part(PartKind::Base, 1, self.base),
            part(PartKind::Pickups, pickups, self.per_pickup * pickups),
            part(PartKind::Dropoffs, dropoffs, self.per_dropoff * dropoffs),
            part(PartKind::Distance, ridden, by_length),
            part(
                PartKind::Time,
                inputs.engaged_s.0,
                scale(self.per_minute, inputs.engaged_s.0, 60),
            ),
            part(PartKind::Waiting, waited, scale(self.wait_per_minute, waited, 60)),
        ];
        let sum: i64 = parts.iter().map(|part| part.amount.amount).sum();
        parts.push(part(PartKind::Least, 1, (self.least - sum).max(0)));
        parts.retain(|part| part.amount.amount != 0);
        parts
    }

    /// What is guaranteed for `paid` time.
    pub fn guarantee(&self, paid: Seconds) -> Money {
        Money::new(scale(self.guarantee_per_hour, paid.0, 3600), self.currency)
    }

    /// What is missing to the guarantee when a shift is closed; never negative.
    pub fn top_up(&self, inputs: &GuaranteeInputs) -> Money {
        let missing = self.guarantee(inputs.paid_seconds).amount - inputs.pieces;
        Money::new(missing.max(0), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mdrp() -> Tariff {
        Tariff::parse(include_str!("../../config/policy/tariff-mdrp.toml")).unwrap()
    }

    fn seattle() -> Tariff {
        Tariff::parse(include_str!("../../config/policy/tariff-seattle-2024.toml")).unwrap()
    }

    #[test]
    fn the_parts_of_the_pay_add_up_to_it() {
        let tariff = Tariff { base: 150, per_pickup: 20, per_dropoff: 0, per_km: 75, ..mdrp() };
        let inputs = |pickups, trip_m| PieceInputs::ahead(pickups, 1, Metres(trip_m), Metres(0));
        for inputs in [inputs(1, 0), inputs(2, 1_333), inputs(3, 7)] {
            let parts = tariff.parts(&inputs);
            let sum: i64 = parts.iter().map(|part| part.amount.amount).sum();
            assert_eq!(sum, tariff.piece(&inputs).amount);
            assert!(parts.iter().all(|part| part.amount.amount > 0), "{parts:?}");
        }
        let both = [inputs(1, 1_000), inputs(1, 3_000)];
        let summed = PayPart::sum(both.iter().flat_map(|one| tariff.parts(one)));
        let told: Vec<_> = summed.iter().map(|p| (p.kind, p.quantity, p.amount.amount)).collect();
        let expected = [
            (PartKind::Base, 2, 300),
            (PartKind::Pickups, 2, 40),
            (PartKind::Distance, 4_000, 300),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_mdrp_tariff_is_the_larger_of_ten_a_piece_and_fifteen_an_hour() {
        let tariff = mdrp();
        let one = PieceInputs::ahead(1, 1, Metres(4_321), Metres(900));
        assert_eq!(tariff.piece(&one).amount, 1000);
        let top_up = |minutes, pieces| {
            let paid_seconds = Seconds::from_minutes(minutes);
            tariff.top_up(&GuaranteeInputs { paid_seconds, pieces }).amount
        };
        assert_eq!([top_up(120, 0), top_up(120, 1000), top_up(120, 4000)], [3000, 2000, 0]);
        assert_eq!(top_up(61, 0), 1525);
    }

    /// 0.44 a minute, 0.74 a mile, and 5.00 at least (Seattle Municipal Code 8.37.050).
    #[test]
    fn the_seattle_tariff_pays_minutes_and_miles_and_five_dollars_at_least() {
        let tariff = seattle();
        let pay = |minutes, trip_m, approach_m| {
            let engaged_s = Seconds::from_minutes(minutes);
            let ahead = PieceInputs::ahead(1, 1, Metres(trip_m), Metres(approach_m));
            tariff.piece(&PieceInputs { engaged_s, ..ahead }).amount
        };
        // Twenty minutes and five miles, of which two were the approach.
        assert_eq!(pay(20, 4_828, 3_219), 880 + 370);
        assert_eq!(pay(5, 500, 0), 500);
        assert_eq!(
            tariff.top_up(&GuaranteeInputs { paid_seconds: Seconds(9_000), pieces: 0 }).amount,
            0
        );
    }

    #[test]
    fn waiting_is_paid_beyond_the_grace_and_what_failed_or_was_called_off_by_its_share() {
        let tariff = Tariff {
            wait_free_s: Seconds(300),
            wait_per_minute: 20,
            failed_percent: 100,
            cancelled_percent: 50,
            base: 401,
            ..mdrp()
        };
        let pay = |waited_s, outcome| {
            let ahead = PieceInputs::ahead(2, 1, Metres(0), Metres(0));
            let waited_s = Seconds(waited_s);
            tariff.piece(&PieceInputs { waited_s, outcome, ..ahead }).amount
        };
        assert_eq!(pay(600, Outcome::Delivered), 401, "five minutes at each of two counters");
        assert_eq!(pay(750, Outcome::Delivered), 451);
        assert_eq!([pay(750, Outcome::Failed), pay(750, Outcome::Cancelled)], [451, 226]);
    }

    /// As written before there were minutes, miles and waiting.
    #[test]
    fn a_line_by_an_older_tariff_is_reckoned_as_it_was() {
        let old = r#"
            name = "hourly"
            version = "2023-1"
            source = "ARPE, accord du 20 avril 2023"
            currency = "EUR"
            base = 250
            per_pickup = 50
            per_dropoff = 50
            per_km = 60
            guarantee_per_hour = 1175
            paid_time = "worked"
        "#;
        let inputs: PieceInputs =
            serde_json::from_str(r#"{"pickups":1,"dropoffs":1,"trip_m":2000}"#).unwrap();
        assert_eq!(Tariff::parse(old).unwrap().piece(&inputs).amount, 470);
        let unknown = format!(
            "{old}
per_hour = 3"
        );
        assert!(Tariff::parse(&unknown).is_err());
    }

    #[test]
    fn every_preset_is_a_tariff_and_names_its_source() {
        for text in [
            include_str!("../../config/policy/tariff-hourly.toml"),
            include_str!("../../config/policy/tariff-guarantee.toml"),
            include_str!("../../config/policy/tariff-arpe-2023.toml"),
            include_str!("../../config/policy/tariff-nyc-2025.toml"),
            include_str!("../../config/policy/tariff-seattle-2024.toml"),
            include_str!("../../config/policy/tariff-mdrp.toml"),
        ] {
            let tariff = Tariff::parse(text).unwrap();
            assert!(tariff.source.len() > 20, "{}", tariff.name);
            assert!(tariff.failed_percent <= 100 && tariff.cancelled_percent <= 100);
        }
        let an_hour = |text| Tariff::parse(text).unwrap().guarantee(Seconds(3_600)).amount;
        assert_eq!(an_hour(include_str!("../../config/policy/tariff-arpe-2023.toml")), 1_175);
        assert_eq!(an_hour(include_str!("../../config/policy/tariff-nyc-2025.toml")), 2_144);
    }
}
