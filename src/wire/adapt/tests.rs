//! Rules that hold for all plans.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{self, shipped};
use super::{Plan, RequestView, TargetFacts, adapt};
use crate::domain::{Protocol, Strictness};
use crate::wire::control::{AskUsage, Control};
use crate::wire::operation::Operation;

const TARGETS: [(&str, Protocol); 12] = [
    ("openai/gpt-5.5", Protocol::OpenaiChat),
    ("openai/gpt-5.1", Protocol::OpenaiChat),
    ("deepseek/deepseek-v4-flash", Protocol::OpenaiChat),
    ("moonshotai/kimi-k2.6", Protocol::OpenaiChat),
    ("zai/glm-5.3", Protocol::OpenaiChat),
    ("minimax/minimax-m3", Protocol::OpenaiChat),
    ("mistral/mistral-large-latest", Protocol::OpenaiChat),
    ("google/gemini-3.5-flash", Protocol::OpenaiChat),
    ("xai/grok-4.5", Protocol::OpenaiChat),
    ("groq/openai/gpt-oss-120b", Protocol::OpenaiChat),
    ("perplexity/sonar-pro", Protocol::OpenaiChat),
    ("alibaba/qwen3.8-max", Protocol::OpenaiChat),
];

/// The catalog is large: it is read once.
static READY: LazyLock<Vec<TargetFacts>> =
    LazyLock::new(|| TARGETS.iter().map(|(id, protocol)| shipped(id, *protocol)).collect());

fn targets() -> &'static [TargetFacts] {
    &READY
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}})
}

/// A call that is signed.
fn sealed(id: &str) -> Value {
    let mut call = call(id);
    call["extra_content"] = json!({"google": {"thought_signature": "x"}});
    call
}

