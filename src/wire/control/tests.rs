//! Requests of every endpoint, edited in place.

use super::*;
use crate::domain::{Model, ServiceTier};
use crate::wire::operation::Operation;
use proptest::prelude::*;
use serde_json::{Value, json};

fn rewritten(body: &str, model: &str, request: AskUsage) -> String {
    let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
    let out = control.rewrite(body.as_bytes(), &model_literal(model), request);
    out.map_or_else(|| body.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn only_the_models_value_changes() {
    let body = "{ \"temperature\" : 1.50,\n \"model\":\"a\" , \"messages\":[{\"model\":\"a\"}], \"x\":\"\\u0041\" }";

    let out = rewritten(body, "b\"c", AskUsage::AsSent);

    assert_eq!(out, body.replacen("\"a\"", "\"b\\\"c\"", 1));
}

#[test]
fn the_same_model_leaves_the_body_alone() {
    let body = br#"{"model":"m","messages":[1]}"#;
    let control = Control::read(body, Operation::Chat).unwrap();

    assert_eq!(control.rewrite(body, "\"m\"", AskUsage::Yes), None);
}

#[test]
fn usage_is_asked_for_wherever_the_client_left_it_out() {
    for (sent, upstream) in [
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

        assert_eq!(rewritten(&body, "u", AskUsage::Yes), upstream, "{sent}");
        assert_eq!(rewritten(&body, "u", AskUsage::AsSent), body.replace("\"m\"", "\"u\""));
    }
}

#[test]
fn usage_is_not_asked_for_without_a_stream() {
    let body = r#"{"model":"m","messages":[1]}"#;

    assert_eq!(rewritten(body, "m", AskUsage::Yes), body);
}

#[test]
fn a_control_key_that_is_there_twice_is_refused_however_it_is_written() {
    for (more, key) in [
        (r#""model":"b""#, "model"),
        (r#""mod\u0065l":"b""#, "model"),
        (r#""stream":true,"stream":false"#, "stream"),
        (r#""messages":[2]"#, "messages"),
        (r#""max_tokens":1,"max_tokens":2"#, "max_tokens"),
        (
            r#""max_completion_tokens":1,"max_completion_tokens":1"#,
            "max_completion_tokens",
        ),
        (r#""n":1,"n":2"#, "n"),
        (r#""best_of":1,"best_of":2"#, "best_of"),
        (r#""prediction":null,"prediction":{}"#, "prediction"),
        (r#""stream_options":{},"stream_options":null"#, "stream_options"),
        (r#""service_tier":"flex","service_tier":"auto""#, "service_tier"),
        (r#""speed":"fast","sp\u0065ed":null"#, "speed"),
        (
            r#""stream_options":{"include_usage":true,"include_usage":false}"#,
            "stream_options.include_usage",
        ),
    ] {
        let body = format!(r#"{{"model":"a","messages":[1],{more}}}"#);

        assert_eq!(
            Control::read(body.as_bytes(), Operation::Chat),
            Err(ControlError::Duplicate(key))
        );
    }
}

#[test]
fn keys_that_decide_nothing_may_repeat() {
    assert!(
        Control::read(
            br#"{"model":"a","messages":[1],"user":"x","user":"y"}"#,
            Operation::Chat
        )
        .is_ok()
    );
}

#[test]
fn an_escaped_name_is_read_as_it_was_meant() {
    let control = Control::read(br#"{"model":"cl\u0061ude-\"x","messages":[1]}"#, Operation::Chat).unwrap();

    assert_eq!(control.model, "claude-\"x");
}

#[test]
fn what_is_missing_or_of_the_wrong_kind_is_named() {
    let error = |body: &str| Control::read(body.as_bytes(), Operation::Chat).unwrap_err();

    assert_eq!(error(r#"{"messages":[1]}"#), ControlError::MissingModel);
    assert_eq!(error(r#"{"model":"","messages":[1]}"#), ControlError::MissingModel);
    assert_eq!(
        error(r#"{"model":7,"messages":[1]}"#),
        ControlError::Kind {
            key: "model",
            wanted: "a string"
        }
    );
    assert_eq!(
        error(&format!(r#"{{"model":"{}","messages":[1]}}"#, "m".repeat(257))),
        ControlError::LongModel
    );
    assert_eq!(error(r#"{"model":"m"}"#), ControlError::Messages);
    assert_eq!(error(r#"{"model":"m","messages":[ ]}"#), ControlError::Messages);
    assert_eq!(error(r#"{"model":"m","messages":{}}"#), ControlError::Messages);
    assert_eq!(
        error(r#"{"model":"m","messages":[1],"stream":"yes"}"#),
        ControlError::Kind {
            key: "stream",
            wanted: "true or false"
        }
    );
    assert_eq!(
        Control::read(b"{\"model\":\"\xff\"}", Operation::Chat).unwrap_err(),
        ControlError::Utf8
    );
}

proptest! {
    #[test]
    fn a_rewritten_body_reads_back_equal_but_for_model_and_stream_options(
        members in prop::collection::vec(("[a-z_]{1,8}", ".{0,12}"), 0..6),
        model in ".{1,30}",
        upstream in ".{1,30}",
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
        prop_assert_eq!(&Control::read(text.as_bytes(), Operation::Chat).unwrap().model, &model);

        let out = rewritten(&text, &upstream, AskUsage::Yes);

        let mut expected = body;
        expected.insert("model".into(), upstream.into());
        if stream {
            let mut wanted = options.and_then(|o| o.as_object().cloned()).unwrap_or_default();
            wanted.insert("include_usage".into(), true.into());
            expected.insert("stream_options".into(), wanted.into());
        }
        prop_assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), Value::Object(expected));
    }
}

#[test]
fn each_endpoint_wants_what_it_works_on() {
    let read = |body: &'static str, operation| Control::read(body.as_bytes(), operation);

    for operation in [Operation::Chat, Operation::Messages, Operation::CountTokens] {
        assert_eq!(
            read(r#"{"model":"m","input":"x"}"#, operation),
            Err(ControlError::Messages)
        );
    }
    assert_eq!(
        read(r#"{"model":"m"}"#, Operation::Embeddings),
        Err(ControlError::Content("input"))
    );
    assert_eq!(
        read(r#"{"model":"m","prompt":null}"#, Operation::Completions),
        Err(ControlError::Content("prompt"))
    );
    let responses = read(
        r#"{"model":"m","instructions":"be brief","input":"hello","max_output_tokens":9}"#,
        Operation::Responses,
    )
    .unwrap();
    assert_eq!((responses.prompt_bytes, responses.max_tokens), (10 + 7, Some(9)));
    assert!(
        read(
            r#"{"model":"m","input":["a","b"],"stream_options":7}"#,
            Operation::Embeddings
        )
        .is_ok()
    );
}

/// A model with prices for `flex` and `fast`.
fn tiered() -> Model {
    let price = r#"{"prompt":"0.000001","completion":"0.000002"}"#;
    let json = format!(
        r#"{{"id":"lab/m","name":"M","provider":"lab","upstream_model":"m","type":"chat","protocols":["openai-chat"],
            "context_length":1,"pricing":{price},"service_tiers":{{"flex":{price},"fast":{price},"batch":{price}}}}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn tier(more: &str, operation: Operation) -> Result<Option<ServiceTier>, (String, Option<String>)> {
    let body = format!(r#"{{"model":"m","messages":[1],"prompt":"x","input":"x"{more}}}"#);
    let control = Control::read(body.as_bytes(), operation).unwrap();
    control
        .tier(&tiered())
        .map_err(|error| (error.message, error.param.map(Into::into)))
}

#[test]
fn a_tier_that_has_a_price_can_be_asked_for() {
    let flex = r#","service_tier":"flex""#;
    for operation in [
        Operation::Chat,
        Operation::Completions,
        Operation::Responses,
        Operation::Messages,
    ] {
        assert_eq!(tier(flex, operation), Ok(Some(ServiceTier::Flex)));
        for usual in ["null", "\"auto\"", "\"default\"", "\"standard_only\"", "\"on_demand\""] {
            assert_eq!(
                tier(&format!(r#","service_tier":{usual}"#), operation),
                Ok(None),
                "{usual}"
            );
        }
    }
    assert_eq!(
        tier(r#","speed":"fast""#, Operation::Messages),
        Ok(Some(ServiceTier::Fast))
    );
    assert_eq!(
        tier(r#","speed":"standard","service_tier":"auto""#, Operation::Messages),
        Ok(None)
    );
    assert_eq!(
        tier(r#","speed":"fast""#, Operation::Chat),
        Ok(None),
        "it is Anthropic's"
    );
    for operation in [Operation::Embeddings, Operation::CountTokens] {
        assert_eq!(
            tier(r#","service_tier":7"#, operation),
            Ok(None),
            "nobody serves these by tiers"
        );
    }
}

#[test]
fn a_tier_without_a_price_is_refused_by_its_name() {
    let refused = |key: &str, name: &str| tier(&format!(r#","{key}":"{name}""#), Operation::Messages).unwrap_err();

    assert_eq!(
        refused("service_tier", "priority"),
        (
            "Model 'lab/m' has no price here for 'service_tier' of 'priority'. Leave it out, or ask for 'flex'.".into(),
            Some("service_tier".into())
        )
    );
    assert_eq!(
        refused("speed", "warp"),
        (
            "Model 'lab/m' has no price here for 'speed' of 'warp'. Leave it out, or ask for 'fast'.".into(),
            Some("speed".into())
        )
    );
    for name in ["scale", "performance", "fast", "batch", ""] {
        assert_eq!(
            refused("service_tier", name).1.as_deref(),
            Some("service_tier"),
            "{name}"
        );
    }
    assert!(
        refused("service_tier", &"\\n\\u001bx".repeat(900)).0.len() < 160,
        "what a client sends is cut and cleaned"
    );
    assert!(
        tier(r#","service_tier":"scale","speed":"fast""#, Operation::Messages).is_err(),
        "both need a price"
    );
}

#[test]
fn a_tier_is_a_text() {
    for (key, value) in [("service_tier", "7"), ("service_tier", "[\"flex\"]"), ("speed", "true")] {
        let body = format!(r#"{{"model":"m","messages":[1],"{key}":{value}}}"#);
        let error = Control::read(body.as_bytes(), Operation::Messages).unwrap_err();
        assert_eq!(error.to_string(), format!("'{key}' must be a string."));
    }
}
