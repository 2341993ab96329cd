//! The end of a year: what is left goes to the reserve, which belongs to nobody, and back to those whose
//! work it was, by hours or by pay.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ids::CourierId;
use super::money::split;

const WHOLE: i64 = 10_000;
/// Larger than the turnover of any co-op, in minor units, and small enough for every product.
const AMOUNT_MAX: i64 = 100_000_000_000_000;

/// What the law says: a voted text of `config/policy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SurplusLaw")]
pub struct Law {
    pub version: String,
    /// The least part of a surplus that goes to the reserve, in hundredths of a percent.
    pub minimum_reserve_basis_points: i64,
}

/// Why a text is no law.
#[derive(Debug, thiserror::Error)]
pub enum LawError {
    #[error("not what the law says of surpluses: {0}")]
    Text(#[from] toml::de::Error),
    #[error("minimum_reserve_basis_points lies between 0 and 10000, the version has a name")]
    Range,
}

impl Law {
    /// Reads the text.
    ///
    /// # Errors
    /// [`LawError`]
    pub fn parse(text: &str) -> Result<Self, LawError> {
        let law: Self = toml::from_str(text)?;
        let named = (1..=100).contains(&law.version.chars().count());
        if named && (0..=WHOLE).contains(&law.minimum_reserve_basis_points) {
            Ok(law)
        } else {
            Err(LawError::Range)
        }
    }
}

/// By what refunds are shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SurplusMeasure")]
pub enum Measure {
    /// Seconds of paid time.
    Hours,
    /// Minor units of pay.
    Pay,
}

/// Everything that is shared and by which rule: what the members voted on. Kept with what was booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The calendar's year.
    pub year: i16,
    pub law: Law,
    /// What the co-op kept of prices in that year ...
    pub revenue: i64,
    /// ... and what was left of the couriers' share, or lacked where it is negative.
    pub operations: i64,
    /// What the co-op spent that is not in these books, such as rent: by the annual accounts.
    pub other_costs: i64,
    pub reserve_basis_points: i64,
    pub measure: Measure,
}

/// Why a surplus cannot be shared so. In the order in which it is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SurplusError {
    #[error("other_costs lies between 0 and {AMOUNT_MAX} minor units")]
    Costs,
    #[error(
        "at least {minimum} and at most 10000 hundredths of a percent go to the reserve: the law's minimum"
    )]
    Reserve { minimum: i64 },
    #[error("there is no surplus: the result is {result} minor units")]
    None { result: i64 },
    #[error("nobody has worked in that year: all of it goes to the reserve, with 10000")]
    Nobody,
    #[error("more was worked than can be shared by")]
    TooMuch,
    #[error("that year is not over")]
    NotOver,
    #[error("the surplus of that year is booked, once and for ever")]
    Booked,
    #[error("the surplus is {surplus} minor units now, not what was voted on: preview it again")]
    Moved { surplus: i64 },
}

impl Terms {
    /// What is shared; zero or less: nothing.
    pub const fn surplus(&self) -> i64 {
        self.revenue.saturating_add(self.operations).saturating_sub(self.other_costs)
    }

    /// The reserve's part, rounded up, so that it is never below the minimum.
    pub fn reserve(&self) -> i64 {
        let part = i128::from(self.surplus()) * i128::from(self.reserve_basis_points);
        let whole = i128::from(WHOLE);
        i64::try_from((part + whole - 1) / whole).unwrap_or(i64::MAX)
    }

    /// What goes back to those who worked.
    pub fn refund(&self) -> i64 {
        self.surplus().saturating_sub(self.reserve())
    }

    /// Shares the surplus among couriers by their units, the others having none.
    ///
    /// # Errors
    /// [`SurplusError`]: terms that the law or the result forbids.
    pub fn share(&self, units: &BTreeMap<CourierId, i64>) -> Result<Vec<Share>, SurplusError> {
        if !(0..=AMOUNT_MAX).contains(&self.other_costs) {
            return Err(SurplusError::Costs);
        }
        let minimum = self.law.minimum_reserve_basis_points;
        if !(minimum..=WHOLE).contains(&self.reserve_basis_points) {
            return Err(SurplusError::Reserve { minimum });
        }
        if self.surplus() <= 0 {
            return Err(SurplusError::None { result: self.surplus() });
        }
        if self.refund() == 0 {
            return Ok(Vec::new());
        }
        let worked: Vec<(CourierId, u32)> = units
            .iter()
            .filter(|(_, units)| **units > 0)
            .map(|(courier, units)| u32::try_from(*units).map(|units| (*courier, units)))
            .collect::<Result<_, _>>()
            .map_err(|_| SurplusError::TooMuch)?;
        if worked.is_empty() {
            return Err(SurplusError::Nobody);
        }
        Ok(amounts(self.refund(), &worked))
    }
}

