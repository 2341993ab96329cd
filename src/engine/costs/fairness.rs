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

/// The search asks for terms far more often than for standings, so the division is done once and
/// a multiplication by a scaled fraction is left.
const SCALE: i64 = 1 << 20;

/// Minor units an hour of everyone on duty: `earned` over `paid_s`, warm starts left out. Zero
/// before anyone has been paid for any time.
pub fn mean_hourly(earned: i64, paid_s: i64) -> i64 {
    if paid_s > 0 { earned.saturating_mul(3600) / paid_s } else { 0 }
}

impl Standing {
    /// Of a courier whose shift goes on for `left_s` seconds. The warm start keeps the first minutes
    /// of a shift from counting as riches or as poverty; it never reaches beyond the shift's end,
    /// so that the last jobs are given by what the shift will have brought.
    pub fn new(earned: i64, paid_s: i64, left_s: i64, mean_hourly: i64, policy: &Fairness) -> Self {
        let basis_s = paid_s.max(0) + policy.warm_start_s.min(left_s.max(0));
        let ms_per_hourly = policy.delay_per_100 * 10;
        Self {
            earned,
            slope: 3600 * ms_per_hourly * SCALE / basis_s.max(1),
            mean_ms: mean_hourly * ms_per_hourly,
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

    #[test]
    fn less_earned_costs_less_and_the_bound_holds() {
        let policy = DispatchPolicy::founding().fairness;
        let mean = mean_hourly(80_000, 3 * 40 * 3600);
        let term = |earned| Standing::new(earned, 40 * 3600, 3600, mean, &policy).term_ms(0, 500);
        let terms = [term(0), term(40_000), term(900_000)];
        assert!(terms.is_sorted() && terms[0] < 0 && terms[2] > 0, "{terms:?}");
        assert!(terms[2] - terms[0] <= policy.delay_max_s * 1000);
    }

    #[test]
    fn each_delivery_planned_makes_the_next_one_dearer() {
        let policy = DispatchPolicy::founding().fairness;
        let standing = Standing::new(3_000, 3 * 3600, 3600, 900, &policy);
        assert!(standing.term_ms(0, 500) < standing.term_ms(500, 500));
    }
}
