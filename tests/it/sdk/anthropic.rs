//! Anthropic's own client libraries, unchanged, with providers of every protocol.

use std::path::Path;

use serde_json::{Value, json};

use super::answers::{self, Manner};
use super::{expected, python, run};
use crate::gateway::rig::{Rig, test};

/// How many of the key's aliases are listed: all but `gone`.
const LISTED_ALIASES: usize = 4;
/// A model of a provider of each protocol.
const MODELS: [&str; 3] = ["acme/fast", "acme/thinker", "claude/opus"];

test!(anthropic_python_understands_providers_of_every_protocol, |store| {
    understands(
        &Rig::start(store).await,
        &python(),
        "every_provider_anthropic.py",
        Manner::Smooth,
    )
    .await;
});

test!(anthropic_python_understands_streams_that_come_byte_by_byte, |store| {
    understands(
        &Rig::start(store).await,
        &python(),
        "every_provider_anthropic.py",
        Manner::Rough,
    )
    .await;
});

test!(anthropic_node_understands_providers_of_every_protocol, |store| {
    understands(
        &Rig::start(store).await,
        Path::new("node"),
        "every_provider_anthropic.mjs",
        Manner::Smooth,
    )
    .await;
});

test!(anthropic_node_understands_streams_that_come_byte_by_byte, |store| {
    understands(
        &Rig::start(store).await,
        Path::new("node"),
        "every_provider_anthropic.mjs",
        Manner::Rough,
    )
    .await;
});

async fn understands(rig: &Rig, program: &Path, script: &str, manner: Manner) {
    rig.upstream.answers(answers::provider(manner));

    let variables = [
        ("ANTHROPIC_BASE_URL", rig.url.as_str()),
        ("ANTHROPIC_API_KEY", rig.secret.expose()),
    ];
    let saw = run(program, script, &MODELS, &variables).await;

    for model in MODELS {
        let seen = &saw["models"][model];
        for way in ["messages", "messages_stream"] {
            assert_eq!(seen[way], expected::seen(model), "{way} {model}");
        }
        failed(&seen["failures"], model);
    }

    assert_eq!(
        saw["counted"],
        json!([{"tokens": 4711, "estimated": false}, {"tokens": null, "estimated": true}])
    );

    let listable = rig
        .store
        .catalog()
        .load()
        .await
        .expect("the catalog")
        .all_callable()
        .count()
        + LISTED_ALIASES;
    assert_eq!(
        saw["listed"],
        json!({"first": ["fast", "other"], "count": listable, "type": "model"})
    );
    assert_eq!(saw["retrieved"], "claude-anything");

    for (error, kind, status, code) in [
        (&saw["unknown"], "NotFoundError", 404, "not_found_error"),
        (&saw["wrong_key"], "AuthenticationError", 401, "authentication_error"),
    ] {
        assert_eq!(
            (&error["kind"], &error["status"], &error["type"]),
            (&json!(kind), &json!(status), &json!(code))
        );
    }
}

/// A call that is refused, fails in the stream or breaks off raises the library's own error, in the gateway's words or the
/// provider's.
fn failed(failures: &Value, model: &str) {
    let refused =
        json!({"kind": "BadRequestError", "status": 400, "type": "invalid_request_error", "message": "Too long."});
    assert_eq!(failures["refused"], refused, "{model}");

    let (name, error) = match model {
        "acme/fast" => ("Acme", "Acme failed: The server is overloaded. Please try again later."),
        "acme/thinker" => (
            "Acme",
            "Acme failed: The server had an error while processing your request. Sorry about that!",
        ),
        _ => ("Claude", "Overloaded"),
    };
    let cut = format!("{name} failed: it broke off its answer.");
    for (way, message) in [("error", error), ("cut", cut.as_str())] {
        let kind = failures[way]["kind"].as_str().expect("an error");
        assert!(["APIStatusError", "APIError"].contains(&kind), "{failures}");
        assert_eq!(failures[way]["message"], message, "{model}");
    }
}
