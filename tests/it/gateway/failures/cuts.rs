//! Streams that stop too early: after every event, and in the middle of every event.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::gateway::rig::{Rig, test};
use crate::harness::upstream::Step;

/// Endpoints that ask for words.
const ENDPOINTS: [&str; 4] = [
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/responses",
    "/v1/completions",
];
/// A model of a provider of each protocol, where its recorded answers are, and how the event begins that says how it ended.
const PROVIDERS: [(&str, &str, &str); 3] = [
    ("acme/fast", "chat", r#""finish_reason":""#),
    ("acme/thinker", "responses", r#""type":"response.completed""#),
    ("claude/opus", "messages", r#""type":"message_delta""#),
];

fn ask(path: &str, model: &str) -> Value {
    let mut body = match path {
        "/v1/messages" => json!({"max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}),
        "/v1/responses" => json!({"input": "Hello"}),
        "/v1/completions" => json!({"prompt": "Hello"}),
        _ => json!({"messages": [{"role": "user", "content": "Hello"}]}),
    };
    body["model"] = model.into();
    body["stream"] = true.into();
    body
}

/// Every beginning of a recorded stream that is too short: up to each event before the one that ends it, and into the middle
/// of the next.
fn beginnings(folder: &str, name: &str, end: &str) -> Vec<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/wire/{folder}/answer/{name}.sse"));
    let stream = std::fs::read_to_string(path).expect("a recorded stream");
    let mut so_far = String::new();
    let mut all = Vec::new();
    for event in stream.split_inclusive("\n\n") {
        let middle = (0..=event.len() / 2)
            .rev()
            .find(|&at| event.is_char_boundary(at))
            .expect("a start");
        all.extend([so_far.clone(), format!("{so_far}{}", &event[..middle])]);
        if event.contains(end) {
            return all;
        }
        so_far.push_str(event);
    }
    panic!("{folder}/{name} has no end");
}

test!(
    a_stream_that_stops_anywhere_ends_in_an_error_and_never_as_if_it_were_whole,
    |store| {
        let rig = Rig::start(store).await;
        let mut cuts = 0;
        for (model, folder, end) in PROVIDERS {
            for name in ["plain", "parallel_tools", "thinking"] {
                for beginning in beginnings(folder, name, end) {
                    let sent = beginning.clone();
                    rig.upstream
                        .answers(move |_| vec![Step::events(), Step::chunk(&sent), Step::Close]);
                    for path in ENDPOINTS {
                        let reply = rig.client().post(path, &ask(path, model)).await;

                        let (status, text) = (reply.status.as_u16(), reply.text());
                        assert!([200, 502].contains(&status), "{status} {text}");
                        assert!(
                            text.contains("failed: it broke off its answer."),
                            "{path} {model} {name}: {text}\n\n{beginning}"
                        );
                        for end in [
                            "[DONE]",
                            "message_stop",
                            "message_delta",
                            "response.completed",
                            "response.incomplete",
                        ] {
                            assert!(!text.contains(end), "{path} {model} {name}: {text}\n\n{beginning}");
                        }
                        cuts += 1;
                    }
                }
            }
        }
        assert!(cuts > 500, "{cuts}");
    }
);
