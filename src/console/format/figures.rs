//! Figures as reports show them: counts, shares and small amounts of money. Exact: no floating point anywhere.

use crate::domain::{PicoUsd, Timestamp, format};

/// `1,234,567`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A large count in short: `12.3M`, `4.56B`; below ten thousand it stays as it is. Rounded down.
pub fn short(number: i64) -> String {
    const UNITS: [(i64, char); 4] = [
        (1_000_000_000_000, 'T'),
        (1_000_000_000, 'B'),
        (1_000_000, 'M'),
        (1_000, 'K'),
    ];
    match UNITS.into_iter().find(|(unit, _)| number >= *unit && number >= 10_000) {
        Some((unit, letter)) => {
            let hundredths = i128::from(number) * 100 / i128::from(unit);
            let (whole, rest) = (hundredths / 100, hundredths % 100);
            match whole {
                100.. => format!("{whole}{letter}"),
                10.. => format!("{whole}.{}{letter}", rest / 10),
                _ => format!("{whole}.{rest:02}{letter}"),
            }
        }
        None => count(number),
    }
}

/// A part of a whole: `12.3%`. It says 0% and 100% only where that is so.
pub fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "–".into();
    }
    let tenths = (i128::from(part) * 1_000 + i128::from(whole) / 2) / i128::from(whole);
    match tenths {
        0 if part > 0 => "<0.1%".into(),
        1_000.. if part < whole => ">99.9%".into(),
        tenths if tenths % 10 == 0 => format!("{}%", tenths / 10),
        tenths => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// An amount of money with as many decimals as it takes to tell it from nothing: `$4.10`, `$0.0412`, `$0.00000028`.
pub fn money(amount: PicoUsd) -> String {
    let pico = amount.pico().unsigned_abs();
    if pico == 0 || pico >= 1_000_000_000_000 {
        return format::dollars(amount);
    }
    let sign = if amount.pico() < 0 { "-" } else { "" };
    let digits = format!("{pico:012}");
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    // Three digits that count, cut and not rounded, as it stands beside exact figures.
    let kept = digits.get(..(zeros + 3).clamp(2, 12)).unwrap_or(&digits);
    let kept = kept.trim_end_matches('0');
    format!("{sign}$0.{kept:0<2}")
}

/// A UTC day as a chart's axis has it: `22 Nov`.
pub fn day(day: i64) -> String {
    zoned(day, "%-d %b")
}

/// A UTC day with its year: `22 Nov 2026`.
pub fn full_day(day: i64) -> String {
    zoned(day, "%-d %b %Y")
}

/// A UTC day as forms and files have it: `2026-11-22`.
pub fn iso_day(day: i64) -> String {
    zoned(day, "%Y-%m-%d")
}

fn zoned(day: i64, format: &str) -> String {
    jiff::Timestamp::from_millisecond(Timestamp::of_day(day).millis())
        .map(|at| at.to_zoned(jiff::tz::TimeZone::UTC).strftime(format).to_string())
        .unwrap_or_default()
}

/// The UTC day of a date as forms have it. `None` if it is none.
pub fn parse_day(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(at.as_millisecond()).day())
}

/// Milliseconds as people say them: `340 ms`, `1.2 s`, `2 min 5 s`.
pub fn took(ms: u32) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_or_short() {
        assert_eq!(
            [0, 999, 1_000, -1_234_567].map(count),
            ["0", "999", "1,000", "-1,234,567"]
        );
        assert_eq!(
            [9_999, 12_345, 123_456, 1_234_567, 98_765_432_100].map(short),
            ["9,999", "12.3K", "123K", "1.23M", "98.7B"]
        );
    }

    #[test]
    fn a_share_is_nothing_or_everything_only_where_it_is() {
        let cases = [
            (0, 9, "0%"),
            (1, 9_000_000, "<0.1%"),
            (8_999_999, 9_000_000, ">99.9%"),
            (9, 9, "100%"),
            (1, 8, "12.5%"),
            (0, 0, "–"),
        ];
        for (part, whole, text) in cases {
            assert_eq!(share(part, whole), text);
        }
    }

    #[test]
    fn small_amounts_are_told_from_nothing() {
        let cases = [
            ("0", "$0.00"),
            ("4.1", "$4.10"),
            ("0.5", "$0.50"),
            ("0.04129", "$0.0412"),
            ("0.00000028", "$0.00000028"),
            ("-0.1", "-$0.10"),
            ("0.000000000001", "$0.000000000001"),
        ];
        for (amount, text) in cases {
            assert_eq!(money(amount.parse().unwrap()), text);
        }
    }

    #[test]
    fn days_are_read_back_as_they_are_written() {
        let today = parse_day("2026-11-22").unwrap();
        assert_eq!(
            (iso_day(today), day(today), full_day(today)),
            ("2026-11-22".into(), "22 Nov".into(), "22 Nov 2026".into())
        );
        assert_eq!([parse_day("22 Nov"), parse_day("2026-02-30"), parse_day("")], [None; 3]);
        assert_eq!([340, 1_240, 125_000].map(took), ["340 ms", "1.2 s", "2 min 5 s"]);
    }
}
