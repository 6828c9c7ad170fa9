//! How much of what is left of a budget one gateway takes at once, so that it need not ask for every call.

use super::PicoUsd;

/// At least so much is taken where there is as much: one US cent.
const LEAST: i64 = 10_000_000_000;

/// What a gateway gets of the `left` of a budget: at least what it needs now, if there is that much; a hundredth of what is
/// left, or twice what it spent `lately` (about the last minute) but no more than a tenth, so that it can go on for a while
/// if the database does not answer; never more than there is.
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
    let at_ease = lately.pico().saturating_mul(2).min(left / 10);
    let chunk = (left / 100).max(LEAST).max(at_ease);
    PicoUsd::from_pico(need.pico().max(chunk).min(left))
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
    fn a_busy_gateway_takes_more_but_leaves_nine_tenths() {
        let usd = |text: &str| text.parse::<PicoUsd>().unwrap();

        assert_eq!(portion(usd("100"), usd("0.01"), usd("2")), usd("4"));
        assert_eq!(portion(usd("100"), usd("0.01"), usd("80")), usd("10"));
    }
}
