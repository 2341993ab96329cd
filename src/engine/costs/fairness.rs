//! Fairness: who has earned less per paid hour than the others on duty is asked first, as far as
//! the voted bound on delay allows. Refusals are not looked at: a test proves it.

use crate::domain::money::scale;
use crate::domain::policy::Fairness;
use crate::engine::snapshot::CourierState;

/// Earnings of everyone on duty, to compare one courier with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Average {
    earned: i64,
    paid_s: i64,
}

impl Average {
    /// Over the couriers of a snapshot.
    pub fn of(couriers: &[CourierState]) -> Self {
        Self {
            earned: couriers.iter().map(|courier| courier.earned).sum(),
            paid_s: couriers.iter().map(|courier| courier.paid.0).sum(),
        }
    }

    /// Minor units an hour; zero before anyone has been paid for any time.
    pub fn hourly(&self) -> i64 {
        if self.paid_s > 0 { scale(self.earned, 3600, self.paid_s) } else { 0 }
    }

    /// Seconds of delay this courier's earnings are worth: negative for one below the average.
    /// Two couriers never differ by more than `delay_max_s`.
    pub fn term(&self, courier: &CourierState, policy: &Fairness) -> i64 {
        let hourly = self.hourly();
        // The warm start: time at the average that everyone is taken to have behind them.
        let earned = courier.earned + scale(hourly, policy.warm_start_s, 3600);
        let own = scale(earned, 3600, courier.paid.0.max(0) + policy.warm_start_s);
        let bound = policy.delay_max_s / 2;
        scale(own - hourly, policy.delay_per_100, 100).clamp(-bound, bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::DispatchPolicy;
    use crate::domain::time::Seconds;
    use crate::engine::snapshot::fixtures::courier_at;

    fn paid(number: u128, earned: i64, hours: i64) -> CourierState {
        CourierState {
            earned,
            paid: Seconds::from_minutes(60 * hours),
            ..courier_at(number, (0, 0))
        }
    }

    #[test]
    fn less_earned_costs_less_and_the_bound_holds() {
        let policy = DispatchPolicy::founding().fairness;
        let couriers = [paid(1, 0, 40), paid(2, 40_000, 40), paid(3, 900_000, 40)];
        let average = Average::of(&couriers);
        let terms: Vec<i64> = couriers.iter().map(|one| average.term(one, &policy)).collect();
        assert!(terms.is_sorted() && terms[0] < 0 && terms[2] > 0, "{terms:?}");
        assert!(terms[2] - terms[0] <= policy.delay_max_s);
    }

    #[test]
    fn a_newcomer_counts_as_average() {
        let policy = DispatchPolicy::founding().fairness;
        let couriers = [paid(1, 0, 0), paid(2, 40_000, 20), paid(3, 80_000, 40)];
        assert_eq!(Average::of(&couriers).term(&couriers[0], &policy), 0);
    }
}
