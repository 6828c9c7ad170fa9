//! Damaged requests: no panic, and every request that can be read can be sent.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Facts, ThinkingFacts};
use crate::wire::neutral::ToolNames;

const REQUESTS: [&str; 9] = [
    fixture!("ask/plain.json"),
    fixture!("ask/stream.json"),
    fixture!("ask/tools.json"),
    fixture!("ask/parallel_tools.json"),
    fixture!("ask/image.json"),
    fixture!("ask/thinking.json"),
    fixture!("ask/structured_output.json"),
    fixture!("ask/refusal.json"),
    fixture!("ask/length.json"),
];

/// The paths of all values below a value.
fn paths(value: &Value, at: &str, all: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };

    for (key, value) in below {
        let path = format!("{at}/{key}");
        paths(value, &path, all);
        all.push(path);
    }
}

fn any_damage() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(7),
        json!(-1.5),
        json!(""),
        json!("text"),
        json!("user"),
        json!("assistant"),
        json!("system"),
        json!([]),
        json!({}),
        json!(["a"]),
        json!([{"type": "text", "text": ""}]),
        json!({"type": "text", "text": "a"}),
        json!({"role": "tool", "tool_call_id": "1", "content": "a"}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn every_readable_request_can_be_sent_and_read_again(
        which in 0..REQUESTS.len(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any_damage()), 1..4),
        openai_fields in any::<bool>(),
    ) {
        let mut body: Value = serde_json::from_str(REQUESTS[which]).unwrap();
        for (at, damage) in damages {
            let mut all = Vec::new();
            paths(&body, "", &mut all);
            *body.pointer_mut(at.get::<String>(&all)).unwrap() = damage;
        }

        let Ok(request) = read_request(&body) else { return Ok(()) };
        let names = ToolNames::new(&request, LONGEST_TOOL_NAME);
        let facts = Facts { openai_fields, thinking: ThinkingFacts { thinks: Some(true), ..ThinkingFacts::default() }, ..Facts::default() };
        let Ok(written) = write_request(&request, "m", &facts, &names) else { return Ok(()) };

        let again: Value = serde_json::from_slice(&written).unwrap();
        let again = read_request(&again);
        // Thoughts are not sent, so a conversation of thoughts becomes empty.
        let silent = request.turns.iter().flat_map(|turn| &turn.parts).all(|part| matches!(part, Part::Thinking { .. }));

        prop_assert!(again.is_ok() || silent, "{:?} of {}", again, String::from_utf8_lossy(&written));
    }
}
