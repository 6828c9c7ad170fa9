//! The fields of a request that the answer repeats.

use serde_json::{Map, Value, json};

/// The request's fields that the answer repeats, with OpenAI's defaults for absent ones. The SDKs' `Response` requires
/// `parallel_tool_calls`, `tool_choice` and `tools`. `store`, `background` and `previous_response_id` say that the gateway
/// keeps nothing.
pub fn echo(body: &Value) -> Map<String, Value> {
    let field = |key: &str, default: Value| {
        let value = body
            .get(key)
            .filter(|value| !value.is_null())
            .cloned()
            .unwrap_or(default);
        (key.to_owned(), value)
    };

    let mut echo = Map::from_iter([
        ("background".to_owned(), json!(false)),
        field("instructions", Value::Null),
        field("max_output_tokens", Value::Null),
        field("max_tool_calls", Value::Null),
        field("metadata", json!({})),
        field("parallel_tool_calls", json!(true)),
        ("previous_response_id".to_owned(), Value::Null),
        field("prompt_cache_key", Value::Null),
        (
            "reasoning".to_owned(),
            with_defaults(body, "reasoning", json!({"effort": null, "summary": null})),
        ),
        field("safety_identifier", Value::Null),
        field("service_tier", json!("default")),
        ("store".to_owned(), json!(false)),
        field("temperature", json!(1.0)),
        (
            "text".to_owned(),
            with_defaults(body, "text", json!({"format": {"type": "text"}})),
        ),
        field("tool_choice", json!("auto")),
        field("tools", json!([])),
        field("top_logprobs", json!(0)),
        field("top_p", json!(1.0)),
        field("truncation", json!("disabled")),
        field("user", Value::Null),
    ]);

    // The tier that serves the call is not known yet, and `auto` is no tier.
    if body.get("service_tier").and_then(Value::as_str) == Some("auto") {
        echo.insert("service_tier".to_owned(), json!("default"));
    }

    echo
}

/// An object of the request over its defaults.
fn with_defaults(body: &Value, key: &str, mut defaults: Value) -> Value {
    if let (Some(given), Some(all)) = (body.get(key).and_then(Value::as_object), defaults.as_object_mut()) {
        all.extend(
            given
                .iter()
                .filter(|(_, value)| !value.is_null())
                .map(|(key, value)| (key.clone(), value.clone())),
        );
    }
    defaults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_the_request_are_repeated_and_others_have_defaults() {
        let echo = echo(&json!({
            "model": "m", "input": "x", "store": true, "temperature": 0.25, "tools": null,
            "text": {"verbosity": "low"}, "reasoning": {"effort": "high"}, "metadata": {"a": "b"},
        }));

        assert_eq!(echo["store"], false);
        assert_eq!(echo["temperature"], 0.25);
        assert_eq!(echo["tools"], json!([]));
        assert_eq!(echo["tool_choice"], "auto");
        assert_eq!(echo["parallel_tool_calls"], true);
        assert_eq!(echo["text"], json!({"format": {"type": "text"}, "verbosity": "low"}));
        assert_eq!(echo["reasoning"], json!({"effort": "high", "summary": null}));
        assert_eq!(echo["metadata"], json!({"a": "b"}));
        assert!(!echo.contains_key("model") && !echo.contains_key("input"));
    }
}
