//! How much of a spend limit is used, in words and as a meter.

use crate::console::format::{When, figures, money};
use crate::domain::{Limits, Period, PicoUsd, SpendLimit, Timestamp};

/// A spend limit, and how much of it is spent in its current period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    limit: SpendLimit,
    spent: PicoUsd,
    /// When the next period begins.
    again: Option<When>,
}

impl Allowance {
    pub(super) fn new(limit: SpendLimit, spent: PicoUsd, now: Timestamp) -> Self {
        Self {
            limit,
            spent,
            again: limit.period.end(now).map(|end| When::new(end, now)),
        }
    }

    /// `$4.10 / $20 this week`.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.amounts(), self.running())
    }

    pub(super) fn amounts(&self) -> String {
        format!("{} / {}", money::dollars(self.spent), money::limit(self.limit.amount))
    }

    /// The current period in words.
    pub(super) fn running(&self) -> &'static str {
        match self.limit.period {
            Period::Total => "in total",
            Period::Day => "today",
            Period::Week => "this week",
            Period::Month => "this month",
        }
    }

    /// The spent amount for the meter: at most the limit.
    pub(super) fn value(&self) -> PicoUsd {
        self.spent.min(self.limit.amount)
    }

    /// The end of the meter. `None` for a limit of nothing, which cannot be measured.
    pub(super) fn max(&self) -> Option<PicoUsd> {
        Some(self.limit.amount).filter(|amount| *amount > PicoUsd::ZERO)
    }

    pub(super) fn is_reached(&self) -> bool {
        self.spent >= self.limit.amount
    }

    /// The consequence of a limit that is reached.
    pub(super) fn reached(&self) -> Option<String> {
        let until = self.again.map_or("it is raised".into(), |again| again.date());
        self.is_reached()
            .then(|| format!("Limit reached, requests are refused until {until}"))
    }

    /// When it starts again from nothing.
    pub(super) fn again(&self) -> Option<When> {
        self.again
    }
}

/// `60 requests and 100,000 tokens a minute`.
pub(super) fn rates(limits: &Limits) -> Option<String> {
    let requests = limits.requests_per_minute.map(figures::requests);
    let tokens = limits.tokens_per_minute.map(|count| match count {
        1 => "1 token".to_owned(),
        count => format!("{} tokens", figures::count(count)),
    });
    match (requests, tokens) {
        (Some(requests), Some(tokens)) => Some(format!("{requests} and {tokens} a minute")),
        (Some(one), None) | (None, Some(one)) => Some(format!("{one} a minute")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Sunday, 22 November 2026, noon.
    const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);

    fn usd(text: &str) -> PicoUsd {
        text.parse().unwrap()
    }

    #[test]
    fn a_limit_tells_what_is_used_and_until_when() {
        let cases = [
            (Period::Day, "$4.10 / $20 today", Some("23 Nov 2026")),
            (Period::Week, "$4.10 / $20 this week", Some("23 Nov 2026")),
            (Period::Month, "$4.10 / $20 this month", Some("1 Dec 2026")),
            (Period::Total, "$4.10 / $20 in total", None),
        ];
        for (period, text, again) in cases {
            let open = Allowance::new(
                SpendLimit {
                    amount: usd("20"),
                    period,
                },
                usd("4.1"),
                NOW,
            );
            assert_eq!((open.text().as_str(), open.reached()), (text, None));
            assert_eq!(open.again().map(|at| at.date()).as_deref(), again);
            let full = Allowance::new(
                SpendLimit {
                    amount: usd("20"),
                    period,
                },
                usd("20"),
                NOW,
            );
            let until = again.unwrap_or("it is raised");
            assert_eq!(
                full.reached(),
                Some(format!("Limit reached, requests are refused until {until}"))
            );
        }
    }

    #[test]
    fn a_meter_is_never_over_full_and_a_limit_of_nothing_has_none() {
        let over = Allowance::new(
            SpendLimit {
                amount: usd("1"),
                period: Period::Day,
            },
            usd("3"),
            NOW,
        );
        assert_eq!((over.value(), over.max()), (usd("1"), Some(usd("1"))));
        let nothing = Allowance::new(
            SpendLimit {
                amount: usd("0"),
                period: Period::Day,
            },
            usd("0"),
            NOW,
        );
        assert_eq!((nothing.max(), nothing.is_reached()), (None, true));
    }

    #[test]
    fn rates_are_told_together() {
        assert_eq!(
            rates(&Limits::NEW_KEY).as_deref(),
            Some("60 requests and 100,000 tokens a minute")
        );
        assert_eq!(
            rates(&Limits {
                tokens_per_minute: None,
                requests_per_minute: Some(1),
                spend: None
            })
            .as_deref(),
            Some("1 request a minute")
        );
        assert_eq!(rates(&Limits::NONE), None);
    }
}
