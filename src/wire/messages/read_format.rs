//! The schema of the answer in a client's request.

use std::borrow::Cow;

use serde_json::Value;

use crate::wire::neutral::{Format, Node, Untranslatable};

/// Reads `output_config.format`, or the older `output_format`.
pub(super) fn format<'a>(root: &Node<'a, '_>) -> Result<Option<Format<'a>>, Untranslatable> {
    let read = |format: Node<'a, '_>| {
        let node = format.need("type")?;
        if node.text()? != "json_schema" {
            return Err(node.wanted("'json_schema'"));
        }
        let schema = format.need("schema")?;
        schema.object()?;

        let strict = all_required(schema.value).then_some(true);
        Ok(Some(Format::Schema {
            name: None,
            description: None,
            schema: Cow::Borrowed(schema.value),
            strict,
        }))
    };

    if let Some(config) = root.get("output_config")
        && let Some(format) = config.get("format")
    {
        return read(format);
    }

    root.get("output_format").map_or(Ok(None), read)
}

/// Whether every object in the schema requires all of its fields and allows no others. OpenAI takes only such a schema as
/// strict, while Anthropic obeys optional fields too.
fn all_required(schema: &Value) -> bool {
    match schema {
        Value::Object(map) => {
            let closed = match map.get("properties").and_then(Value::as_object) {
                Some(properties) => {
                    let required = map.get("required").and_then(Value::as_array);
                    let named = |key: &String| required.is_some_and(|r| r.iter().any(|name| name == key.as_str()));
                    map.get("additionalProperties") == Some(&Value::Bool(false)) && properties.keys().all(named)
                }
                None => map.get("type").is_none_or(|kind| kind != "object"),
            };
            closed && map.values().all(all_required)
        }
        Value::Array(list) => list.iter().all(all_required),
        _ => true,
    }
}
