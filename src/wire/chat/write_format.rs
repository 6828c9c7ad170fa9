//! The answer's shape in a request for a provider that speaks chat.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{AnswerFormats, Facts};
use crate::wire::neutral::{Format, JSON_ONLY, schema_in_words};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FormatOut<'w> {
    JsonObject,
    JsonSchema { json_schema: SchemaOut<'w> },
}

#[derive(Serialize)]
pub(super) struct SchemaOut<'w> {
    name: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'w str>,
    schema: &'w Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict: Option<bool>,
}

/// Writes the answer's shape, with instructions for a model that does not obey schemas.
pub(super) fn write_format<'w>(
    format: Option<&'w Format<'_>>,
    facts: &Facts,
) -> (Option<FormatOut<'w>>, Option<String>) {
    let some_object = (facts.schema.formats != AnswerFormats::None).then_some(FormatOut::JsonObject);
    match format {
        None => (None, None),
        Some(Format::Json) => match some_object {
            Some(some_object) => (Some(some_object), None),
            None => (None, Some(JSON_ONLY.to_owned())),
        },
        Some(Format::InWords { schema }) => (some_object, Some(schema_in_words(schema))),
        Some(Format::Schema { schema, .. }) if facts.schema.formats != AnswerFormats::JsonSchema => {
            (some_object, Some(schema_in_words(schema)))
        }
        Some(Format::Schema {
            name,
            description,
            schema,
            strict,
        }) => {
            let json_schema = SchemaOut {
                // This protocol requires a name, which Anthropic's formats do not have.
                name: name.as_deref().unwrap_or("structured_output"),
                description: description.as_deref(),
                schema,
                strict: strict.filter(|_| facts.openai_fields),
            };
            (Some(FormatOut::JsonSchema { json_schema }), None)
        }
    }
}
