//! Fairness: who has earned less per paid hour than the others on duty is asked first, as far as
//! the voted bound on delay allows. Refusals are not looked at: a test proves it.

use crate::domain::policy::Fairness;

/// One courier's earnings beside those of the others on duty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Earned so far in this period, in minor units.
    pub earned: i64,
    /// Thousandths of a second of delay for one minor unit earned, times [`SCALE`].
    slope: i64,
    /// What the average of the others takes off, in thousandths of a second of delay.
    mean_ms: i64,
    /// No term is farther from zero.
    bound_ms: i64,
}

/// What one courier has been paid, for which time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Earned so far in this period, in minor units.
    pub earned: i64,
    /// Time paid so far in this period, in seconds.
    pub paid_s: i64,
    /// What is left of the shift, in seconds.
    pub left_s: i64,
}

/// What everyone on duty earns, and the yardstick for differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Average {
    /// Minor units an hour of everyone on duty. Zero before anyone has been paid for any time.
    hourly: i64,
    /// What differences are measured in: an hour's guaranteed pay, or the average's where nothing
    /// is guaranteed. In minor units; zero while there is nothing to compare with.
    yardstick: i64,
}

/// The search asks for terms far more often than for standings, so the division is done once and
/// a multiplication by a scaled fraction is left.
const SCALE: i64 = 1 << 20;

impl Average {
    /// Of couriers who together earned `earned` minor units in `paid_s` seconds, where the tariff
    /// guarantees `guarantee_hourly` minor units an hour, or 0.
    pub fn new(earned: i64, paid_s: i64, guarantee_hourly: i64) -> Self {
        let hourly = if paid_s > 0 { earned.saturating_mul(3600) / paid_s } else { 0 };
        let yardstick = if guarantee_hourly > 0 { guarantee_hourly } else { hourly };
        Self { hourly, yardstick }
    }
}

impl Standing {
    /// Of a courier, beside the average.
    ///
    /// What is compared is where the shift is heading: what was earned, less what the average would
    /// have brought in the time paid so far and the policy's `ahead_s` to come, since a job given
    /// now is earned only later. The difference is spread over the time paid and half of what is
    /// left, so that somebody who has just come is neither rich after one job nor poor before it,
    /// and what is missing near the end of a shift weighs most.
    pub fn new(account: Account, average: Average, policy: &Fairness) -> Self {
        let (paid_s, left_s) = (account.paid_s.max(0), account.left_s.max(0));
        let basis_s = (paid_s + left_s / 2).max(1);
        let ms_per_yardstick = policy.delay_per_percent_s * 100_000;
        let slope = match average.yardstick {
            0 => 0,
            yardstick => (ms_per_yardstick * SCALE / basis_s).saturating_mul(3600) / yardstick,
        };
        let expected = average.hourly * (paid_s + policy.ahead_s.min(left_s)) / 3600;
        Self {
            earned: account.earned,
            slope,
            mean_ms: expected.saturating_mul(slope) / SCALE,
            bound_ms: policy.delay_max_s * 500,
        }
    }

    /// What giving this courier one more delivery costs for the sake of equality, in thousandths of
    /// a second of delay: negative for one who has earned less than the others. `planned` is what
    /// deliveries not yet done will bring. Half of the delivery's own pay counts, so that a rate is
    /// judged in the middle of the step it takes.
    ///
    /// Two couriers never differ by more than the policy's `delay_max_s`.
    #[inline]
    pub fn term_ms(&self, planned: i64, pay: i64) -> i64 {
        let earned = self.earned + planned + pay / 2;
        let own_ms = earned.saturating_mul(self.slope) / SCALE;
        (own_ms - self.mean_ms).clamp(-self.bound_ms, self.bound_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::DispatchPolicy;

    const HOUR: i64 = 3600;

    fn term(earned: i64, average: Average) -> i64 {
        let policy = DispatchPolicy::founding().fairness;
        let account = Account { earned, paid_s: 40 * HOUR, left_s: HOUR };
        Standing::new(account, average, &policy).term_ms(0, 500)
    }

    #[test]
    fn less_earned_costs_less_and_the_bound_holds() {
        let average = Average::new(80_000, 3 * 40 * HOUR, 1175);
        let terms = [term(0, average), term(40_000, average), term(900_000, average)];
        assert!(terms.is_sorted() && terms[0] < 0 && terms[2] > 0, "{terms:?}");
        let bound_ms = DispatchPolicy::founding().fairness.delay_max_s * 1000;
        assert!(terms[2] - terms[0] <= bound_ms);
    }

    #[test]
    fn each_delivery_planned_makes_the_next_one_dearer() {
        let policy = DispatchPolicy::founding().fairness;
        let account = Account { earned: 3_000, paid_s: 3 * HOUR, left_s: HOUR };
        let standing = Standing::new(account, Average::new(2_700, 3 * HOUR, 1175), &policy);
        assert!(standing.term_ms(0, 500) < standing.term_ms(500, 500));
    }

    /// A co-op that counts in cents and one that counts in pesos see the same differences.
    #[test]
    fn the_currency_does_not_matter() {
        let policy = DispatchPolicy::founding().fairness;
        let term = |rate: i64, guarantee: i64| {
            let account = Account { earned: 3_200 * rate, paid_s: 2 * HOUR, left_s: 2 * HOUR };
            let average = Average::new(30_000 * rate, 20 * HOUR, guarantee * rate);
            Standing::new(account, average, &policy).term_ms(0, 500 * rate)
        };
        for guarantee in [0, 1175] {
            let (cents, pesos) = (term(1, guarantee), term(4_000, guarantee));
            assert!((cents - pesos).abs() <= 2_000, "{cents} and {pesos}");
        }
    }

    #[test]
    fn nobody_is_ahead_while_nobody_has_earned() {
        let policy = DispatchPolicy::founding().fairness;
        let account = Account { earned: 0, paid_s: 600, left_s: HOUR };
        assert_eq!(Standing::new(account, Average::new(0, 600, 0), &policy).term_ms(0, 500), 0);
    }
}
