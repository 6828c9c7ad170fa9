//! Facts of a provider or a model, as the command line shows and changes them.

use serde_json::{Value, json};

use super::protocol;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::domain::{Catalog, FactEdit, FactLayer, Protocol, Provider, fact_layers, list_facts};

/// What to show, or what to change.
#[derive(Debug, clap::Args)]
pub struct FactArgs {
    /// The address, by the protocol that it speaks; without it, the first one.
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol::read)]
    pub protocol: Option<Protocol>,
    /// State a fact: its path, and JSON or a word, such as roles.developer=user. May be repeated.
    #[arg(long, value_name = "PATH=VALUE", value_parser = set)]
    set: Vec<FactEdit>,
    /// State this fact, or this group of facts, no longer. May be repeated.
    #[arg(long, value_name = "PATH", value_parser = reset)]
    reset: Vec<FactEdit>,
    /// State nothing of your own any longer.
    #[arg(long)]
    reset_all: bool,
    /// Print the facts as JSON.
    #[arg(long)]
    pub json: bool,
}

fn set(text: &str) -> Result<FactEdit, String> {
    let (path, value) = text
        .split_once('=')
        .ok_or_else(|| format!("`{text}` has no value; write for example roles.developer=user"))?;
    FactEdit::set(path.trim(), value.trim()).map_err(|error| error.to_string())
}

fn reset(path: &str) -> Result<FactEdit, String> {
    FactEdit::reset(path.trim()).map_err(|error| error.to_string())
}

impl FactArgs {
    /// The changes, in the order in which they are made.
    pub fn edits(&self) -> Vec<FactEdit> {
        let all = self.reset_all.then_some(FactEdit::ResetAll);
        all.into_iter()
            .chain(self.reset.iter().cloned())
            .chain(self.set.iter().cloned())
            .collect()
    }

    /// The protocol whose address is meant, which the provider has to have; `usual` if none is named.
    pub fn protocol_at(&self, provider: &Provider, usual: Protocol) -> Result<Protocol, CliError> {
        let protocol = self.protocol.unwrap_or(usual);
        if provider.endpoint(protocol).is_some() {
            return Ok(protocol);
        }

        let known: Vec<&str> = provider
            .endpoints
            .iter()
            .map(|endpoint| endpoint.protocol.as_str())
            .collect();
        Err(CliError::Failed(format!(
            "--protocol: `{}` has no address for {protocol}; it has {}",
            provider.id,
            known.join(", ")
        )))
    }

    /// Prints the facts of the model that the argument `argument` names.
    pub fn print_model(&self, argument: &str, id: &str, catalog: &Catalog) -> Result<(), CliError> {
        let unknown = || unknown_model(argument, id, catalog);
        let model = catalog.get(id).ok_or_else(unknown)?;
        let provider = catalog.provider(&model.provider).ok_or_else(unknown)?;
        let is_served = |protocol: &&_| provider.endpoint(**protocol).is_some();
        let usual = model.protocols.iter().find(is_served).copied();

        let protocol = self.protocol_at(provider, usual.unwrap_or(provider.protocol))?;
        let head = [
            ("model", model.id.as_str()),
            ("provider", model.provider.as_str()),
            ("protocol", protocol.as_str()),
        ];
        self.print(&head, &fact_layers(provider, model, protocol))
    }

    /// Prints the facts that these layers come to. `head` says what they are facts of.
    pub fn print(&self, head: &[(&str, &str)], layers: &[FactLayer<'_>]) -> Result<(), CliError> {
        let facts = list_facts(layers);
        if self.json {
            let mut all = json!({});
            for (name, value) in head {
                all[*name] = json!(value);
            }
            all["facts"] = json!(facts);
            return output::json(&all);
        }

        let rows = facts.into_iter().map(|fact| {
            let refs = fact.refs.join(", ");
            [fact.fact, as_text(&fact.value), fact.source.to_string(), refs]
        });
        output::table(["FACT", "VALUE", "SOURCE", "READ IN"], &rows.collect::<Vec<_>>());
        Ok(())
    }
}

/// No model has the id that the argument `argument` names.
pub fn unknown_model(argument: &str, id: &str, catalog: &Catalog) -> CliError {
    let near = catalog.nearest(id, 1);
    let near = near.first().map(|near| format!("; did you mean `{near}`?"));
    CliError::Failed(format!(
        "{argument}: there is no model `{id}`{}",
        near.unwrap_or_default()
    ))
}

/// Says what a change came to.
pub fn note_change(of: &str, changed: bool) {
    output::note(&match changed {
        true => format!("Changed the facts of `{of}`. Live everywhere within a minute."),
        false => format!("The facts of `{of}` are as before."),
    });
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => "not known".into(),
        Value::String(word) if word.is_empty() => "none".into(),
        Value::String(word) => word.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_what_is_allowed() {
        for (text, error) in [
            (
                "roles.developer",
                "`roles.developer` has no value; write for example roles.developer=user",
            ),
            (
                "roles.developer=usr",
                "roles.developer: `usr` is not allowed (did you mean `user`?); it is one of system, native, user",
            ),
            (
                "roles.develper=user",
                "`roles.develper` is no fact; did you mean `roles.developer`?",
            ),
            (
                "max_tokens=many",
                "max_tokens: `many` is not allowed; it is a whole number",
            ),
        ] {
            assert_eq!(set(text).unwrap_err(), error);
        }
        assert_eq!(reset("role").unwrap_err(), "`role` is no fact; did you mean `roles`?");
    }
}
