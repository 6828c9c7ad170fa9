//! Moments, dates and other people's text, as people read them.

use crate::domain::values::{Timestamp, is_invisible};

/// A moment as people read it, to the minute: `25 Nov 2026, 00:00 UTC`.
///
/// ```
/// use crossmodel::domain::{Timestamp, format::utc};
/// assert_eq!(utc(Timestamp::from_millis(1_795_348_800_000)), "22 Nov 2026, 12:00 UTC");
/// ```
pub fn utc(at: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    jiff::tz::Offset::UTC
        .to_datetime(moment)
        .strftime("%-d %b %Y, %H:%M UTC")
        .to_string()
}

/// A catalog's date, `2027-01-12`, as `12 Jan 2027`. Other text comes back as it is.
///
/// ```
/// assert_eq!(crossmodel::domain::format::date("2027-01-12"), "12 Jan 2027");
/// assert_eq!(crossmodel::domain::format::date("2027-01"), "2027-01");
/// ```
pub fn date(iso: &str) -> String {
    match iso.parse::<jiff::civil::Date>() {
        Ok(date) => date.strftime("%-d %b %Y").to_string(),
        Err(_) => iso.to_owned(),
    }
}

/// Foreign text, safe to show in one line: control and invisible characters are written as escapes.
///
/// ```
/// assert_eq!(crossmodel::domain::format::visible("gpt\u{1b}[2J\u{200b}é"), "gpt\\u{1b}[2J\\u{200b}é");
/// ```
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() || is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}