/// What a courier gets back, and what it is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub courier_id: CourierId,
    /// Seconds or minor units, as the measure says.
    pub units: u32,
    /// Of all.
    pub units_total: i64,
    pub amount: i64,
}

/// `refund` in proportion to the units, to the cent, by largest remainder; ties go to the smaller id.
fn amounts(refund: i64, worked: &[(CourierId, u32)]) -> Vec<Share> {
    let weights: Vec<u32> = worked.iter().map(|(_, units)| *units).collect();
    let units_total = weights.iter().map(|units| i64::from(*units)).sum();
    let parts = split(refund, &weights);
    let share = |(&(courier_id, units), amount): (&(CourierId, u32), i64)| Share {
        courier_id,
        units,
        units_total,
        amount,
    };
    worked.iter().zip(parts).map(share).collect()
}

/// What a booked entry of a surplus is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Part {
    /// What is left of the couriers' share, or lacks, joins what the co-op kept.
    Close,
    Reserve,
    Refund(Share),
}

/// What an auditor finds wrong with the surplus of a year: reckons it again from what is recorded with
/// its entries, each with what it booked. `None`: it comes out to the cent.
pub fn fault(entries: &[(Terms, Part, i64)]) -> Option<&'static str> {
    let (terms, ..) = entries.first()?;
    if entries.iter().any(|(other, ..)| other != terms) {
        return Some("its entries are not of the same terms");
    }
    if terms.reserve_basis_points < terms.law.minimum_reserve_basis_points {
        return Some("less goes to the reserve than the law demands");
    }
    let mut shares: Vec<Share> = Vec::new();
    let (mut reserve, mut closed) = (0_i64, 0_i64);
    for (_, part, booked) in entries {
        match part {
            Part::Close => closed = closed.saturating_add(*booked),
            Part::Reserve => reserve = reserve.saturating_add(*booked),
            Part::Refund(share) if share.amount != *booked => {
                return Some("a share is not what was booked");
            }
            // A share of nothing has no entry.
            Part::Refund(share) => shares.push(*share),
        }
    }
    if reserve != terms.reserve() || closed != terms.operations {
        return Some("the reserve's part is not what the terms say");
    }
    let back: i128 = shares.iter().map(|share| i128::from(share.amount)).sum();
    if back != i128::from(terms.refund()) {
        return Some("the shares do not sum to what goes back");
    }
    let total = shares.first().map_or(0, |share| share.units_total);
    let worked: i64 = shares.iter().map(|share| i64::from(share.units)).sum();
    if shares.iter().any(|share| share.units_total != total) || worked > total {
        return Some("the shares are not of the same units");
    }
    let exact = |share: &Share| {
        let part = i128::from(terms.refund()) * i128::from(share.units);
        let floor = part / i128::from(total.max(1));
        (floor..=floor + 1).contains(&i128::from(share.amount))
    };
    (!shares.iter().all(exact)).then_some("a share is not in proportion to its units")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::uuid_v7;
    use crate::domain::time::Timestamp;
    use proptest::prelude::*;

    fn courier(number: u8) -> CourierId {
        CourierId::from_uuid(uuid_v7(Timestamp::from_seconds(1), [number; 10]))
    }

    fn law() -> Law {
        Law::parse(include_str!("../../config/policy/surplus.toml")).unwrap()
    }

    fn terms(revenue: i64, operations: i64, reserve_basis_points: i64) -> Terms {
        let (other_costs, measure) = (0, Measure::Hours);
        Terms {
            year: 2026,
            law: law(),
            revenue,
            operations,
            other_costs,
            reserve_basis_points,
            measure,
        }
    }

    fn units(of: &[i64]) -> BTreeMap<CourierId, i64> {
        (1u8..).zip(of).map(|(number, units)| (courier(number), *units)).collect()
    }

    #[test]
    fn the_reserve_is_served_first_and_the_rest_goes_back_by_units() {
        let terms = terms(1_500, -499, 5750);
        let shares = terms.share(&units(&[3600, 7200, 0])).unwrap();
        // 57.5 % of 10.01 are 5.7557...: the reserve has the odd cent.
        assert_eq!((terms.surplus(), terms.reserve(), terms.refund()), (1001, 576, 425));
        let amounts: Vec<_> = shares.iter().map(|share| (share.courier_id, share.amount)).collect();
        assert_eq!(amounts, [(courier(1), 142), (courier(2), 283)]);
    }

    #[test]
    fn what_the_law_or_the_result_forbids_is_refused() {
        let share = |terms: Terms| terms.share(&units(&[1])).unwrap_err();
        assert_eq!(share(terms(1000, 0, 5749)), SurplusError::Reserve { minimum: 5750 });
        assert_eq!(share(terms(1000, 0, 10_001)), SurplusError::Reserve { minimum: 5750 });
        assert_eq!(share(terms(1000, -1000, 5750)), SurplusError::None { result: 0 });
        let costs = |other_costs| Terms { other_costs, ..terms(1000, 0, 5750) };
        assert_eq!(share(costs(1001)), SurplusError::None { result: -1 });
        assert_eq!(share(costs(-1)), SurplusError::Costs);
        assert_eq!(terms(1000, 0, 5750).share(&units(&[0])), Err(SurplusError::Nobody));
        assert_eq!(terms(1000, 0, 10_000).share(&units(&[0])), Ok(Vec::new()));
        let endless = units(&[i64::from(u32::MAX) + 1]);
        assert_eq!(terms(1000, 0, 5750).share(&endless), Err(SurplusError::TooMuch));
        let text = include_str!("../../config/policy/surplus.toml").replace("5750", "10001");
        assert!(matches!(Law::parse(&text), Err(LawError::Range)));
    }

    /// The entries that are booked for terms.
    fn entries(terms: &Terms, shares: &[Share]) -> Vec<(Terms, Part, i64)> {
        let refunds = shares.iter().filter(|share| share.amount != 0);
        let mut entries = vec![
            (terms.clone(), Part::Close, terms.operations),
            (terms.clone(), Part::Reserve, terms.reserve()),
        ];
        entries.extend(refunds.map(|share| (terms.clone(), Part::Refund(*share), share.amount)));
        entries
    }

    #[test]
    fn an_auditor_sees_a_cent_that_was_moved() {
        let terms = terms(1_500, -499, 5750);
        let shares = terms.share(&units(&[3600, 7200])).unwrap();
        let honest = entries(&terms, &shares);
        assert_eq!(fault(&honest), None);
        assert_eq!(fault(&[]), None);
        let changed = |change: fn(&mut Vec<(Terms, Part, i64)>)| {
            let mut entries = honest.clone();
            change(&mut entries);
            assert!(fault(&entries).is_some(), "{entries:?}");
        };
        changed(|entries| entries[1].2 -= 1);
        changed(|entries| entries[2].2 += 1);
        changed(|entries| drop(entries.pop()));
        changed(|entries| entries[0].0.other_costs += 1);
        changed(|entries| entries.iter_mut().for_each(|entry| entry.0.reserve_basis_points = 5000));
        // A friend's share, at another's expense.
        changed(|entries| {
            for (index, more) in [(2, 50), (3, -50)] {
                let Part::Refund(share) = &mut entries[index].1 else { panic!("a share") };
                share.amount += more;
                entries[index].2 += more;
            }
        });
    }

    proptest! {
        /// To the cent, whatever is shared; never below the minimum; and it comes out again.
        #[test]
        fn a_surplus_is_shared_to_the_cent_and_the_reserve_has_its_minimum(
            revenue in 1i64..1_000_000_000_000, reserve in 5750i64..=10_000,
            worked in prop::collection::vec(0i64..40_000_000, 1..60),
        ) {
            prop_assume!(worked.iter().any(|units| *units > 0));
            let terms = terms(revenue, 0, reserve);
            let shares = terms.share(&units(&worked)).unwrap();
            let back: i64 = shares.iter().map(|share| share.amount).sum();
            prop_assert_eq!(terms.reserve() + back, terms.surplus());
            prop_assert!(i128::from(terms.reserve()) * 10_000 >= i128::from(revenue) * 5750);
            prop_assert!(shares.iter().all(|share| share.amount >= 0));
            prop_assert_eq!(fault(&entries(&terms, &shares)), None);
        }
    }
}
