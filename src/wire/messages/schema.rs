//! JSON schemas as Anthropic's structured outputs take them.

use serde_json::Value;

/// The schema with every object in it closed, since Anthropic requires `additionalProperties: false`. The answer still
/// obeys the client's schema, which only allows more.
pub(super) fn closed(schema: &Value) -> Value {
    match schema {
        Value::Object(map) => {
            let mut out: serde_json::Map<String, Value> = map
                .iter()
                .map(|(key, value)| {
                    let value = match (key.as_str(), value) {
                        ("properties" | "$defs" | "definitions", Value::Object(named)) => named
                            .iter()
                            .map(|(name, schema)| (name.clone(), closed(schema)))
                            .collect(),
                        ("items" | "anyOf" | "allOf" | "oneOf", value) => closed(value),
                        (_, value) => value.clone(),
                    };
                    (key.clone(), value)
                })
                .collect();
            if out.get("type").is_some_and(|kind| kind == "object") {
                out.entry("additionalProperties").or_insert(Value::Bool(false));
            }
            Value::Object(out)
        }
        Value::Array(list) => list.iter().map(closed).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_object_is_closed_and_nothing_else_changes() {
        let schema = json!({"type": "object", "properties": {
            "type": {"type": "string"},
            "list": {"type": "array", "items": {"type": "object", "properties": {}}},
            "map": {"type": "object", "additionalProperties": {"type": "string"}},
            "one": {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}
        }, "$defs": {"x": {"type": "object", "enum": [{"type": "object"}]}}});

        assert_eq!(
            closed(&schema),
            json!({"type": "object", "properties": {
                "type": {"type": "string"},
                "list": {"type": "array", "items": {"type": "object", "properties": {}, "additionalProperties": false}},
                "map": {"type": "object", "additionalProperties": {"type": "string"}},
                "one": {"anyOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}
            }, "$defs": {"x": {"type": "object", "enum": [{"type": "object"}], "additionalProperties": false}}, "additionalProperties": false})
        );
    }
}
