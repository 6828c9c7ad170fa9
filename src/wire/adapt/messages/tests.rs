//! Requests to Messages that were written for one model, fitted to others.

use serde_json::{Value, json};

use crate::domain::Protocol;
use crate::wire::adapt::samples::{self, fitted, shipped, stated};
use crate::wire::adapt::{Plan, TargetFacts};
use crate::wire::operation::Operation;

fn messages(id: &str) -> TargetFacts {
    shipped(id, Protocol::AnthropicMessages)
}

fn body(more: &Value) -> Value {
    let mut body = json!({"model": "m", "max_tokens": 9000, "messages": [{"role": "user", "content": "Hi"}]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[track_caller]
fn fits(body: &Value, target: &TargetFacts) -> (Value, String) {
    fitted(&body.to_string(), Operation::Messages, target)
}

#[test]
fn claude_codes_request_reaches_another_server_without_what_is_anthropics_own() {
    let body = body(&json!({
        "system": [
            {"type": "text", "text": "x-anthropic-billing-header: cch=abc"},
            {"type": "text", "text": "You are Claude Code.", "cache_control": {"type": "ephemeral"}}
        ],
        "context_management": {"edits": []},
        "container": "c1",
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "xhigh"}
    }));

    let (out, notes) = fits(&body, &messages("deepseek/deepseek-v4-flash"));

    assert_eq!(out["system"][0]["text"], "You are Claude Code.");
    assert_eq!((out.get("context_management"), out.get("container")), (None, None));
    assert_eq!(out["output_config"]["effort"], "high");
    for token in [
        "dropped:context_management",
        "dropped:container",
        "effort:xhigh>high",
        "billing_note",
    ] {
        assert!(notes.contains(token), "{token}: {notes}");
    }
}

#[test]
fn the_same_request_reaches_anthropic_as_it_came() {
    let body = body(&json!({
        "system": [{"type": "text", "text": "x-anthropic-billing-header: cch=abc"}],
        "context_management": {"edits": []},
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"}
    }));

    let plan = samples::plan(
        &body.to_string(),
        Operation::Messages,
        &messages("anthropic/claude-opus-4-8"),
    );
    assert_eq!(plan, Plan::Passthrough);
}

#[test]
fn thinking_within_a_budget_becomes_adaptive_and_back() {
    let budget = body(&json!({"thinking": {"type": "enabled", "budget_tokens": 4096}}));
    let adaptive = body(&json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}));

    let newer = fits(&budget, &messages("anthropic/claude-opus-4-8")).0;
    assert_eq!(newer["thinking"]["type"], "adaptive");

    let older = fits(&adaptive, &messages("anthropic/claude-haiku-4-5")).0;
    assert_eq!(older["thinking"], json!({"type": "enabled", "budget_tokens": 4096}));
    assert_eq!(older.get("output_config"), None);
}

#[test]
fn settings_of_sampling_that_the_model_refuses_are_left_out() {
    let both = body(&json!({"temperature": 0.2, "top_p": 0.9}));

    assert_eq!(
        fits(&both, &messages("anthropic/claude-opus-4-8")).1,
        "dropped:temperature, dropped:top_p"
    );
    assert_eq!(fits(&both, &messages("anthropic/claude-haiku-4-5")).1, "dropped:top_p");
    let hot = body(&json!({"temperature": 1.5}));
    assert_eq!(fits(&hot, &messages("anthropic/claude-haiku-4-5")).0["temperature"], 1);
}

#[test]
fn ids_that_anthropic_refuses_get_a_legal_form_in_calls_and_results_alike() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "functions.read:0", "name": "read", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "functions.read:0", "content": "1"}]}
    ]});

    let (out, notes) = fits(&body, &messages("anthropic/claude-opus-4-8"));

    let id = &out["messages"][1]["content"][0]["id"];
    assert!(id.as_str().unwrap().starts_with("toolu_cm1_"));
    assert_eq!(
        (&out["messages"][2]["content"][0]["tool_use_id"], notes.as_str()),
        (id, "call_ids")
    );
}

#[test]
fn a_server_that_knows_no_marks_gets_none() {
    let marked = json!([{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]);
    let body =
        json!({"model": "m", "max_tokens": 9, "system": marked, "messages": [{"role": "user", "content": marked}]});
    let target = stated(
        &json!({"cache_marks": {"most": 0}, "roles": {"system": "field"}}),
        Protocol::AnthropicMessages,
    );

    let (out, notes) = fits(&body, &target);

    assert!(!out.to_string().contains("cache_control"), "{out}");
    assert_eq!(notes, "cache_marks");
}

#[test]
fn instructions_inside_the_conversation_move_where_the_target_refuses_them() {
    let body = json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "Hi"}, {"role": "system", "content": "Now be brief."}]});
    let plan = |target: &TargetFacts| samples::plan(&body.to_string(), Operation::Messages, target);

    assert!(matches!(
        plan(&messages("deepseek/deepseek-v4-flash")),
        Plan::Translate(_)
    ));
    assert_eq!(plan(&messages("anthropic/claude-opus-4-8")), Plan::Passthrough);
}

#[test]
fn thoughts_that_have_no_signature_are_left_out_for_anthropic_only() {
    let thought = |signature: &str| json!({"type": "thinking", "thinking": "hm", "signature": signature});
    let call = json!({"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}});
    let result =
        json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}]});
    let with = |blocks: Value| {
        json!({"model": "m", "max_tokens": 9, "messages": [
        {"role": "user", "content": "Hi"}, {"role": "assistant", "content": blocks}, result]})
    };
    let claude = messages("anthropic/claude-opus-4-8");

    let unsigned = with(json!([thought(""), thought(" "), call]));
    let (out, notes) = fits(&unsigned, &claude);
    assert_eq!(
        (&out["messages"][1]["content"], notes.as_str()),
        (&json!([call]), "signatures")
    );

    let signed = with(json!([thought("EqQB"), call]));
    assert_eq!(
        samples::plan(&signed.to_string(), Operation::Messages, &claude),
        Plan::Passthrough
    );

    let elsewhere = messages("deepseek/deepseek-v4-flash");
    assert_eq!(fits(&unsigned, &elsewhere).0, unsigned);
}

#[test]
fn the_users_id_stays_since_it_is_a_field_of_the_protocol() {
    let body = body(&json!({"metadata": {"user_id": "u"}}));
    let claude = messages("anthropic/claude-opus-4-8");
    assert_eq!(
        samples::plan(&body.to_string(), Operation::Messages, &claude),
        Plan::Passthrough
    );

    for id in [
        "deepseek/deepseek-v4-flash",
        "moonshotai/kimi-k3",
        "minimax/minimax-m2.7",
    ] {
        let (out, notes) = fits(&body, &messages(id));
        assert_eq!(out["metadata"], body["metadata"], "{id}");
        assert!(!notes.contains("metadata"), "{id}: {notes}");
    }
}
