//! Our credential, repeated by a provider wherever it can: no client ever gets it.

use serde_json::json;

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{CREDENTIAL, Rig, test};
use crate::harness::upstream::{DONE, Step, delta, finish, json_answer, stream};

const ENDPOINTS: [&str; 4] = [
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/completions",
];

fn event(value: &serde_json::Value) -> String {
    format!("data: {value}\n\n")
}

test!(no_client_gets_our_credential_from_a_provider_that_repeats_it, |store| {
    let rig = Rig::start(store).await;
    let said = format!("you sent {CREDENTIAL}, and it is wrong");
    let part = format!("you sent {}\u{2026}", &CREDENTIAL[..12]);
    let chat = |text: &str| {
        json!({"id": "c", "model": "m", "choices": [{"index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": text}}]})
    };
    let claude = |text: &str| {
        json!({"type": "message", "role": "assistant", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": text}]})
    };
    let answers: Vec<Vec<Step>> = vec![
        json_answer(200, &json!({"error": {"message": said}})),
        json_answer(200, &json!({"error": {"message": part}})),
        json_answer(200, &json!({"error": {"message": "m", "code": CREDENTIAL}})),
        json_answer(400, &json!({"error": {"message": part}})),
        json_answer(200, &chat(&said)),
        json_answer(200, &claude(&said)),
        stream(&[&event(&json!({"error": {"message": said}}))]),
        stream(&[&delta("Hello"), &event(&json!({"error": {"message": said}}))]),
        stream(&[&delta("Hello"), &event(&json!({"error": {"message": part}}))]),
        stream(&[
            &event(&json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hello"}})),
            &event(&json!({"type": "error", "error": {"message": said}})),
        ]),
        stream(&[&delta(&said), &finish(), DONE]),
        stream(&[&delta("Hello"), &format!(": {CREDENTIAL}\n\n"), &finish(), DONE]),
    ];

    for steps in answers {
        let sent = steps.clone();
        rig.upstream.answers(move |_| sent.clone());
        for model in ["acme/fast", "claude/opus", "acme/thinker"] {
            for path in ENDPOINTS {
                for streamed in [false, true] {
                    let reply = rig.client().post(path, &ask(path, model, streamed)).await;

                    let text = reply.text();
                    assert!(!text.contains(CREDENTIAL), "{path} {model}: {text}");
                    assert!(!text.contains(&CREDENTIAL[..12]), "{path} {model}: {text}");
                }
            }
        }
    }
});
