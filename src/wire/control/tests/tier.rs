//! The tiers that requests ask for.

use crate::domain::{Model, ServiceTier};
use crate::wire::control::Control;
use crate::wire::operation::Operation;

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
            "no provider serves these by tiers"
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
