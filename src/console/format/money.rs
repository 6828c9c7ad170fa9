//! Money as pages write it: to the cent, with the exact amount beside.

use super::figures::grouped;
use crate::domain::{PicoUsd, format};

const DOLLAR: u64 = 1_000_000_000_000;

/// `$1,234.50`, `-$4.10`, `<$0.01`.
pub fn dollars(amount: PicoUsd) -> String {
    grouped(&format::dollars(amount))
}

/// An amount with as many decimals as it takes to tell it from nothing: `$4.10`, `$0.0412`, `$0.00000028`.
pub fn significant(amount: PicoUsd) -> String {
    let pico = amount.pico().unsigned_abs();
    if pico == 0 || pico >= DOLLAR {
        return dollars(amount);
    }

    let sign = if amount.pico() < 0 { "-" } else { "" };
    let digits = format!("{pico:012}");
    let zeros = digits.len() - digits.trim_start_matches('0').len();

    // Three digits that count, cut and not rounded, as it stands beside exact figures.
    let kept = digits.get(..(zeros + 3).clamp(2, 12)).unwrap_or(&digits);
    let kept = kept.trim_end_matches('0');
    format!("{sign}$0.{kept:0<2}")
}

/// What a change adds or takes: `+$25.00`, `−$4.10`.
pub fn change(amount: PicoUsd) -> String {
    let text = dollars(amount);
    match text.strip_prefix('-') {
        Some(rest) => format!("\u{2212}{rest}"),
        None => format!("+{text}"),
    }
}

/// A limit as people write it, without cents that are zero: `$20`, `$2.50`, `$0.005`.
pub fn limit(amount: PicoUsd) -> String {
    let text = amount.to_string();
    let whole = match text.split_once('.') {
        Some((whole, cents)) if cents.len() < 2 => format!("{whole}.{cents}0"),
        _ => text,
    };
    grouped(&format!("${whole}"))
}

/// An amount that a person typed.
///
/// # Errors
/// If the text is no amount, in words that can stand under the input.
pub fn parse(text: &str) -> Result<PicoUsd, String> {
    let text = text.trim();
    let bare = text.strip_prefix('$').unwrap_or(text);
    if bare.is_empty() {
        return Err("Enter an amount in US dollars, for example 20 or 2.50.".into());
    }

    bare.parse().map_err(|_| {
        "Enter US dollars as a plain number, for example 20 or 2.50, with up to 12 decimals and below 9 million.".into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(text: &str) -> PicoUsd {
        text.parse().unwrap()
    }

    #[test]
    fn thousands_are_set_apart() {
        for (amount, text) in [
            ("0", "$0.00"),
            ("999.999", "$1,000.00"),
            ("-1234567.5", "-$1,234,567.50"),
            ("0.001", "<$0.01"),
        ] {
            assert_eq!(dollars(usd(amount)), text);
        }
    }

    #[test]
    fn small_amounts_are_told_from_nothing() {
        let cases = [
            ("0", "$0.00"),
            ("4.1", "$4.10"),
            ("1234.5", "$1,234.50"),
            ("0.5", "$0.50"),
            ("0.04129", "$0.0412"),
            ("0.00000028", "$0.00000028"),
            ("-0.1", "-$0.10"),
            ("0.000000000001", "$0.000000000001"),
        ];
        for (amount, text) in cases {
            assert_eq!(significant(usd(amount)), text);
        }
    }

    #[test]
    fn a_change_says_which_way_it_goes() {
        assert_eq!(
            [change(usd("25")), change(usd("-4.1")), change(usd("-0.0001"))],
            ["+$25.00", "−$4.10", "−<$0.01"]
        );
    }

    #[test]
    fn a_limit_is_exact() {
        assert_eq!(
            [
                limit(usd("20")),
                limit(usd("2.5")),
                limit(usd("0.005")),
                limit(usd("1500"))
            ],
            ["$20", "$2.50", "$0.005", "$1,500"]
        );
    }

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        assert_eq!(parse(" $20.50 "), Ok(usd("20.5")));
        for wrong in ["", "$", "1,000", "ten", "1e3", "0.0000000000001", "99999999"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
