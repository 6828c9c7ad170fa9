//! Requests edited in place.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::wire::control::{AskUsage, Control, model_literal};
use crate::wire::operation::Operation;

fn rewritten(body: &str, model: &str, request: AskUsage) -> String {
    let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
    let out = control.rewrite(body.as_bytes(), &model_literal(model), request, &[]);
    out.map_or_else(|| body.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn only_the_models_value_changes() {
    let body = "{ \"temperature\" : 1.50,\n \"model\":\"a\" , \"messages\":[{\"model\":\"a\"}], \"x\":\"\\u0041\" }";

    let out = rewritten(body, "b\"c", AskUsage::AsSent);

    assert_eq!(out, body.replacen("\"a\"", "\"b\\\"c\"", 1));
}

#[test]
fn the_same_model_changes_nothing() {
    let body = br#"{"model":"m","messages":[1]}"#;
    let control = Control::read(body, Operation::Chat).unwrap();

    assert_eq!(control.rewrite(body, "\"m\"", AskUsage::Yes, &[]), None);
}

#[test]
fn usage_is_asked_for_wherever_the_client_left_it_out() {
    for (sent, expected) in [
        (
            "",
            r#"{"stream_options":{"include_usage":true},"model":"u","messages":[1],"stream":true}"#,
        ),
        (
            r#","stream_options":null"#,
            r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#","stream_options":{}"#,
            r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#","stream_options":{ "a":1}"#,
            r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true, "a":1}}"#,
        ),
        (
            r#","stream_options":{"include_usage":false}"#,
            r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage":true}}"#,
        ),
        (
            r#","stream_options":{"include_usage": true }"#,
            r#"{"model":"u","messages":[1],"stream":true,"stream_options":{"include_usage": true }}"#,
        ),
    ] {
        let body = format!(r#"{{"model":"m","messages":[1],"stream":true{sent}}}"#);

        assert_eq!(rewritten(&body, "u", AskUsage::Yes), expected, "{sent}");
        assert_eq!(rewritten(&body, "u", AskUsage::AsSent), body.replace("\"m\"", "\"u\""));
    }
}

#[test]
fn usage_is_not_asked_for_without_a_stream() {
    let body = r#"{"model":"m","messages":[1]}"#;

    assert_eq!(rewritten(body, "m", AskUsage::Yes), body);
}

proptest! {
    #[test]
    fn a_rewritten_body_reads_back_equal_but_for_model_and_stream_options(
        members in prop::collection::vec(("[a-z_]{1,8}", ".{0,12}"), 0..6),
        model in ".{1,30}",
        theirs in ".{1,30}",
        options in prop_oneof![Just(None), Just(Some(json!(null))), Just(Some(json!({}))), Just(Some(json!({"a": [1]}))),
            Just(Some(json!({"include_usage": false, "z": 1}))), Just(Some(json!({"include_usage": true})))],
        stream in any::<bool>(),
        pretty in any::<bool>(),
    ) {
        let mut body: serde_json::Map<String, Value> = members.into_iter().map(|(k, v)| (format!("x_{k}"), v.into())).collect();
        body.insert("model".into(), model.clone().into());
        body.insert("messages".into(), json!([{"role": "user", "content": "hi"}]));
        body.insert("stream".into(), stream.into());
        if let Some(options) = &options {
            body.insert("stream_options".into(), options.clone());
        }
        let text = if pretty { serde_json::to_string_pretty(&body).unwrap() } else { serde_json::to_string(&body).unwrap() };
        let control = Control::read(text.as_bytes(), Operation::Chat).unwrap();
        prop_assert_eq!(control.model(text.as_bytes()), &model);

        let out = rewritten(&text, &theirs, AskUsage::Yes);

        let mut expected = body;
        expected.insert("model".into(), theirs.into());
        if stream {
            let mut wanted = options.and_then(|o| o.as_object().cloned()).unwrap_or_default();
            wanted.insert("include_usage".into(), true.into());
            expected.insert("stream_options".into(), wanted.into());
        }
        prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), Value::Object(expected));
    }
}
