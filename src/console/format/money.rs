//! Money and counts as pages write them: to the cent, with the exact amount beside.

use crate::domain::{PicoUsd, format};

/// `$1,234.50`, `-$4.10`, `<$0.01`.
pub fn dollars(amount: PicoUsd) -> String {
    grouped(&format::dollars(amount))
}

/// What a change adds or takes: `+$25.00`, `−$4.10`.
pub fn change(amount: PicoUsd) -> String {
    let text = dollars(amount);
    match text.strip_prefix('-') {
        Some(rest) => format!("\u{2212}{rest}"),
        None => format!("+{text}"),
    }
}

/// `1,234 requests`.
pub fn requests(count: i64) -> String {
    format!("{} {}", number(count), if count == 1 { "request" } else { "requests" })
}

/// `1,234`.
pub fn number(count: i64) -> String {
    grouped(&count.to_string())
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

/// An amount that somebody typed.
///
/// # Errors
/// If it is none, in words that can stand under the input.
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

/// Commas between the thousands of the first number in a text.
fn grouped(text: &str) -> String {
    let is_digit = |c: char| c.is_ascii_digit();
    let Some(start) = text.find(is_digit) else {
        return text.to_owned();
    };
    let (before, rest) = text.split_at(start);
    let end = rest.find(|c: char| !is_digit(c)).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    let mut out = String::from(before);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(after);
    out
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
        assert_eq!(
            (number(1_234), number(12), number(-1_000)),
            ("1,234".into(), "12".into(), "-1,000".into())
        );
        assert_eq!(
            (requests(1), requests(1_000_000)),
            ("1 request".into(), "1,000,000 requests".into())
        );
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
