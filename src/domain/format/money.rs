//! Prices and amounts as people read them.

use crate::domain::values::PicoUsd;

/// A price per token as US dollars per million tokens: `$15`, `$1.10`, `$0.075`.
///
/// ```
/// use crossmodel::domain::{PicoUsd, format::per_million};
/// assert_eq!(per_million("0.00000027".parse().unwrap()), "$0.27");
/// assert_eq!(per_million("0.000015".parse().unwrap()), "$15");
/// ```
pub fn per_million(price: PicoUsd) -> String {
    let exact = per_million_cents(price);
    exact.strip_suffix(".00").map_or(exact.clone(), str::to_owned)
}

/// Like [`per_million`], but always with cents, for prices that stand beside each other: `$15.00`.
pub fn per_million_cents(price: PicoUsd) -> String {
    // Pico-USD per token are micro-USD per million tokens.
    let micro = price.pico().unsigned_abs();
    let sign = if price.pico() < 0 { "-" } else { "" };
    let mut decimals = format!("{:06}", micro % 1_000_000);

    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }

    format!("{sign}${}.{decimals}", micro / 1_000_000)
}

/// An amount in dollars and cents, rounded half away from zero: `$4.10`; `<$0.01` for an amount above zero and below
/// half a cent.
///
/// ```
/// use crossmodel::domain::{PicoUsd, format::dollars};
/// assert_eq!(dollars("4.1".parse().unwrap()), "$4.10");
/// assert_eq!(dollars("0.0001".parse().unwrap()), "<$0.01");
/// assert_eq!(dollars(PicoUsd::ZERO), "$0.00");
/// ```
pub fn dollars(amount: PicoUsd) -> String {
    const CENT: u64 = 10_000_000_000;
    let pico = amount.pico().unsigned_abs();
    let cents = pico / CENT + u64::from(pico % CENT >= CENT / 2);
    let sign = if amount.pico() < 0 { "-" } else { "" };

    if cents == 0 && pico > 0 {
        return if sign.is_empty() {
            "<$0.01".into()
        } else {
            "-<$0.01".into()
        };
    }

    format!("{sign}${}.{:02}", cents / 100, cents % 100)
}

/// An amount in dollars, rounded up to a hundredth of a cent, for the cost that a call may have: `$0.0042`.
///
/// ```
/// use crossmodel::domain::format::{money_down, money_up};
/// assert_eq!(money_up("0.00001".parse().unwrap()), "$0.0001");
/// assert_eq!(money_down("0.00001".parse().unwrap()), "$0.00");
/// assert_eq!(money_up("1.5".parse().unwrap()), "$1.50");
/// ```
pub fn money_up(amount: PicoUsd) -> String {
    hundredths_of_cents(amount.pico().div_euclid(STEP) + i64::from(amount.pico().rem_euclid(STEP) > 0))
}

/// The same, rounded down, for an amount that is left: never more than there is.
pub fn money_down(amount: PicoUsd) -> String {
    hundredths_of_cents(amount.pico().div_euclid(STEP))
}

/// A hundredth of a cent.
const STEP: i64 = 100_000_000;

fn hundredths_of_cents(steps: i64) -> String {
    let sign = if steps < 0 { "-" } else { "" };
    let mut decimals = format!("{:04}", steps.unsigned_abs() % 10_000);
    while decimals.len() > 2 && decimals.ends_with('0') {
        decimals.pop();
    }
    format!("{sign}${}.{decimals}", steps.unsigned_abs() / 10_000)
}
