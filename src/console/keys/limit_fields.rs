//! The inputs of a key's limits: the text that a person typed, its meaning, and what is wrong with it.

use crate::console::format::money;
use crate::console::web::Field;
use crate::domain::{Limits, Period, PicoUsd, SpendLimit};

/// What a spend limit can be: the value and its words.
pub(super) const PERIODS: [(&str, &str); 5] = [
    ("none", "None"),
    ("day", "Per day"),
    ("week", "Per week, from Monday"),
    ("month", "Per calendar month"),
    ("total", "In total, never starts again"),
];

#[derive(Clone, Debug, Default)]
pub(super) struct SpendFields {
    /// One of [`PERIODS`].
    pub per: Field,
    /// US dollars.
    pub amount: Field,
}

impl SpendFields {
    pub(super) fn of(spend: Option<SpendLimit>) -> Self {
        Self {
            per: Field::new(spend.map_or("none", |spend| spend.period.as_str())),
            amount: Field::new(spend.map(|spend| spend.amount.to_string()).unwrap_or_default()),
        }
    }

    pub(super) fn typed(per: &str, amount: &str) -> Self {
        Self {
            per: Field::new(if per.is_empty() { "none" } else { per }),
            amount: Field::new(amount),
        }
    }

    /// The limit; `None`, with messages, if something is wrong.
    pub(super) fn parse(&mut self) -> Option<Option<SpendLimit>> {
        if self.per.value == "none" {
            return Some(None);
        }

        let period = self.per.value.parse::<Period>();
        let period = self.per.check(period.map_err(|_| "Choose what the limit is for."));

        let amount = money::parse(&self.amount.value);
        let amount = self.amount.check(amount.and_then(|amount| match amount {
            amount if amount < PicoUsd::ZERO => Err("A limit is zero or more.".to_owned()),
            amount => Ok(amount),
        }));

        Some(Some(SpendLimit {
            amount: amount?,
            period: period?,
        }))
    }
}

/// The rates and the spend limit of a key.
#[derive(Clone, Debug, Default)]
pub(super) struct LimitFields {
    pub requests: Field,
    pub tokens: Field,
    pub spend: SpendFields,
}

impl LimitFields {
    pub(super) fn of(limits: &Limits) -> Self {
        let text = |count: Option<u32>| Field::new(count.map(|count| count.to_string()).unwrap_or_default());
        Self {
            requests: text(limits.requests_per_minute),
            tokens: text(limits.tokens_per_minute),
            spend: SpendFields::of(limits.spend),
        }
    }

    /// The limits; `None`, with messages, if something is wrong.
    pub(super) fn parse(&mut self) -> Option<Limits> {
        let requests = rate(&self.requests.value);
        let requests = self.requests.check(requests);
        let tokens = rate(&self.tokens.value);
        let tokens = self.tokens.check(tokens);
        let spend = self.spend.parse();

        Some(Limits {
            requests_per_minute: requests?,
            tokens_per_minute: tokens?,
            spend: spend?,
        })
    }
}

fn rate(text: &str) -> Result<Option<u32>, &'static str> {
    let text = text.trim().replace(',', "");
    if text.is_empty() {
        return Ok(None);
    }
    let count = text.parse().ok().filter(|&count| count > 0).map(Some);
    count.ok_or("Enter a whole number from 1 to 4,294,967,295, or nothing for no limit.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_rates_are_no_limit_and_commas_are_read() {
        assert_eq!(rate(" "), Ok(None));
        assert_eq!(rate("100,000"), Ok(Some(100_000)));
        for wrong in ["0", "-1", "1.5", "many", "4294967296"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_spend_limit_needs_an_amount_unless_there_is_none() {
        assert_eq!(SpendFields::typed("none", "junk").parse(), Some(None));
        assert_eq!(SpendFields::typed("", "").parse(), Some(None));

        let limit = SpendLimit {
            amount: "2.5".parse().unwrap(),
            period: Period::Week,
        };
        assert_eq!(SpendFields::typed("week", "$2.50").parse(), Some(Some(limit)));

        for (per, amount) in [("week", ""), ("week", "-1"), ("year", "5")] {
            let mut fields = SpendFields::typed(per, amount);
            assert_eq!(fields.parse(), None);
            assert!(fields.amount.error.is_some() || fields.per.error.is_some());
        }
    }
}
