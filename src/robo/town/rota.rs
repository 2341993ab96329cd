//! Who works when in the town. Everybody moves to an earlier slot each day, so that nights and
//! lunches go round, and nobody comes back early from a night.

use crate::domain::time::{Seconds, Timestamp};

/// From and to of each slot, in half hours after midnight.
const SLOTS: [(i64, i64); 10] = [
    (12, 26),
    (15, 29),
    (22, 30),
    (23, 31),
    (23, 40),
    (24, 41),
    (35, 45),
    (36, 46),
    (36, 52),
    (44, 61),
];

/// The shift of courier number `courier` on day number `day`, which begins at `midnight`.
pub(super) fn shift(courier: usize, day: i64, midnight: Timestamp) -> (Timestamp, Timestamp) {
    let count = SLOTS.len();
    let back = usize::try_from(day.rem_euclid(10)).unwrap_or_default();
    let (from, to) = SLOTS[(courier + count - back) % count];
    (midnight + Seconds(from * 1800), midnight + Seconds(to * 1800))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_works_two_shifts_at_once_or_rests_less_than_nine_hours() {
        let midnight = |day: i64| Timestamp::from_seconds(day * 86_400);
        for courier in 0..10 {
            for day in 0..20 {
                let (_, to) = shift(courier, day, midnight(day));
                let (from, _) = shift(courier, day + 1, midnight(day + 1));
                assert!(from.since(to) >= Seconds(9 * 3600), "courier {courier}, day {day}");
            }
        }
    }

    #[test]
    fn somebody_is_there_at_any_time() {
        let midnight = |day: i64| Timestamp::from_seconds(day * 86_400);
        for half_hour in 0..48 {
            let at = midnight(5) + Seconds(half_hour * 1800 + 900);
            let shifts =
                (4..=5).flat_map(|day| (0..10).map(move |one| shift(one, day, midnight(day))));
            let on_duty = shifts.filter(|&(from, to)| from <= at && at < to).count();
            assert!(on_duty >= 1, "{half_hour}");
        }
    }
}
