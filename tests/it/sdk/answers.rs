//! A provider of every protocol for the client libraries: each question says which recorded answer to show.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::upstream::{Seen, Step, json_answer};

/// How a stream's bytes arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As recorded, in one piece.
    Smooth,
    /// One byte at a time, with CRLF and a comment before each event.
    Rough,
}

/// A provider of every protocol: the path names the protocol, and the question names the answer to show.
pub fn provider(manner: Manner) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static {
    move |seen| {
        let folder = match seen.path.as_str() {
            "/v1/messages/count_tokens" => return json_answer(200, &json!({"input_tokens": 4711})),
            "/embeddings" => return json_answer(200, &embeddings(&seen.json())),
            "/chat/completions" => "chat",
            "/responses" => "responses",
            "/v1/messages" => "messages",
            other => panic!("a provider was asked for {other}"),
        };
        let (_, wanted) = seen
            .text()
            .split_once("Show: ")
            .expect("a question that says what to show");
        let wanted = wanted.split(['"', '\\']).next().expect("a first part");
        if wanted == "refused" {
            return json_answer(
                400,
                &json!({"error": {"type": "invalid_request_error", "message": "Too long."}}),
            );
        }

        if seen.json()["stream"] == true {
            recorded_stream(folder, wanted, manner)
        } else {
            let body = fixture(&format!("{folder}/answer/{wanted}.json"));
            json_answer(200, &serde_json::from_str(&body).expect("a recorded answer"))
        }
    }
}

/// `cut`: the plain answer, which breaks off in the middle.
fn recorded_stream(folder: &str, wanted: &str, manner: Manner) -> Vec<Step> {
    let name = if wanted == "cut" { "plain" } else { wanted };
    let body = fixture(&format!("{folder}/answer/{name}.sse"));
    let body = match manner {
        Manner::Smooth => body,
        Manner::Rough => rough(&body),
    };

    let mut steps = vec![Step::events()];
    if wanted == "cut" {
        let start = body.find("delta").expect("some words");
        steps.push(Step::chunk(&body[..start + 700]));
        steps.push(Step::Reset);
        return steps;
    }
    match manner {
        Manner::Smooth => steps.push(Step::chunk(&body)),
        Manner::Rough => steps.extend(
            body.bytes()
                .map(|byte| Step::Send(vec![b'1', b'\r', b'\n', byte, b'\r', b'\n'])),
        ),
    }
    steps.push(Step::end());
    steps
}

fn fixture(path: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/wire")
        .join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rough(stream: &str) -> String {
    let events = stream
        .split_inclusive("\n\n")
        .map(|event| format!(": still here\r\n\r\n{}", event.replace('\n', "\r\n")));
    events.collect()
}

/// 0.5 and -2 for each input, packed as the library asks.
fn embeddings(asked: &Value) -> Value {
    assert_eq!(
        asked["encoding_format"], "base64",
        "the libraries ask for the packed form by themselves"
    );

    let entry = |index| json!({"object": "embedding", "index": index, "embedding": "AAAAPwAAAMA="});
    let entries: Vec<Value> = (0..asked["input"].as_array().expect("inputs").len())
        .map(entry)
        .collect();
    json!({"object": "list", "data": entries, "model": asked["model"], "usage": {"prompt_tokens": 3, "total_tokens": 3}})
}
