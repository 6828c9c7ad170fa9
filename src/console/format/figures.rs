//! Counts, shares and durations as reports show them. Exact: no floating point anywhere.

/// `1,234,567`.
pub fn count(number: impl Into<i128>) -> String {
    grouped(&number.into().to_string())
}

/// `1,234 requests`.
pub fn requests(number: impl Into<i128>) -> String {
    let number = number.into();
    let noun = if number == 1 { "request" } else { "requests" };
    format!("{} {noun}", count(number))
}

/// Sets commas between the thousands of the first number in a text.
pub fn grouped(text: &str) -> String {
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

/// A large count in short: `12.3M`, `4.56B`; below ten thousand it stays as it is. Rounded down.
pub fn short(number: i64) -> String {
    const UNITS: [(i64, char); 4] = [
        (1_000_000_000_000, 'T'),
        (1_000_000_000, 'B'),
        (1_000_000, 'M'),
        (1_000, 'K'),
    ];

    let unit = UNITS.into_iter().find(|(unit, _)| number >= *unit && number >= 10_000);
    let Some((unit, letter)) = unit else {
        return count(number);
    };

    let hundredths = i128::from(number) * 100 / i128::from(unit);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match whole {
        100.. => format!("{whole}{letter}"),
        10.. => format!("{whole}.{}{letter}", rest / 10),
        _ => format!("{whole}.{rest:02}{letter}"),
    }
}

/// A part of a whole: `12.3%`. It is 0% or 100% only if that is exact.
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
            [0_i64, 999, 1_000, 12_345, -1_234_567].map(count),
            ["0", "999", "1,000", "12,345", "-1,234,567"]
        );
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(
            [9_999, 12_345, 123_456, 1_234_567, 98_765_432_100].map(short),
            ["9,999", "12.3K", "123K", "1.23M", "98.7B"]
        );
        assert_eq!([1_i64, 1_000_000].map(requests), ["1 request", "1,000,000 requests"]);
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
    fn durations_are_told_in_the_unit_that_fits() {
        assert_eq!([340, 1_240, 125_000].map(took), ["340 ms", "1.2 s", "2 min 5 s"]);
    }
}
