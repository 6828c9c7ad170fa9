//! What providers answer when they are asked to show something, and what every client must then see.

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

/// The kinds of answer that every way of asking is tried with.
const SCENARIOS: [&str; 5] = ["plain", "tools", "parallel_tools", "thinking", "structured_output"];

/// A provider of every protocol: the address tells which, and the question what it is to show.
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
        let streamed = seen.json()["stream"] == true;
        let name = if wanted == "cut" { "plain" } else { wanted };
        let body = fixture(&format!(
            "{folder}/answer/{name}.{}",
            if streamed { "sse" } else { "json" }
        ));
        if !streamed {
            return json_answer(200, &serde_json::from_str(&body).expect("a recorded answer"));
        }
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

/// 0.5 and -2 for each input, packed as it was asked for.
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

/// What a client must see of each recorded answer of that model's provider: the words, the calls, and the numbers to the
/// token, however it asked.
pub fn seen(model: &str) -> Value {
    let usage = |input: u64, cached: u64, written: u64, output: u64, reasoning: u64| json!({"input": input, "cached": cached, "written": written, "output": output, "reasoning": reasoning});
    let call = |name: &str, input: Value| json!({"name": name, "input": input});
    let told = |text: &str, usage: Value| json!({"model": model, "text": text, "thinking": "", "tools": [], "name": null, "usage": usage});
    let called = |text: &str, tools: Value, usage: Value| {
        let mut told = told(text, usage);
        told["tools"] = tools;
        told
    };
    let thought = |text: &str, thinking: &str, usage: Value| {
        let mut told = told(text, usage);
        told["thinking"] = thinking.into();
        told
    };
    let named = |text: &str, name: &str, usage: Value| {
        let mut told = told(text, usage);
        told["name"] = name.into();
        told
    };
    let all = match model {
        "acme/fast" => [
            told("The capital of France is Paris.", usage(1231, 1024, 128, 47, 32)),
            called(
                "",
                json!([call("get_weather", json!({"city": "Oslo", "unit": "celsius"}))]),
                usage(1502, 1408, 71, 61, 16),
            ),
            called(
                "I look at both.",
                json!([call("get_weather", json!({"city": "Lisbon"})), call("now", json!({}))]),
                usage(1711, 1664, 17, 83, 24),
            ),
            thought(
                "Yes, 97 is prime.",
                "97 is not divisible by 2, 3, 5 or 7, and 11² is above it.",
                usage(404, 320, 0, 133, 97),
            ),
            named(
                r#"{"name":"Meeting","day":"Friday","participants":["Alice","Bob"]}"#,
                "Meeting",
                usage(188, 64, 33, 29, 8),
            ),
        ],
        "acme/thinker" => [
            told("Air scatters blue light more than red light.", usage(21, 0, 0, 11, 0)),
            called(
                "",
                json!([call("get_time", json!({"city": "Lima"}))]),
                usage(212, 128, 64, 17, 0),
            ),
            called(
                "I ask for both.",
                json!([
                    call("get_weather", json!({"city": "Lima", "unit": null})),
                    call("get_weather", json!({"city": "Quito", "unit": null}))
                ]),
                usage(311, 192, 96, 44, 0),
            ),
            thought(
                "Yes, 223 is a prime.",
                "**Dividing by primes**\n\nUp to 14 only.\n\n**None divides**\n\nSo it is one.",
                usage(97, 32, 16, 152, 141),
            ),
            named(
                r#"{"name":"Anna","age":31,"city":"Graz"}"#,
                "Anna",
                usage(83, 48, 8, 15, 0),
            ),
        ],
        _ => [
            told(
                "Paris is the capital of France – “la Ville Lumière”.",
                usage(2583, 2048, 512, 17, 0),
            ),
            called(
                "I'll look it up.",
                json!([call("get_weather", json!({"city": "Lyon", "unit": "celsius"}))]),
                usage(1501, 1024, 96, 64, 0),
            ),
            called(
                "",
                json!([
                    call("get_weather", json!({"city": "Paris"})),
                    call("get_time", json!({}))
                ]),
                usage(1268, 768, 88, 93, 0),
            ),
            thought(
                "Yes, 223 is prime.",
                "223 is not divisible by 2, 3, 5, 7, 11 or 13.",
                usage(1849, 1536, 256, 88, 61),
            ),
            named(
                r#"{"name": "Ada Lovelace", "age": 36}"#,
                "Ada Lovelace",
                usage(1179, 896, 72, 19, 0),
            ),
        ],
    };
    SCENARIOS
        .into_iter()
        .zip(all)
        .map(|(name, told)| (name.to_owned(), told))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
