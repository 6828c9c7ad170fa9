//! Times as people write and read them on the command line.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time at which a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// After this time.
    In(Duration),
    /// At that moment.
    At(Timestamp),
    /// The key does not end.
    Never,
}

/// The text is no end of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no end of a key; write a number of days such as 90d, a date such as 2027-01-31 (the end of that day, UTC), \
     a time such as 2027-01-31T12:00:00Z, or never"
)]
pub struct ExpiryError(String);

impl FromStr for Expiry {
    type Err = ExpiryError;

    fn from_str(text: &str) -> Result<Self, ExpiryError> {
        let error = || ExpiryError(text.to_owned());
        if text == "never" {
            return Ok(Self::Never);
        }

        if let Some(days) = text.strip_suffix('d') {
            let days: u32 = days.parse().map_err(|_| error())?;
            return (1..=36_500)
                .contains(&days)
                .then_some(Self::In(DAY * days))
                .ok_or_else(error);
        }

        if text.len() == "2027-01-31".len()
            && let Ok(date) = text.parse::<Date>()
        {
            let next = date
                .tomorrow()
                .and_then(|next| next.to_zoned(TimeZone::UTC))
                .map_err(|_| error())?;
            return Ok(Self::At(Timestamp::from_millis(next.timestamp().as_millisecond())));
        }

        let moment: jiff::Timestamp = text.parse().map_err(|_| error())?;
        Ok(Self::At(Timestamp::from_millis(moment.as_millisecond())))
    }
}

impl Expiry {
    /// The end of a key that is made at `now`; `None` is never.
    pub fn from(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::In(duration) => Some(now.plus(duration)),
            Self::At(moment) => Some(moment),
            Self::Never => None,
        }
    }
}

/// `2026-11-22 19:40 UTC`.
pub fn show(moment: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(moment.millis()) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        Err(_) => "beyond the calendar".into(),
    }
}

/// `2026-11-22T19:40:03Z`, for programs.
pub fn machine(moment: Timestamp) -> String {
    match jiff::Timestamp::from_millisecond(moment.millis()) {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => "beyond the calendar".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_a_number_of_days_a_date_a_time_or_never() {
        let now = Timestamp::from_millis(0);
        let end = |text: &str| text.parse::<Expiry>().unwrap().from(now).map(show);
        assert_eq!(end("never"), None);
        assert_eq!(end("2d").unwrap(), "1970-01-03 00:00 UTC");
        assert_eq!(end("2027-01-31").unwrap(), "2027-02-01 00:00 UTC");
        assert_eq!(end("2027-01-31T12:00:00Z").unwrap(), "2027-01-31 12:00 UTC");
        for wrong in ["", "d", "0d", "-3d", "90", "tomorrow", "2027-13-01", "2027-01-31 12:00"] {
            assert!(wrong.parse::<Expiry>().is_err(), "{wrong}");
        }
    }
}
