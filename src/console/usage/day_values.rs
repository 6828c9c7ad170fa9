//! One value for every day of a report, as charts want them.

use crate::store::ReportFilter;

/// Days without a value get a zero; several values of one day are added.
pub(super) fn day_values(filter: &ReportFilter, values: impl Iterator<Item = (i64, i64)>) -> Vec<i64> {
    let mut days = vec![0_i64; usize::try_from(filter.to - filter.from + 1).unwrap_or(0)];
    for (day, value) in values {
        let index = usize::try_from(day - filter.from).ok();
        if let Some(sum) = index.and_then(|index| days.get_mut(index)) {
            *sum = sum.saturating_add(value);
        }
    }
    days
}
