//! The rows of a key's model list, and each as JSON.

use std::sync::Arc;

use serde::Serialize;

use crate::domain::{AliasSet, Architecture, Catalog, Model, ModelId, ModelStatus, PicoUsd};

/// One line of a key's model list.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The name to call: an alias name or a real id.
    pub id: &'a str,
    /// The real model that runs.
    pub model: &'a Arc<Model>,
    /// Whether `id` is an alias.
    pub alias: bool,
    /// Whether an alias has the same name, so that a call to the name runs the alias's target.
    pub shadowed: bool,
}

/// The rows of a key's list: its aliases in evaluation order, then every callable model by id. A key that is limited to some
/// models sees only those. The list leaves out an alias whose target cannot be called, since a call to it fails.
pub fn rows<'a>(aliases: &'a AliasSet, catalog: &'a Catalog, allowed: Option<&'a [ModelId]>) -> Vec<Row<'a>> {
    let may = |model: &Model| allowed.is_none_or(|list| list.contains(&model.id));
    let named = aliases.rows().iter().filter_map(|alias| {
        let model = catalog.callable(alias.target.as_str()).filter(|model| may(model))?;
        Some(Row {
            id: alias.name.as_str(),
            model,
            alias: true,
            shadowed: false,
        })
    });
    let mut rows: Vec<Row<'a>> = named.collect();

    let mut taken: Vec<&str> = rows.iter().map(|row| row.id).collect();
    taken.sort_unstable();
    rows.extend(catalog.all_callable().filter(|model| may(model)).map(|model| {
        let id = model.id.as_str();
        Row {
            id,
            model,
            alias: false,
            shadowed: taken.binary_search(&id).is_ok(),
        }
    }));

    rows
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    object: &'static str,
    created: i64,
    owned_by: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shadowed: bool,
    context_length: u64,
    max_output_tokens: Option<u64>,
    architecture: &'a Architecture,
    pricing: Pricing,
    supported_parameters: &'a [String],
    #[serde(rename = "type")]
    kind: &'static str,
    display_name: &'a str,
    created_at: String,
    max_input_tokens: u64,
    status: ModelStatus,
}

/// The price per token, by kind. A kind without a price of its own has the price of input, as it is billed.
#[derive(Serialize)]
struct Pricing {
    prompt: Option<PicoUsd>,
    completion: Option<PicoUsd>,
    input_cache_read: Option<PicoUsd>,
    input_cache_write: Option<PicoUsd>,
}

impl Row<'_> {
    /// The entry as JSON.
    pub fn json(&self) -> String {
        let Model {
            id,
            name,
            created,
            context_length,
            limits,
            ..
        } = self.model.as_ref();
        let price = &self.model.pricing.base;
        // Clients want a number and a date even if none is known: the epoch, as in Anthropic's own list.
        let created = created.unwrap_or(0);

        let entry = Entry {
            id: self.id,
            object: "model",
            created,
            owned_by: id.vendor(),
            name,
            root: self.alias.then_some(id.as_str()),
            shadowed: self.shadowed,
            context_length: *context_length,
            max_output_tokens: self.model.max_output_tokens(),
            architecture: &self.model.architecture,
            pricing: Pricing {
                prompt: price.prompt,
                completion: price.completion,
                input_cache_read: price.input_cache_read.or(price.prompt),
                input_cache_write: price.input_cache_write.or(price.prompt),
            },
            supported_parameters: &self.model.supported_parameters,
            kind: "model",
            display_name: name,
            created_at: jiff::Timestamp::from_second(created).unwrap_or_default().to_string(),
            max_input_tokens: limits.max_prompt_tokens.unwrap_or(*context_length),
            status: self.model.status,
        };
        serde_json::to_string(&entry).unwrap_or_default()
    }
}
