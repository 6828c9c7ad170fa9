//! The times of day and the weekdays of price lists.

/// A time of day as the catalog writes it: the number HHMM, from 0 to 2400.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// Minutes since midnight UTC.
    pub const fn minutes(self) -> i64 {
        (self.0 / 100 * 60 + self.0 % 100) as i64
    }
}

impl TryFrom<u16> for TimeOfDay {
    type Error = String;
    fn try_from(hhmm: u16) -> Result<Self, String> {
        if hhmm > 2400 || hhmm % 100 > 59 {
            return Err(format!("`{hhmm}` is not a time of day: use HHMM, for example 1830"));
        }
        Ok(Self(hhmm))
    }
}

impl From<TimeOfDay> for u16 {
    fn from(time: TimeOfDay) -> Self {
        time.0
    }
}

/// A day of the week, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// The weekday of a day counted from 1 January 1970, which was a Thursday.
    pub fn of(day: i64) -> Self {
        use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
        match day.rem_euclid(7) {
            0 => Thursday,
            1 => Friday,
            2 => Saturday,
            3 => Sunday,
            4 => Monday,
            5 => Tuesday,
            _ => Wednesday,
        }
    }
}
