//! Counts of tokens in short.

/// A count of tokens in short: `128K`, `1M`, `1.05M`. Powers of two count as such, so 65,536 is `64K`; what does not
/// come out even is rounded down, since it is a limit.
///
/// ```
/// use crossmodel::domain::format::tokens;
/// assert_eq!([tokens(65_536), tokens(128_000), tokens(1_048_576), tokens(512)], ["64K", "128K", "1M", "512"]);
/// ```
pub fn tokens(count: u64) -> String {
    let kilo = if !count.is_multiple_of(1000) && count.is_multiple_of(1024) {
        1024
    } else {
        1000
    };
    let (unit, letter) = match count {
        n if n >= kilo * kilo => (kilo * kilo, 'M'),
        n if n >= kilo => (kilo, 'K'),
        n => return n.to_string(),
    };
    let hundredths = u128::from(count) * 100 / u128::from(unit);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let decimals = if whole >= 100 {
        String::new()
    } else {
        format!("{rest:02}")
    };

    match decimals.trim_end_matches('0') {
        "" => format!("{whole}{letter}"),
        decimals => format!("{whole}.{decimals}{letter}"),
    }
}
