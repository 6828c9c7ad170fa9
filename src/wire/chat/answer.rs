//! The fields that whole answers and streamed chunks share, as many kinds of providers write them. Reading is lenient:
//! unknown values are skipped.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::domain::{ServiceReport, ServiceTier, Tokens};
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Citation, Stop};
use crate::wire::usage;

/// Why an answer ended. `None`: the provider failed, and names that as the reason.
pub(super) fn stop(reason: &str) -> Option<Stop> {
    Some(match reason {
        "length" | "max_tokens" | "model_length" => Stop::Length,
        "tool_calls" | "function_call" | "tool_use" => Stop::Tools,
        "content_filter" | "content_filtered" | "sensitive" | "safety" | "refusal" => Stop::Refusal,
        "error" | "network_error" => return None,
        // `stop`, `end`, `eos`, `eos_token`, and any reason that is new.
        _ => Stop::End,
    })
}

/// The choice's reason to end; absent until its last chunk.
pub(super) fn finish_reason(choice: &Value) -> Option<&str> {
    text(choice, "finish_reason")
}

/// The text under a key, unless it is empty.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The elements of the list under a key.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

/// The first choice. More of them come only for an `n` above 1, which the gateway never sends.
pub(super) fn first_choice(answer: &Value) -> Option<&Value> {
    let choices = list(answer, "choices");
    choices
        .iter()
        .find(|choice| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0)
}

/// A page that the answer cites. OpenRouter adds the quoted text.
pub(super) fn citation(annotation: &Value) -> Option<Citation<'_>> {
    let cited = annotation.get("url_citation")?;
    let index = |key: &str| cited.get(key).and_then(Value::as_u64);
    Some(Citation {
        url: text(cited, "url")?.into(),
        title: text(cited, "title").unwrap_or_default().into(),
        quote: text(cited, "content").map(Into::into),
        span: index("start_index")
            .zip(index("end_index"))
            .filter(|(start, end)| start < end),
    })
}

/// The token counts of an answer or a chunk: at its top, in its first choice, or in Groq's own member.
pub(super) fn tokens(answer: &Value, includes_reasoning: Option<bool>) -> Option<Tokens> {
    let of_choice = first_choice(answer).and_then(|choice| choice.get("usage"));
    let of_groq = answer.get("x_groq").and_then(|groq| groq.get("usage"));
    let counted = |usage: Option<&Value>| usage.is_some_and(|usage| !usage.is_null());
    let at_top = answer.get("usage");

    if !counted(at_top) && !counted(of_choice) && !counted(of_groq) {
        return None;
    }

    let small = json!({ "usage": at_top, "choices": [{ "usage": of_choice }], "x_groq": { "usage": of_groq } });

    usage::of_answer(small.to_string().as_bytes(), includes_reasoning)
        .ok()?
        .tokens
}

/// The service tier and the searches that an answer or a chunk reports.
pub(super) fn served(answer: &Value) -> ServiceReport {
    let tier = answer
        .get("service_tier")
        .and_then(Value::as_str)
        .and_then(ServiceTier::named);
    let searches = ["server_tool_use", "server_tool_use_details"]
        .iter()
        .filter_map(|key| usage::searches(answer.get("usage")?.get(key)?))
        .max();

    ServiceReport {
        tier,
        fast: None,
        searches: searches.unwrap_or(0),
    }
}

/// The error that a provider sends instead of an answer, or in the middle of one.
pub(super) fn failure(answer: &Value) -> Option<ProviderError> {
    let error = answer
        .get("error")
        .filter(|error| !error.is_null() && **error != Value::Bool(false));
    let mistral = answer.get("object").and_then(Value::as_str) == Some("error");
    (error.is_some() || mistral).then(|| ProviderError::read(answer.to_string().as_bytes()))
}

/// The id of a call. Some providers send none: then it is made of the answer's id and the call's `index`.
pub(super) fn call_id<'a>(call: &'a Value, answer: Option<&str>, index: usize) -> Cow<'a, str> {
    if let Some(id) = text(call, "id") {
        return id.into();
    }

    let legal = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let answer: String = answer.unwrap_or_default().chars().filter(legal).take(40).collect();
    format!("call_{answer}_{index}").into()
}

/// What a call calls, and whether that is a tool that takes free text. The call's `type` decides, and an empty `custom` is
/// not there: some servers write all members that a call may have.
pub(super) fn called(call: &Value) -> Option<(&Value, bool)> {
    let object = |key: &str| call.get(key).filter(|called| called.is_object());
    let function = object("function");
    let is_function = text(call, "type") == Some("function") && function.is_some();
    let fills = |custom: &&Value| text(custom, "name").is_some() || text(custom, "input").is_some();

    match object("custom").filter(|_| !is_function).filter(fills) {
        Some(custom) => Some((custom, true)),
        None => function.map(|function| (function, false)),
    }
}

/// Arguments as text; some providers send the object itself.
pub(super) fn arguments(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        None | Some(Value::Null) => "".into(),
        Some(Value::String(text)) => text.into(),
        Some(other) => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_to_end_has_its_meaning() {
        for (reason, meaning) in [
            ("stop", Some(Stop::End)),
            ("eos_token", Some(Stop::End)),
            ("something_new", Some(Stop::End)),
            ("length", Some(Stop::Length)),
            ("tool_calls", Some(Stop::Tools)),
            ("function_call", Some(Stop::Tools)),
            ("content_filter", Some(Stop::Refusal)),
            ("sensitive", Some(Stop::Refusal)),
            ("error", None),
            ("network_error", None),
        ] {
            assert_eq!(stop(reason), meaning, "{reason}");
        }
    }

    #[test]
    fn a_call_without_an_id_gets_one_that_others_take() {
        assert_eq!(call_id(&json!({"id": "call_1"}), Some("x"), 0), "call_1");
        assert_eq!(call_id(&json!({"id": ""}), Some("chatcmpl/1"), 2), "call_chatcmpl1_2");
        assert_eq!(call_id(&json!({}), None, 0), "call__0");
    }

    #[test]
    fn arguments_become_text() {
        assert_eq!(arguments(Some(&json!("{\"a\":1}"))), "{\"a\":1}");
        assert_eq!(arguments(Some(&json!({"a": 1}))), "{\"a\":1}");
        assert_eq!(arguments(None), "");
    }
}
