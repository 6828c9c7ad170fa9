//! The inputs of a key's limits: what was typed, what it means, what is wrong with it.

use ipnet::IpNet;

use crate::console::format::money;
use crate::console::web::Field;
use crate::domain::{ApiKey, Catalog, Limits, ModelId, Period, PicoUsd, SpendLimit, network};

/// What a spend limit can be: the value and its words.
pub(super) const PERIODS: [(&str, &str); 5] = [
    ("none", "None"),
    ("day", "Per day"),
    ("week", "Per week, from Monday"),
    ("month", "Per calendar month"),
    ("total", "In total, never starts again"),
];

/// A spend limit.
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
        let period = self
            .per
            .value
            .parse::<Period>()
            .map_err(|_| "Choose what the limit is for.");
        let period = self.per.check(period);
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

/// Everything that a key may use.
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

/// Which models a key may call, and where it may be used from.
#[derive(Clone, Debug, Default)]
pub(super) struct AccessFields {
    /// `any` or `some`.
    pub which: Field,
    /// Model ids, one a line.
    pub models: Field,
    /// Networks, one a line.
    pub addresses: Field,
}

impl AccessFields {
    pub(super) fn of(key: &ApiKey) -> Self {
        let models = key.allowed_models.as_deref();
        Self {
            which: Field::new(if models.is_some() { "some" } else { "any" }),
            models: Field::new(lines(models.unwrap_or_default())),
            addresses: Field::new(lines(&key.allowed_addresses)),
        }
    }

    /// The models, where `None` is any, and the addresses; `None`, with messages, if something is wrong.
    pub(super) fn parse(&mut self, catalog: &Catalog) -> Option<(Option<Vec<ModelId>>, Vec<IpNet>)> {
        let models = match self.which.value.as_str() {
            "any" => Some(None),
            "some" => {
                let models = each_line(&self.models.value, |line| model(line, catalog)).and_then(|models| {
                    let none = "Enter at least one model, or choose any model.".to_owned();
                    if models.is_empty() { Err(none) } else { Ok(models) }
                });
                self.models.check(models).map(Some)
            }
            _ => self.which.check(Err("Choose which models it may call.")),
        };
        let addresses = each_line(&self.addresses.value, |line| {
            network(line).map_err(|error| error.to_string())
        });
        let addresses = self.addresses.check(addresses);
        Some((models?, addresses?))
    }
}

fn model(text: &str, catalog: &Catalog) -> Result<ModelId, String> {
    if let Some(model) = catalog.get(text) {
        return Ok(model.id.clone());
    }
    let nearest = catalog.nearest(text, 1);
    let nearest = nearest.first().map(|id| format!(" Closest: {id}.")).unwrap_or_default();
    Err(format!("{text} isn't in the catalog.{nearest}"))
}

fn lines<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Every line that is not blank, parsed; each value once. An error says which line it is about.
fn each_line<T: PartialEq>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let mut out = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let value = parse(line.trim()).map_err(|why| format!("Line {number}: {why}"))?;
        if !out.contains(&value) {
            out.push(value);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

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

    #[test]
    fn a_wrong_line_is_named() {
        let catalog = samples::shipped();
        let id = catalog.models()[0].id.to_string();
        let mut fields = AccessFields {
            which: Field::new("some"),
            models: Field::new(format!("{id}\r\n\r\n {id} \r\n{id}x")),
            addresses: Field::new("10.1.2.3/8\n10.0.0.0/8\n::1"),
        };
        assert_eq!(fields.parse(&catalog), None);
        assert!(
            fields
                .models
                .error
                .unwrap()
                .starts_with(&format!("Line 4: {id}x isn't in the catalog."))
        );
        assert_eq!(fields.addresses.error, None);

        let mut fields = AccessFields {
            models: Field::new(format!("{id}\r\n {id} ")),
            ..fields_of("some")
        };
        fields.addresses = Field::new("10.1.2.3/8\n10.0.0.0/8\n::1");
        let (models, addresses) = fields.parse(&catalog).unwrap();
        assert_eq!(models.unwrap(), [id.parse().unwrap()]);
        assert_eq!(lines(&addresses), "10.0.0.0/8\n::1/128");
        assert_eq!(fields_of("any").parse(&catalog), Some((None, Vec::new())));
        assert_eq!(fields_of("some").parse(&catalog), None);
        assert_eq!(fields_of("most").parse(&catalog), None);
    }

    fn fields_of(which: &str) -> AccessFields {
        AccessFields {
            which: Field::new(which),
            ..AccessFields::default()
        }
    }
}
