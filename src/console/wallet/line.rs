//! One line of the ledger as the page shows it.

use crate::console::format::{When, days, figures, money};
use crate::domain::{EntryKind, LedgerEntry, PicoUsd, Timestamp};
use crate::store::{WalletCursor, WalletEvent, WalletLine};

pub(super) struct Line {
    /// `Usage, 1,234 requests`, or an admin's note.
    pub what: String,
    /// The day's requests, for usage.
    pub href: Option<String>,
    /// `Usage`, `Credit` or `Correction`.
    pub kind: &'static str,
    /// For the `datetime` attribute.
    pub machine: String,
    pub date: String,
    /// The exact time; the day for usage.
    pub exact: String,
    /// The actor of an entry by hand.
    pub by: String,
    pub amount: String,
    pub amount_exact: PicoUsd,
    pub balance: String,
    pub balance_exact: PicoUsd,
}

impl Line {
    /// `foreign` is the account for links, if it is not the person's own.
    pub(super) fn new(line: WalletLine, foreign: Option<&str>, now: Timestamp) -> Self {
        let amount = line.what.amount();
        let event = match line.what {
            WalletEvent::Usage { day, requests, .. } => Event::of_usage(day, requests, foreign, now),
            WalletEvent::ByHand(entry) => Event::by_hand(entry, now),
        };

        Self {
            what: event.what,
            href: event.href,
            kind: event.kind,
            machine: event.machine,
            date: event.date,
            exact: event.exact,
            by: event.by,
            amount: money::change(amount),
            amount_exact: amount,
            balance: money::dollars(line.balance),
            balance_exact: line.balance,
        }
    }
}

/// What a line is about, without its amounts.
struct Event {
    what: String,
    href: Option<String>,
    kind: &'static str,
    machine: String,
    date: String,
    exact: String,
    by: String,
}

impl Event {
    fn of_usage(day: i64, requests: i64, foreign: Option<&str>, now: Timestamp) -> Self {
        let when = When::new(Timestamp::of_day(day), now);
        let machine = when.machine_date();
        let account = foreign.map(|id| format!("&account={id}")).unwrap_or_default();

        Self {
            what: format!("Usage, {}", figures::requests(requests)),
            href: Some(format!("/requests?day={machine}{account}")),
            kind: "Usage",
            machine,
            date: when.date(),
            exact: format!("{}, UTC", when.date()),
            by: String::new(),
        }
    }

    fn by_hand(entry: LedgerEntry, now: Timestamp) -> Self {
        let when = When::new(entry.at, now);
        let kind = if entry.kind == EntryKind::Correction {
            "Correction"
        } else {
            "Credit"
        };

        Self {
            what: entry.note.unwrap_or_default(),
            href: None,
            kind,
            machine: when.machine(),
            date: when.date(),
            exact: when.exact(),
            by: entry.actor.unwrap_or_default(),
        }
    }
}

/// A cursor as an address has it: a day, or the id of an entry.
pub(super) fn cursor_text(cursor: WalletCursor, now: Timestamp) -> String {
    match cursor {
        WalletCursor::Usage(day) => When::new(Timestamp::of_day(day), now).machine_date(),
        WalletCursor::Entry(id) => id.to_string(),
    }
}

/// Reads what [`cursor_text`] wrote; any other text is the top.
pub(super) fn parse_cursor(text: &str) -> Option<WalletCursor> {
    if let Ok(id) = text.parse() {
        return Some(WalletCursor::Entry(id));
    }
    days::parse_day(text).map(WalletCursor::Usage)
}

/// How long the free credit lasts if every day costs as much as the last seven did; `None` without spending, or with no
/// credit left.
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
    fn a_cursor_reads_back_and_nonsense_is_the_top() {
        let now = Timestamp::from_millis(1_795_348_800_000);
        for cursor in [
            WalletCursor::Usage(now.day() - 3),
            WalletCursor::Entry(LedgerId::new(now, [5; 10])),
        ] {
            assert_eq!(parse_cursor(&cursor_text(cursor, now)), Some(cursor));
        }
        for text in ["", "x", "2026-13-01", "99999999999"] {
            assert_eq!(parse_cursor(text), None, "{text}");
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
