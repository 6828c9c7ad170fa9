//! The expiry of a key, as the value of a form.

use std::time::Duration;

use crate::domain::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The choices of a new key: the value and its words.
pub(super) const EXPIRIES: [(&str, &str); 6] = [
    ("7", "in 7 days"),
    ("30", "in 30 days"),
    ("90", "in 90 days"),
    ("365", "in a year"),
    ("date", "on a date…"),
    ("never", "never"),
];
pub(super) const USUAL_EXPIRY: &str = "90";

/// A number of days, or never.
pub(super) fn parse_expiry(choice: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    match choice {
        "never" => Ok(None),
        "7" | "30" | "90" | "365" => {
            let days: u32 = choice.parse().unwrap_or(90);
            Ok(Some(now.plus(DAY * days)))
        }
        _ => Err("Choose when the key expires."),
    }
}

/// The end of a day that is written `2026-12-24`, in UTC.
pub(super) fn end_of(date: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    let parsed = date.trim().parse::<jiff::civil::Date>().ok();
    let end = parsed.and_then(|date| date.tomorrow().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok());
    let end = end.map(|end| Timestamp::from_millis(end.timestamp().as_millisecond()));
    let end = end.ok_or("Enter a date, for example 2027-01-31.")?;

    if end > now {
        Ok(end)
    } else {
        Err("Choose a date that is not over yet.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_374_251_000);

    #[test]
    fn a_date_counts_to_its_end() {
        assert_eq!(end_of("2026-11-22", NOW).map(Timestamp::millis), Ok(1_795_392_000_000));
        assert!(end_of("2026-11-21", NOW).is_err());
        assert!(end_of("soon", NOW).is_err());
    }

    #[test]
    fn only_what_the_form_offers_is_taken() {
        assert_eq!(parse_expiry("never", NOW), Ok(None));
        assert_eq!(parse_expiry("7", NOW), Ok(Some(NOW.plus(DAY * 7))));
        assert!(parse_expiry("8", NOW).is_err());
        assert!(parse_expiry("", NOW).is_err());
    }
}
