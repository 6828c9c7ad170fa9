//! Limits of a key or an account: money per period, requests and tokens per minute.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::Offset;

use crate::domain::values::{PicoUsd, Timestamp};

/// Limits of a key or of an account. `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Requests in any minute.
    pub requests_per_minute: Option<u32>,
    /// Tokens, in and out, in any minute.
    pub tokens_per_minute: Option<u32>,
    /// Money in a period.
    pub spend: Option<SpendLimit>,
}

impl Limits {
    /// No limit at all, as a new account has it.
    pub const NONE: Self = Self {
        requests_per_minute: None,
        tokens_per_minute: None,
        spend: None,
    };

    /// The limits of a new key: 60 requests and 100,000 tokens a minute.
    pub const NEW_KEY: Self = Self {
        requests_per_minute: Some(60),
        tokens_per_minute: Some(100_000),
        spend: None,
    };
}

/// The most that may be spent in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendLimit {
    /// The most that may be spent in one period.
    pub amount: PicoUsd,
    /// The length of the period.
    pub period: Period,
}

/// The time that a spend limit is for. Days are UTC; a week begins on Monday, as ISO has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// One period without an end.
    Total,
    /// A UTC day.
    Day,
    /// An ISO week.
    Week,
    /// A calendar month.
    Month,
}

/// The text is no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a period; use total, day, week or month")]
pub struct PeriodError(String);

impl Period {
    /// Every period.
    pub const ALL: [Self; 4] = [Self::Total, Self::Day, Self::Week, Self::Month];

    /// The value as the store and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "total",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The UTC day, counted from 1 January 1970, on which the period that contains `at` began; 0 for [`Period::Total`].
    ///
    /// ```
    /// use crossmodel::domain::{Period, Timestamp};
    /// // Sunday, 22 November 2026, noon.
    /// let noon = Timestamp::from_millis(1_795_348_800_000);
    /// let day = Period::Day.start(noon);
    /// assert_eq!(Period::Week.start(noon), day - 6);
    /// assert_eq!(Period::Month.start(noon), day - 21);
    /// assert_eq!(Period::Total.start(noon), 0);
    /// ```
    pub fn start(self, at: Timestamp) -> i64 {
        let day = at.day();
        match self {
            Self::Total => 0,
            Self::Day => day,
            // 1 January 1970 was a Thursday.
            Self::Week => day - (day + 3).rem_euclid(7),
            Self::Month => day - i64::from(calendar(day).day() - 1),
        }
    }

    /// When the period that contains `at` ends and the next begins; `None` if it never does.
    pub fn end(self, at: Timestamp) -> Option<Timestamp> {
        let start = self.start(at);
        let days = match self {
            Self::Total => return None,
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => i64::from(calendar(start).days_in_month()),
        };
        Some(Timestamp::of_day(start + days))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Period {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::ALL
            .into_iter()
            .find(|period| period.as_str() == text)
            .ok_or_else(|| PeriodError(text.into()))
    }
}

/// A UTC day in the calendar. A day beyond the calendar's range becomes 1 January 1970.
fn calendar(day: i64) -> Date {
    let moment = jiff::Timestamp::from_millisecond(Timestamp::of_day(day).millis()).unwrap_or_default();
    Offset::UTC.to_datetime(moment).date()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_moment_lies_in_its_period_and_the_next_begins_at_its_end(ms in -4_000_000_000_000_i64..8_000_000_000_000) {
            let at = Timestamp::from_millis(ms);
            for period in [Period::Day, Period::Week, Period::Month] {
                let (start, end) = (Timestamp::of_day(period.start(at)), period.end(at).unwrap());
                prop_assert!(start <= at && at < end, "{period}");
                prop_assert_eq!(period.start(end), end.day());
                prop_assert_eq!(period.start(start), start.day());
            }
        }

        #[test]
        fn months_are_those_of_a_calendar(ms in -4_000_000_000_000_i64..8_000_000_000_000) {
            let zoned = jiff::Timestamp::from_millisecond(ms).unwrap().to_zoned(jiff::tz::TimeZone::UTC);
            let first = zoned.first_of_month().unwrap().start_of_day().unwrap();

            prop_assert_eq!(
                Timestamp::of_day(Period::Month.start(Timestamp::from_millis(ms))).millis(),
                first.timestamp().as_millisecond()
            );
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        // Monday, 23 November 2026.
        let monday = Timestamp::from_millis(1_795_392_000_000);
        assert_eq!(Period::Week.start(monday), monday.day());
        assert_eq!(
            Period::Week.start(monday.minus(std::time::Duration::from_millis(1))),
            monday.day() - 7
        );
    }

    #[test]
    fn every_period_reads_back_and_other_words_are_refused() {
        for period in Period::ALL {
            assert_eq!(period.to_string().parse(), Ok(period));
        }
        assert_eq!(
            "year".parse::<Period>().unwrap_err().to_string(),
            "`year` is not a period; use total, day, week or month"
        );
    }
}
