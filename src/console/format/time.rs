//! Times as people read them: relative, with the exact time beside.

use std::fmt;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::domain::Timestamp;

/// A moment seen from another, as a `<time>` element: relative text, exact UTC in its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    at: Timestamp,
    now: Timestamp,
}

impl When {
    /// `at`, seen from `now`.
    pub fn new(at: Timestamp, now: Timestamp) -> Self {
        Self { at, now }
    }

    /// `2 min ago`, `just now`, `in 21 days`.
    pub fn relative(&self) -> String {
        if self.at > self.now {
            let left = self.at.since(self.now);
            return if left < Duration::from_secs(60) {
                "in less than a minute".into()
            } else {
                format!("in {}", long(left))
            };
        }
        let gone = self.now.since(self.at);
        match gone.as_secs() {
            0..60 => "just now".into(),
            60..3_600 => format!("{} min ago", gone.as_secs() / 60),
            3_600..86_400 => format!("{} h ago", gone.as_secs() / 3_600),
            86_400..5_184_000 => plural_ago(gone.as_secs() / 86_400, "day"),
            _ => self.date(),
        }
    }

    /// `22 Nov 2026, 19:04:11 UTC`.
    pub fn exact(&self) -> String {
        self.zoned("%-d %b %Y, %H:%M:%S UTC")
    }

    /// `22 Nov 2026`.
    pub fn date(&self) -> String {
        self.zoned("%-d %b %Y")
    }

    /// `2026-11-22T19:04:11Z`, for the `datetime` attribute.
    pub fn machine(&self) -> String {
        self.zoned("%Y-%m-%dT%H:%M:%SZ")
    }

    /// `2026-11-22`, for date inputs.
    pub fn machine_date(&self) -> String {
        self.zoned("%Y-%m-%d")
    }

    fn zoned(&self, format: &str) -> String {
        jiff::Timestamp::from_millisecond(self.at.millis())
            .map(|at| at.to_zoned(TimeZone::UTC).strftime(format).to_string())
            .unwrap_or_default()
    }
}

fn plural_ago(count: u64, unit: &str) -> String {
    format!("{} ago", plural(count, unit))
}

fn plural(count: u64, unit: &str) -> String {
    if count == 1 {
        format!("1 {unit}")
    } else {
        format!("{count} {unit}s")
    }
}

/// A time left, in the largest unit that fits, rounded up so that it is never too short.
fn long(left: Duration) -> String {
    match left.as_secs() {
        0..3_600 => format!("{} min", left.as_secs().div_ceil(60)),
        3_600..86_400 => format!("{} h", left.as_secs().div_ceil(3_600)),
        seconds => plural(seconds.div_ceil(86_400), "day"),
    }
}

/// A waiting time: `8 seconds`, `2 minutes`, `1 hour`.
pub fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match seconds {
        0..60 => plural(seconds.max(1), "second"),
        60..3_600 => plural(seconds.div_ceil(60), "minute"),
        seconds => plural(seconds.div_ceil(3_600), "hour"),
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            r#"<time datetime="{}" title="{}">{}</time>"#,
            self.machine(),
            self.exact(),
            self.relative()
        )
    }
}

// Made of digits and of words of this file.
impl askama::filters::HtmlSafe for When {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_374_251_000);

    fn ago(seconds: u64) -> String {
        When::new(NOW.minus(Duration::from_secs(seconds)), NOW).relative()
    }

    #[test]
    fn the_past_is_in_the_largest_whole_unit() {
        assert_eq!(ago(0), "just now");
        assert_eq!(ago(59), "just now");
        assert_eq!(ago(125), "2 min ago");
        assert_eq!(ago(7_200), "2 h ago");
        assert_eq!(ago(86_400), "1 day ago");
        assert_eq!(ago(3 * 86_400), "3 days ago");
        assert_eq!(ago(90 * 86_400), "24 Aug 2026");
    }

    #[test]
    fn the_future_is_rounded_up() {
        let ahead = |seconds| When::new(NOW.plus(Duration::from_secs(seconds)), NOW).relative();
        assert_eq!(ahead(30), "in less than a minute");
        assert_eq!(ahead(90), "in 2 min");
        assert_eq!(ahead(21 * 86_400), "in 21 days");
    }

    #[test]
    fn the_element_carries_the_exact_moment() {
        let text = When::new(NOW, NOW).to_string();
        assert_eq!(
            text,
            r#"<time datetime="2026-11-22T19:04:11Z" title="22 Nov 2026, 19:04:11 UTC">just now</time>"#
        );
    }

    #[test]
    fn waiting_times_are_whole_and_never_zero() {
        assert_eq!(in_words(Duration::from_millis(10)), "1 second");
        assert_eq!(in_words(Duration::from_secs(8)), "8 seconds");
        assert_eq!(in_words(Duration::from_secs(61)), "2 minutes");
        assert_eq!(in_words(Duration::from_secs(900)), "15 minutes");
    }
}