/// Chat conversations of any shape.
fn any_conversation() -> impl Strategy<Value = Vec<Value>> {
    let message = prop_oneof![
        Just(json!({"role": "developer", "content": "Be brief."})),
        Just(json!({"role": "system", "content": "Be kind."})),
        "[a-zé\"\\\\ ]{0,9}".prop_map(|text| json!({"role": "user", "content": text})),
        Just(json!({"role": "user", "content": [{"type": "text", "text": "See"}]})),
        Just(json!({"role": "assistant", "content": "Yes."})),
        Just(json!({"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [call("call_1")]})),
        Just(json!({"role": "assistant", "content": "", "tool_calls": [call("a.b:0"), call("call_2")]})),
        Just(
            json!({"role": "assistant", "content": null, "refusal": null, "reasoning": "hm", "tool_calls": [sealed("call_1")],
            "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "cm1.anthropic.-..Eq"}]})
        ),
        Just(
            json!({"extra_content": {"google": {"thought_signature": "x"}}, "role": "assistant", "reasoning_details": [], "content": "<think>x</think>a"})
        ),
        Just(
            json!({"role": "assistant", "annotations": [], "reasoning_content": "", "tool_calls": [call("call_1"), sealed("call_2")]})
        ),
        Just(json!({"role": "tool", "tool_call_id": "call_1", "content": "1"})),
        Just(json!({"role": "tool", "tool_call_id": "a.b:0", "content": "2"})),
    ];
    prop::collection::vec(message, 1..7)
}

fn any_fields() -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    let field = prop_oneof![
        (1_u64..200_000).prop_map(|n| ("max_tokens", n.into())),
        (1_u64..200_000).prop_map(|n| ("max_completion_tokens", n.into())),
        Just(("temperature", json!(0.3))),
        Just(("top_p", json!(0.9))),
        Just(("top_k", json!(5))),
        Just(("seed", json!(1))),
        Just(("stop", json!(["END"]))),
        Just(("frequency_penalty", json!(0.1))),
        Just(("logit_bias", json!({"1": 2}))),
        Just(("logprobs", json!(false))),
        Just(("n", json!(1))),
        prop::sample::select(vec![
            "none", "minimal", "low", "medium", "high", "xhigh", "max", "default"
        ])
        .prop_map(|effort| ("reasoning_effort", effort.into())),
        Just(("thinking", json!({"type": "enabled"}))),
        Just(("enable_thinking", json!(true))),
        Just(("store", json!(true))),
        Just(("metadata", json!({"a": "b"}))),
        Just(("prompt_cache_key", json!("k"))),
        Just(("parallel_tool_calls", json!(true))),
        Just(("tools", json!([]))),
        Just(("tool_choice", json!("auto"))),
        Just(("response_format", json!({"type": "json_object"}))),
        Just(("my_own", json!({"x": [1, 2]}))),
        Just(("stream", json!(true))),
    ];
    prop::collection::vec(field, 0..8)
}

fn body(conversation: &[Value], fields: Vec<(&'static str, Value)>) -> Value {
    let mut body = json!({"model": "m"});
    let map = body.as_object_mut().unwrap();
    for (name, value) in fields {
        map.insert(name.into(), value);
    }
    map.insert("messages".into(), Value::from(conversation.to_vec()));
    body
}

/// The body that goes; `None` if it is refused or written anew.
fn applied(body: &str, target: &TargetFacts) -> Option<String> {
    let control = Control::read(body.as_bytes(), Operation::Chat).unwrap();
    match adapt(
        RequestView {
            body,
            control: &control,
        },
        target,
    ) {
        Plan::Passthrough => Some(body.to_owned()),
        Plan::Rewrite(edits) => {
            let model = control.model_span.of(body);
            let out = control.rewrite(
                body.as_bytes(),
                model,
                AskUsage::AsSent,
                &edits.pieces(&control.members),
            );
            Some(String::from_utf8(out.expect("a change")).unwrap())
        }
        Plan::Translate(_) | Plan::Refuse(_) => None,
    }
}

fn messages(body: &str) -> Vec<Value> {
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    body["messages"].as_array().unwrap().clone()
}

proptest! {
    #[test]
    fn a_fitted_request_is_json_and_fits(conversation in any_conversation(), fields in any_fields()) {
        let body = body(&conversation, fields).to_string();
        for target in targets() {
            let Some(once) = applied(&body, target) else { continue };

            prop_assert!(serde_json::from_str::<Value>(&once).is_ok(), "{}", once);
            let twice = applied(&once, target);
            prop_assert_eq!(twice.as_ref(), Some(&once), "from {}", body);
        }
    }

    #[test]
    fn the_fitted_prefix_of_a_conversation_stays_the_same(conversation in any_conversation(), next in "[a-z]{1,5}") {
        let mut longer = conversation.clone();
        longer.push(json!({"role": "assistant", "content": "Well."}));
        longer.push(json!({"role": "user", "content": next}));

        for target in targets() {
            let (Some(before), Some(after)) = (applied(&body(&conversation, vec![]).to_string(), target), applied(&body(&longer, vec![]).to_string(), target)) else { continue };
            let (before, after) = (messages(&before), messages(&after));

            // The last turn may still wait for results, or be one that the model goes on from.
            let settled = before.len().saturating_sub(1);
            prop_assert_eq!(before.get(..settled), after.get(..settled));
        }
    }

    #[test]
    fn every_call_has_its_result(conversation in any_conversation()) {
        for target in targets() {
            let Some(out) = applied(&body(&conversation, vec![]).to_string(), target) else { continue };
            let out = messages(&out);
            for (index, message) in out.iter().enumerate() {
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    let mut results = out[index + 1..].iter().take_while(|message| message["role"] == "tool");
                    prop_assert!(results.any(|result| result["tool_call_id"] == call["id"]), "{:?}", out);
                }
            }
        }
    }

    #[test]
    fn a_plan_is_the_same_twice_and_its_edits_do_not_overlap(conversation in any_conversation(), fields in any_fields()) {
        let body = body(&conversation, fields).to_string();
        let members = Control::read(body.as_bytes(), Operation::Chat).unwrap().members;
        for target in targets() {
            let plan = samples::plan(&body, Operation::Chat, target);
            prop_assert_eq!(&samples::plan(&body, Operation::Chat, target), &plan);
            match plan {
                Plan::Rewrite(edits) => {
                    for pair in edits.pieces(&members).windows(2) {
                        prop_assert!(pair[0].at.end <= pair[1].at.start, "{:?}", pair);
                    }
                }
                Plan::Refuse(refusal) => {
                    let field = refusal.param.split(['.', '[']).next().unwrap_or_default();
                    prop_assert!(body.contains(&format!("\"{field}\"")), "{}", field);
                }
                Plan::Passthrough | Plan::Translate(_) => {}
            }
        }
    }

    #[test]
    fn a_strict_request_is_never_changed_in_what_steers(conversation in any_conversation(), fields in any_fields()) {
        let body = body(&conversation, fields).to_string();
        for target in targets() {
            let plan = samples::plan(&body, Operation::Chat, target).under(Strictness::Strict);
            if let Some(notes) = plan.notes() {
                prop_assert!(notes.iter().all(|note| !note.steers()), "{}", notes);
            }
        }
    }
}

#[test]
fn a_conversation_that_ends_with_the_models_words_goes_on_with_the_users() {
    let facts = json!({"roles": {"last": "not_assistant", "system": "anywhere", "developer": "native"}, "cache_marks": {"most": 4}, "anthropic_fields": true});
    let words = json!([{"role": "user", "content": "Tell"}, {"role": "assistant", "content": "Once"}]);
    let asked = json!([{"role": "user", "content": "Tell"}, {"role": "assistant", "content": "Once"}, {"role": "user", "content": "a \"user\""}]);
    for (operation, protocol, list) in [
        (Operation::Chat, Protocol::OpenaiChat, "messages"),
        (Operation::Messages, Protocol::AnthropicMessages, "messages"),
        (Operation::Responses, Protocol::OpenaiResponses, "input"),
    ] {
        let body = |conversation: &Value| json!({"model": "m", "max_tokens": 99, list: conversation}).to_string();
        let target = samples::stated(&facts, protocol);

        let (sent, notes) = samples::fitted(&body(&words), operation, &target);

        let last = json!({"role": "user", "content": "Go on from where your last message stops. Do not repeat it."});
        assert_eq!((&sent[list][2], notes.as_str()), (&last, "prefill"));
        assert_eq!(samples::plan(&body(&asked), operation, &target), Plan::Passthrough);
        let free = samples::stated(
            &json!({"roles": {"system": "anywhere", "developer": "native"}, "cache_marks": {"most": 4}, "anthropic_fields": true}),
            protocol,
        );
        assert_eq!(samples::plan(&body(&words), operation, &free), Plan::Passthrough);
    }
}

#[test]
fn turns_that_do_not_alternate_are_written_anew() {
    let perplexity = shipped("perplexity/sonar-pro", Protocol::OpenaiChat);
    let turn = |role: &str| json!({"role": role, "content": "x"});
    for (roles, is_rewritten) in [
        (&["system", "user", "assistant", "user"][..], false),
        (&["system", "user", "user"], true),
        (&["assistant", "user"], true),
        (&["user", "assistant", "assistant", "user"], true),
    ] {
        let turns: Vec<Value> = roles.iter().map(|role| turn(role)).collect();
        let plan = samples::plan(&body(&turns, vec![]).to_string(), Operation::Chat, &perplexity);
        assert_eq!(matches!(plan, Plan::Translate(_)), is_rewritten, "{roles:?}: {plan:?}");
    }
}
