//! The figures of a day. Pure.

/// The arithmetic mean; `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a day has fewer than 2^52 orders")]
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The quantile by linear interpolation between the closest ranks (type 7, as in numpy); `share`
/// from 0 to 1. `None` of nothing.
#[expect(clippy::cast_precision_loss, reason = "a day has fewer than 2^52 orders")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index in range")]
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = share.clamp(0.0, 1.0) * sorted.len().checked_sub(1)? as f64;
    let (below, above) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    Some(below + (above - below) * rank.fract())
}

/// Gini's measure of inequality: 0 when all have the same, near 1 when one has all. `None` of
/// nothing; 0 when nobody has anything.
#[expect(clippy::cast_precision_loss, reason = "a co-op has fewer than 2^52 couriers")]
pub fn gini(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let (count, total) = (sorted.len() as f64, sorted.iter().sum::<f64>());
    if sorted.is_empty() {
        return None;
    }
    if total <= 0.0 {
        return Some(0.0);
    }
    let ranked = sorted.iter().enumerate().map(|(rank, value)| (rank + 1) as f64 * value);
    Some(2.0 * ranked.sum::<f64>() / (count * total) - (count + 1.0) / count)
}

/// `part` of `whole`, 0 to 1; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(seen: Option<f64>, wanted: f64) {
        assert!(seen.is_some_and(|seen| (seen - wanted).abs() < 1e-12), "{seen:?} for {wanted}");
    }

    #[test]
    fn a_quantile_lies_between_its_neighbours() {
        // Ten values: rank 0.9 x 9 = 8.1, so a tenth of the way from the 9th to the 10th.
        let values = [10.0, 1.0, 9.0, 2.0, 8.0, 3.0, 7.0, 4.0, 6.0, 5.0];
        close(quantile(&values, 0.9), 9.1);
        close(quantile(&values, 0.5), 5.5);
        close(quantile(&[3.0], 0.9), 3.0);
        assert_eq!(quantile(&[], 0.9), None);
        close(mean(&values), 5.5);
    }

    #[test]
    fn gini_by_hand() {
        // Mean absolute difference over all ordered pairs, halved, over the mean:
        // 1, 2, 3, 4 -> pairs differ by 20 in all; 20 / 16 / (2 x 2.5) = 0.25.
        close(gini(&[4.0, 1.0, 3.0, 2.0]), 0.25);
        close(gini(&[5.0, 5.0, 5.0]), 0.0);
        close(gini(&[0.0, 0.0, 0.0, 12.0]), 0.75);
        close(gini(&[0.0, 0.0]), 0.0);
        assert_eq!(gini(&[]), None);
    }
}
