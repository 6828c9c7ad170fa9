//! OpenAI's own client libraries, unchanged, with providers of every protocol.

use std::path::Path;

use serde_json::{Value, json};

use super::answers::{self, Manner};
use super::{expected, python, run};
use crate::gateway::rig::{Rig, test};

/// A model of a provider of each protocol, by its name or through an alias.
const MODELS: [&str; 3] = ["acme/fast", "acme/thinker", "claude/opus"];

test!(openai_python_understands_providers_of_every_protocol, |store| {
    understands(
        &Rig::start(store).await,
        &python(),
        "every_provider_openai.py",
        Manner::Smooth,
    )
    .await;
});

test!(openai_python_understands_streams_that_come_byte_by_byte, |store| {
    understands(
        &Rig::start(store).await,
        &python(),
        "every_provider_openai.py",
        Manner::Rough,
    )
    .await;
});

test!(openai_node_understands_providers_of_every_protocol, |store| {
    understands(
        &Rig::start(store).await,
        Path::new("node"),
        "every_provider_openai.mjs",
        Manner::Smooth,
    )
    .await;
});

test!(openai_node_understands_streams_that_come_byte_by_byte, |store| {
    understands(
        &Rig::start(store).await,
        Path::new("node"),
        "every_provider_openai.mjs",
        Manner::Rough,
    )
    .await;
});

async fn understands(rig: &Rig, program: &Path, script: &str, manner: Manner) {
    rig.upstream.answers(answers::provider(manner));

    let saw = run(
        program,
        script,
        &MODELS,
        &[
            ("OPENAI_BASE_URL", &format!("{}/v1", rig.url)),
            ("OPENAI_API_KEY", rig.secret.expose()),
        ],
    )
    .await;

    for model in MODELS {
        let seen = &saw["models"][model];
        for way in ["chat", "chat_stream", "responses", "responses_stream"] {
            let mut wanted = expected::seen(model);
            if (way, model) == ("chat_stream", "acme/fast") {
                // Calls that come interleaved are beyond OpenAI's library.
                wanted.as_object_mut().expect("an object").remove("parallel_tools");
            }
            assert_eq!(seen[way], wanted, "{way} {model}");
        }
        failed(&seen["failures"], model);
    }

    let vectors: Vec<Vec<f64>> = serde_json::from_value(saw["embedded"]["vectors"].clone()).expect("vectors");
    assert_eq!(vectors, [[0.5, -2.0], [0.5, -2.0]]);
    assert_eq!(
        (&saw["embedded"]["model"], &saw["embedded"]["input"]),
        (&json!("acme/embed"), &json!(3))
    );
    assert_eq!(saw["listed"], json!(["fast", "other"]));
}

/// A call that is refused, fails in the stream or breaks off raises the library's own error, in the gateway's words or the
/// provider's.
/// Responses has an event of its own for failures instead, which the library hands on.
fn failed(failures: &Value, model: &str) {
    let cut = format!(
        "{} failed: it broke off its answer.",
        if model == "claude/opus" { "Claude" } else { "Acme" }
    );
    let (chat, responses) = match model {
        "acme/fast" => (
            "The server is overloaded. Please try again later.",
            "Acme failed: The server is overloaded. Please try again later.",
        ),
        "acme/thinker" => (
            "Acme failed: The server had an error while processing your request. Sorry about that!",
            "The server had an error while processing your request. Sorry about that!",
        ),
        _ => ("Claude failed: Overloaded", "Claude failed: Overloaded"),
    };

    let refused = json!({"kind": "BadRequestError", "status": 400, "message": "Too long."});
    let event = |message: &str| json!({"kind": null, "told": {"type": "response.failed", "message": message}});
    assert_eq!(
        (&failures["refused"], &failures["responses_refused"]),
        (&refused, &refused),
        "{model}"
    );
    assert_eq!(
        failures["error"],
        json!({"kind": "APIError", "message": chat}),
        "{model}"
    );
    assert_eq!(failures["cut"], json!({"kind": "APIError", "message": cut}), "{model}");
    assert_eq!(failures["responses_error"], event(responses), "{model}");
    assert_eq!(
        failures["responses_cut"]["told"],
        json!({"type": "response.failed", "message": cut}),
        "{model}"
    );
}
