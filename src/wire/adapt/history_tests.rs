//! Rules that hold for earlier thoughts, calls and ids in plans for Messages and Responses.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::shipped;
use super::{Plan, RequestView, TargetFacts, adapt};
use crate::domain::Protocol;
use crate::wire::control::{AskUsage, Control};
use crate::wire::operation::Operation;

/// The catalog is large: it is read once.
static OF_MESSAGES: LazyLock<Vec<TargetFacts>> = LazyLock::new(|| {
    let ids = [
        "anthropic/claude-sonnet-4-5",
        "anthropic/claude-opus-5-5",
        "deepseek/deepseek-v4-pro",
        "moonshotai/kimi-k3",
        "minimax/minimax-m2.7",
    ];
    ids.map(|id| shipped(id, Protocol::AnthropicMessages)).into()
});
static OF_RESPONSES: LazyLock<Vec<TargetFacts>> = LazyLock::new(|| {
    ["openai/gpt-5.5", "xai/grok-4.5"]
        .map(|id| shipped(id, Protocol::OpenaiResponses))
        .into()
});

/// Signatures of all makers, and what stands for none.
const SIGNATURES: [&str; 8] = [
    "EqQB",
    "",
    " ",
    "cm1.none.-..",
    "cm1.anthropic.-..Eq",
    "cm1.deepseek.-..id",
    "cm1.openai.-.rs_9.gA",
    "cm1.google.c..U0lH",
];

fn any_signature() -> impl Strategy<Value = &'static str> {
    prop::sample::select(SIGNATURES.to_vec())
}

/// Turns of Messages: a model's turn with thoughts and perhaps a call, and what the user says to it.
fn any_turns() -> impl Strategy<Value = Vec<Value>> {
    let thought = (any_signature(), any::<bool>(), "[a-z]{0,3}").prop_map(|(signature, hidden, words)| match hidden {
        true => json!({"type": "redacted_thinking", "data": signature}),
        false => json!({"type": "thinking", "thinking": words, "signature": signature}),
    });
    let id = prop::sample::select(vec!["toolu_1", "functions.read:0", "toolu_cm1x_ZnVuY3Rpb25zLnJlYWQ6MA"]);
    let turn = (prop::collection::vec(thought, 0..3), prop::option::of(id)).prop_map(|(mut blocks, id)| {
        let answer = match id {
            Some(id) => {
                blocks.push(json!({"type": "tool_use", "id": id, "name": "read", "input": {"signature": "cm1"}}));
                json!([{"type": "tool_result", "tool_use_id": id, "content": "1"}])
            }
            None => {
                blocks.push(json!({"type": "text", "text": "a"}));
                json!("And?")
            }
        };
        vec![
            json!({"role": "assistant", "content": blocks}),
            json!({"role": "user", "content": answer}),
        ]
    });
    prop::collection::vec(turn, 0..4).prop_map(|turns| turns.concat())
}

fn any_items() -> impl Strategy<Value = Vec<Value>> {
    let id = |start: &str| {
        let ids = ["68a0", "cm1_0a_0", "0a1b_0"].map(|rest| format!("{start}_{rest}"));
        prop::sample::select([ids.to_vec(), vec!["0a-1".to_owned()]].concat())
    };
    let item = prop_oneof![
        (id("rs"), prop::option::of(any_signature()))
            .prop_map(|(id, seal)| json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": seal})),
        id("msg").prop_map(|id| json!({"type": "message", "id": id, "role": "assistant", "content": "a"})),
        id("fc").prop_map(
            |id| json!({"id": id, "type": "function_call", "call_id": "c.1", "name": "f", "arguments": "{}"})
        ),
        Just(json!({"type": "function_call_output", "call_id": "c.1", "output": "1"})),
        Just(json!({"role": "user", "content": "Hi"})),
    ];
    prop::collection::vec(item, 1..6)
}

/// The elements of the conversation under `key` that go; `None` if it is refused or written anew.
fn fitted(body: &Value, key: &str, operation: Operation, target: &TargetFacts) -> Option<Vec<Value>> {
    let body = body.to_string();
    let control = Control::read(body.as_bytes(), operation).unwrap();
    let view = RequestView {
        body: &body,
        control: &control,
    };
    let out = match adapt(view, target) {
        Plan::Passthrough => body.clone().into_bytes(),
        Plan::Rewrite(edits) => {
            let model = control.model_span.of(&body);
            let pieces = edits.pieces(&control.members);
            control
                .rewrite(body.as_bytes(), model, AskUsage::AsSent, &pieces)
                .expect("a change")
        }
        Plan::Translate(_) | Plan::Refuse(_) => return None,
    };
    let out: Value =
        serde_json::from_slice(&out).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&out)));
    out[key].as_array().cloned()
}

fn holds(
    key: &str,
    operation: Operation,
    targets: &[TargetFacts],
    before: &[Value],
    more: &[Value],
) -> Result<(), TestCaseError> {
    let body = |elements: &[Value]| json!({"model": "m", "max_tokens": 9, "max_output_tokens": 99, key: elements});
    let longer = [before, more].concat();
    for target in targets {
        let name = &target.facts.seals.domain;
        let Some(shorter) = fitted(&body(before), key, operation, target) else {
            continue;
        };
        prop_assert!(
            !Value::from(shorter.clone()).to_string().contains("\"cm1."),
            "{} {:?}",
            name,
            shorter
        );

        let Some(longer) = fitted(&body(&longer), key, operation, target) else {
            continue;
        };
        prop_assert_eq!(Some(shorter.as_slice()), longer.get(..shorter.len()), "{}", name);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_mark_reaches_a_server_of_messages_and_the_fitted_prefix_stays_the_same(turns in any_turns(), more in any_turns()) {
        let begin = vec![json!({"role": "user", "content": "Hi"})];
        holds("messages", Operation::Messages, &OF_MESSAGES, &[begin, turns].concat(), &more)?;
    }

    #[test]
    fn no_mark_reaches_a_server_of_responses_and_the_fitted_prefix_stays_the_same(items in any_items(), more in any_items()) {
        holds("input", Operation::Responses, &OF_RESPONSES, &items, &more)?;
    }
}
