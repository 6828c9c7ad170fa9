//! How much of a budget one gateway leases at once, so that it does not ask the database for every call.

use crate::domain::values::PicoUsd;

/// The part that a gateway gets of `left`, which is what no gateway has leased of a budget. While there is plenty, the
/// part is a hundredth of it, or twice what the gateway spent `lately` (in about the last minute) but no more than a
/// tenth. So the gateway can go on for a while if the database does not answer. Once a hundredth is less than `need`,
/// which the waiting call needs now, the part is exactly the need, so that several gateways can use up a budget
/// completely. The part is never more than is left.
///
/// ```
/// use crossmodel::domain::{PicoUsd, portion};
/// let usd = |text: &str| text.parse::<PicoUsd>().unwrap();
/// assert_eq!(portion(usd("100"), usd("0.02"), PicoUsd::ZERO), usd("1"));
/// assert_eq!(portion(usd("100"), usd("3"), PicoUsd::ZERO), usd("3"));
/// assert_eq!(portion(usd("0.015"), usd("0.02"), PicoUsd::ZERO), usd("0.015"));
/// ```
pub fn portion(left: PicoUsd, need: PicoUsd, lately: PicoUsd) -> PicoUsd {
    let left = left.pico().max(0);
    if left / 100 < need.pico() {
        return PicoUsd::from_pico(need.pico().min(left));
    }
    let at_ease = lately.pico().saturating_mul(2).min(left / 10);
    PicoUsd::from_pico((left / 100).max(at_ease))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn never_more_than_is_left_and_never_less_than_is_needed_of_it(left: i64, need in 0..i64::MAX, lately in 0..i64::MAX) {
            let got = portion(PicoUsd::from_pico(left), PicoUsd::from_pico(need), PicoUsd::from_pico(lately)).pico();

            prop_assert!(got >= 0 && got <= left.max(0));
            prop_assert!(got >= need.min(left.max(0)));
        }
    }

    #[test]
    fn near_the_end_nothing_is_taken_that_is_not_needed() {
        let usd = |text: &str| text.parse::<PicoUsd>().unwrap();

        assert_eq!(portion(usd("0.99"), usd("0.01"), usd("50")), usd("0.01"));
        assert_eq!(portion(usd("1"), usd("0.01"), PicoUsd::ZERO), usd("0.01"));
    }

    #[test]
    fn a_busy_gateway_takes_more_but_leaves_nine_tenths() {
        let usd = |text: &str| text.parse::<PicoUsd>().unwrap();

        assert_eq!(portion(usd("100"), usd("0.01"), usd("2")), usd("4"));
        assert_eq!(portion(usd("100"), usd("0.01"), usd("80")), usd("10"));
    }
}
