//! The parts of each recorded answer that every client must see: the words, the calls, and the numbers to the token.

use serde_json::{Value, json};

/// The kinds of answer that each way to ask is tried with.
const SCENARIOS: [&str; 5] = ["plain", "tools", "parallel_tools", "thinking", "structured_output"];

/// By scenario, what a client of that model must see, whichever way it asks.
pub(super) fn seen(model: &str) -> Value {
    let mut all = match model {
        "acme/fast" => of_chat(),
        "acme/thinker" => of_responses(),
        _ => of_messages(),
    };
    for seen in &mut all {
        seen["model"] = model.into();
    }

    SCENARIOS
        .into_iter()
        .zip(all)
        .map(|(name, seen)| (name.to_owned(), seen))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn of_chat() -> [Value; 5] {
    [
        text("The capital of France is Paris.", usage(1231, 1024, 128, 47, 32)),
        calls(
            "",
            json!([call("get_weather", json!({"city": "Oslo", "unit": "celsius"}))]),
            usage(1502, 1408, 71, 61, 16),
        ),
        calls(
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
    ]
}

fn of_responses() -> [Value; 5] {
    [
        text("Air scatters blue light more than red light.", usage(21, 0, 0, 11, 0)),
        calls(
            "",
            json!([call("get_time", json!({"city": "Lima"}))]),
            usage(212, 128, 64, 17, 0),
        ),
        calls(
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
    ]
}

fn of_messages() -> [Value; 5] {
    [
        text(
            "Paris is the capital of France – “la Ville Lumière”.",
            usage(2583, 2048, 512, 17, 0),
        ),
        calls(
            "I'll look it up.",
            json!([call("get_weather", json!({"city": "Lyon", "unit": "celsius"}))]),
            usage(1501, 1024, 96, 64, 0),
        ),
        calls(
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
    ]
}

fn usage(input: u64, cached: u64, written: u64, output: u64, reasoning: u64) -> Value {
    json!({"input": input, "cached": cached, "written": written, "output": output, "reasoning": reasoning})
}

fn call(name: &str, input: Value) -> Value {
    json!({"name": name, "input": input})
}

fn text(text: &str, usage: Value) -> Value {
    json!({"text": text, "thinking": "", "tools": [], "name": null, "usage": usage})
}

fn calls(words: &str, tools: Value, usage: Value) -> Value {
    let mut seen = text(words, usage);
    seen["tools"] = tools;
    seen
}

fn thought(words: &str, thinking: &str, usage: Value) -> Value {
    let mut seen = text(words, usage);
    seen["thinking"] = thinking.into();
    seen
}

/// An answer with structured output, and the `name` in it.
fn named(words: &str, name: &str, usage: Value) -> Value {
    let mut seen = text(words, usage);
    seen["name"] = name.into();
    seen
}
