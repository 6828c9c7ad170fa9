//! UTC days as reports, forms and files write them.

use crate::domain::Timestamp;

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

/// The UTC day of a date as forms have it; `None` if the text is no date.
pub fn parse_day(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.trim().parse().ok()?;
    let at = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_millis(at.as_millisecond()).day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_back_as_they_are_written() {
        let today = parse_day("2026-11-22").unwrap();

        assert_eq!(
            (iso_day(today), day(today), full_day(today)),
            ("2026-11-22".into(), "22 Nov".into(), "22 Nov 2026".into())
        );
        assert_eq!([parse_day("22 Nov"), parse_day("2026-02-30"), parse_day("")], [None; 3]);
    }
}
