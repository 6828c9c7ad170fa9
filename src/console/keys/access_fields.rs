//! The inputs for the models that a key may call and the networks that it may be used from.

use ipnet::IpNet;

use crate::console::web::Field;
use crate::domain::{ApiKey, Catalog, ModelId, network};

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
            "some" => self.models.check(models(&self.models.value, catalog)).map(Some),
            _ => self.which.check(Err("Choose which models it may call.")),
        };

        let addresses = each_line(&self.addresses.value, |line| {
            network(line).map_err(|error| error.to_string())
        });
        let addresses = self.addresses.check(addresses);

        Some((models?, addresses?))
    }
}

fn models(text: &str, catalog: &Catalog) -> Result<Vec<ModelId>, String> {
    let models = each_line(text, |line| model(line, catalog))?;
    if models.is_empty() {
        return Err("Enter at least one model, or choose any model.".to_owned());
    }
    Ok(models)
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
    }

    #[test]
    fn each_value_counts_once() {
        let catalog = samples::shipped();
        let id = catalog.models()[0].id.to_string();
        let mut fields = AccessFields {
            models: Field::new(format!("{id}\r\n {id} ")),
            addresses: Field::new("10.1.2.3/8\n10.0.0.0/8\n::1"),
            ..fields_of("some")
        };

        let (models, addresses) = fields.parse(&catalog).unwrap();
        assert_eq!(models.unwrap(), [id.parse().unwrap()]);
        assert_eq!(lines(&addresses), "10.0.0.0/8\n::1/128");
    }

    #[test]
    fn a_choice_of_models_is_needed() {
        let catalog = samples::shipped();

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
