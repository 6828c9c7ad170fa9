//! One line of the ledger as the page shows it.

use crate::console::format::{When, figures, money};
use crate::domain::{EntryKind, PicoUsd, Timestamp};
use crate::store::{WalletCursor, WalletEvent, WalletLine};

/// A line.
pub(super) struct Line {
    /// What it tells: `Usage, 1,234 requests`, or an admin's note.
    pub what: String,
    /// The day's requests, for usage.
    pub href: Option<String>,
    /// What kind of entry it is.
    pub kind: &'static str,
    /// For the `datetime` attribute.
    pub machine: String,
    pub date: String,
    /// The exact moment, of what happened at one.
    pub exact: String,
    /// Who did it.
    pub by: String,
    pub amount: String,
    pub amount_exact: PicoUsd,
    pub balance: String,
    pub balance_exact: PicoUsd,
}

impl Line {
    /// `foreign` names the account in links, where it is not the person's own.
    pub(super) fn new(line: WalletLine, foreign: Option<&str>, now: Timestamp) -> Self {
        let amount = line.what.amount();
        let (what, href, kind, when, machine, exact, by) = match line.what {
            WalletEvent::Usage { day, requests, .. } => {
                let when = When::new(Timestamp::of_day(day), now);
                let date = when.machine_date();
                let account = foreign.map(|id| format!("&account={id}")).unwrap_or_default();
                let href = format!("/requests?day={date}{account}");
                let what = format!("Usage, {}", figures::requests(requests));
                (
                    what,
                    Some(href),
                    "Usage",
                    when,
                    date,
                    format!("{}, UTC", when.date()),
                    String::new(),
                )
            }
            WalletEvent::ByHand(entry) => {
                let when = When::new(entry.at, now);
                let kind = if entry.kind == EntryKind::Correction {
                    "Correction"
                } else {
                    "Credit"
                };
                let by = entry.actor.unwrap_or_default();
                (
                    entry.note.unwrap_or_default(),
                    None,
                    kind,
                    when,
                    when.machine(),
                    when.exact(),
                    by,
                )
            }
        };
        Self {
            what,
            href,
            kind,
            machine,
            date: when.date(),
            exact,
            by,
            amount: money::change(amount),
            amount_exact: amount,
            balance: money::dollars(line.balance),
            balance_exact: line.balance,
        }
    }
}

/// A place as an address names it: a day, or an entry's id.
pub(super) fn place_text(place: WalletCursor, now: Timestamp) -> String {
    match place {
        WalletCursor::Usage(day) => When::new(Timestamp::of_day(day), now).machine_date(),
        WalletCursor::Entry(id) => id.to_string(),
    }
}

/// What [`place_text`] wrote; anything else is the top.
pub(super) fn parse_place(text: &str) -> Option<WalletCursor> {
    if let Ok(id) = text.parse() {
        return Some(WalletCursor::Entry(id));
    }
    let date: jiff::civil::Date = text.parse().ok()?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(WalletCursor::Usage(
        Timestamp::from_millis(start.timestamp().as_millisecond()).day(),
    ))
}

/// How long what is free lasts if every day costs what the last seven did; `None` without spending, or with nothing left.
pub(super) fn lasts(free: PicoUsd, week: PicoUsd) -> Option<String> {
    if free <= PicoUsd::ZERO || week <= PicoUsd::ZERO {
        return None;
    }
    let days = i128::from(free.pico()) * 7 / i128::from(week.pico());
    Some(match days {
        0 => "less than a day".into(),
        1 => "about a day".into(),
        2..60 => format!("about {days} days"),
        60..730 => format!("about {} months", days / 30),
        _ => "more than two years".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::LedgerId;

    #[test]
    fn a_place_reads_back_and_nonsense_is_the_top() {
        let now = Timestamp::from_millis(1_795_348_800_000);
        for place in [
            WalletCursor::Usage(now.day() - 3),
            WalletCursor::Entry(LedgerId::new(now, [5; 10])),
        ] {
            assert_eq!(parse_place(&place_text(place, now)), Some(place));
        }
        for text in ["", "x", "2026-13-01", "99999999999"] {
            assert_eq!(parse_place(text), None, "{text}");
        }
    }

    #[test]
    fn how_long_it_lasts_is_said_in_words_of_the_right_size() {
        let usd = |text: &str| text.parse::<PicoUsd>().unwrap();
        let cases = [
            ("10", "0", None),
            ("0", "7", None),
            ("-3", "7", None),
            ("0.5", "7", Some("less than a day")),
            ("1.5", "7", Some("about a day")),
            ("25", "7", Some("about 25 days")),
            ("100", "7", Some("about 3 months")),
            ("9000000", "0.000000000001", Some("more than two years")),
        ];
        for (free, week, words) in cases {
            assert_eq!(lasts(usd(free), usd(week)).as_deref(), words, "{free} {week}");
        }
    }
}
