//! Chat requests that were written for one model, fitted to others.

use serde_json::{Value, json};

use crate::domain::Protocol;
use crate::wire::adapt::samples::{self, fitted, shipped, stated};
use crate::wire::adapt::{Plan, TargetFacts};
use crate::wire::operation::Operation;

fn chat(id: &str) -> TargetFacts {
    shipped(id, Protocol::OpenaiChat)
}

fn server(patch: &Value) -> TargetFacts {
    stated(patch, Protocol::OpenaiChat)
}

#[track_caller]
fn fits(body: &Value, target: &TargetFacts) -> (Value, String) {
    fitted(&body.to_string(), Operation::Chat, target)
}

fn refused(body: &Value, target: &TargetFacts) -> String {
    match samples::plan(&body.to_string(), Operation::Chat, target) {
        Plan::Refuse(refusal) => refusal.message("x/y", None),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_for_gpt_reaches_deepseek_in_its_own_words() {
    let body = json!({
        "model": "gpt-5.5",
        "messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "max_completion_tokens": 500,
        "reasoning_effort": "minimal",
        "store": false,
        "parallel_tool_calls": true
    });

    let (out, notes) = fits(&body, &chat("deepseek/deepseek-v4-flash"));

    assert_eq!(
        out,
        json!({
            "thinking": {"type": "enabled"},
            "model": "gpt-5.5",
            "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
            "max_tokens": 500,
            "reasoning_effort": "low"
        })
    );
    assert_eq!(
        notes,
        "dropped:store, max_completion_tokens, effort:minimal>low, parallel_tool_calls, developer_role"
    );
}

#[test]
fn a_request_for_a_plain_model_reaches_gpt_without_what_it_refuses() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 50,
        "temperature": 0.3, "frequency_penalty": 0.5, "top_k": 3});

    let (out, notes) = fits(&body, &chat("openai/gpt-5.5"));

    assert_eq!(out["max_completion_tokens"], 50);
    for gone in ["max_tokens", "temperature", "top_k"] {
        assert!(out.get(gone).is_none(), "{gone}: {out}");
    }
    assert!(notes.starts_with("max_tokens, "), "{notes}");
}

#[test]
fn temperature_stays_where_thinking_is_off() {
    let body = |effort: &str| {
        json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}],
        "temperature": 0.3, "reasoning_effort": effort})
    };
    let target = chat("openai/gpt-5.1");

    assert_eq!(fits(&body("none"), &target).0["temperature"], 0.3);
    assert_eq!(fits(&body("high"), &target).0.get("temperature"), None);
}

#[test]
fn a_request_for_the_same_kind_of_model_is_not_touched() {
    let body = json!({"model": "gpt-5.5", "messages": [{"role": "developer", "content": "Be brief."}],
        "max_completion_tokens": 5, "store": true, "verbosity": "low", "prompt_cache_key": "k", "my_own": 1});

    let plan = samples::plan(&body.to_string(), Operation::Chat, &chat("openai/gpt-5.5"));
    assert_eq!(plan, Plan::Passthrough);
}

#[test]
fn of_two_limits_the_newer_counts() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "max_completion_tokens": 7});

    let old = fits(&body, &server(&json!({}))).0;
    let new = fits(&body, &server(&json!({"limit_field": "max_completion_tokens"}))).0;

    assert_eq!(
        (&old["max_tokens"], old.get("max_completion_tokens")),
        (&json!(7), None)
    );
    assert_eq!(
        (&new["max_completion_tokens"], new.get("max_tokens")),
        (&json!(7), None)
    );
}

#[test]
fn a_limit_is_cut_to_the_longest_answer() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 64000});

    let (out, notes) = fits(&body, &server(&json!({"max_tokens": 8192})));

    assert_eq!((&out["max_tokens"], notes.as_str()), (&json!(8192), "cut:max_tokens"));
}

#[test]
fn more_answers_than_the_target_gives_are_refused_and_one_is_left_out() {
    let body =
        |n: u64| json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "n": n, "logprobs": false});
    let groq = server(&json!({"fields": {"n": {"only": 1}, "logprobs": "refused"}}));

    assert_eq!(
        refused(&body(2), &groq),
        "'n' cannot be asked of x/y: it gives one answer."
    );
    let (out, notes) = fits(&body(1), &groq);
    assert_eq!(
        (&out["n"], out.get("logprobs"), notes.as_str()),
        (&json!(1), None, "dropped:logprobs")
    );
}

#[test]
fn fields_that_nobody_knows_are_left_out_only_where_they_are_refused() {
    let body =
        json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "my_own": 1, "top_a": 2, "seed": 4});

    assert_eq!(
        samples::plan(&body.to_string(), Operation::Chat, &server(&json!({}))),
        Plan::Passthrough
    );

    let (out, notes) = fits(
        &body,
        &server(&json!({"unknown_fields": "refused", "fields": {"seed": {"named": "random_seed"}}})),
    );
    assert_eq!(
        out,
        json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "random_seed": 4})
    );
    assert_eq!(notes, "dropped:top_a, dropped:other, seed");
}

#[test]
fn mistral_gets_its_own_ids_and_a_turn_between_tool_and_user() {
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [
            {"id": "call_abc", "type": "function", "function": {"name": "f", "arguments": ""}}]},
        {"role": "tool", "tool_call_id": "call_abc", "content": "1"},
        {"role": "user", "content": "Go on"}
    ]});

    let (out, notes) = fits(&body, &chat("mistral/mistral-large-latest"));

    let id = out["messages"][1]["tool_calls"][0]["id"].as_str().unwrap();
    assert_eq!((id.len(), &out["messages"][2]["tool_call_id"]), (9, &json!(id)));
    assert_eq!(out["messages"][1]["tool_calls"][0]["function"]["arguments"], "{}");
    assert_eq!(out["messages"][1].get("reasoning_content"), None);
    assert_eq!(out["messages"][3], json!({"role": "assistant", "content": "OK."}));
    assert_eq!(notes, "thoughts, arguments, call_ids, turn_order");
}

#[test]
fn a_call_without_a_result_gets_one() {
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
    let body = json!({"model": "m", "messages": [
        {"role": "assistant", "content": null, "tool_calls": [call("a"), call("b")]},
        {"role": "tool", "tool_call_id": "b", "content": "1"},
        {"role": "user", "content": "Stop"}
    ]});

    let (out, notes) = fits(&body, &server(&json!({})));

    let result = json!({"role": "tool", "tool_call_id": "a", "content": "The call was interrupted."});
    assert_eq!((&out["messages"][2], notes.as_str()), (&result, "orphans"));
}

#[test]
fn thinking_takes_the_form_that_the_target_knows() {
    let body = |more: Value| {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let kimi = server(&json!({"thinking": {"thinks": true, "switch": "thinking_type"}}));
    let must = server(&json!({"thinking": {"thinks": true, "off": "impossible", "efforts": ["low", "high"]}}));
    let plain = server(&json!({"thinking": {"thinks": false}}));

    let both = body(json!({"reasoning_effort": "high"}));
    assert_eq!(fits(&both, &kimi).0["thinking"], json!({"type": "enabled"}));
    assert_eq!(fits(&both, &kimi).0.get("reasoning_effort"), None);
    assert_eq!(
        fits(&body(json!({"reasoning_effort": "none"})), &must).0["reasoning_effort"],
        "low"
    );
    assert_eq!(
        fits(&both, &plain),
        (body(json!({})), "dropped:reasoning_effort".into())
    );

    let own = body(json!({"thinking": {"type": "enabled", "keep": "all"}}));
    assert_eq!(fits(&own, &kimi), (own, String::new()));
}

#[test]
fn a_forced_tool_switches_thinking_off_where_both_are_refused() {
    let body =
        json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}], "tools": [1], "tool_choice": "required"});
    let target = server(
        &json!({"thinking": {"thinks": true, "switch": "thinking_type"}, "tools": {"choice_thinking": "think_off"}}),
    );

    assert_eq!(fits(&body, &target).0["thinking"], json!({"type": "disabled"}));
}

#[test]
fn a_picture_of_an_earlier_turn_becomes_a_note_and_a_new_one_is_refused() {
    let picture = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}});
    let show = json!({"role": "user", "content": [{"type": "text", "text": "See"}, picture]});
    let blind = server(&json!({"media": {"image": false}}));

    let newest = json!({"model": "m", "messages": [show]});
    assert_eq!(
        refused(&newest, &blind),
        "'messages[0].content[1]' cannot be asked of x/y: it reads no pictures."
    );

    let older = json!({"model": "m", "messages": [show, {"role": "assistant", "content": "A cat."}, {"role": "user", "content": "Sure?"}]});
    let (out, notes) = fits(&older, &blind);
    assert_eq!(
        out["messages"][0]["content"][1]["text"],
        "[A picture was here. This model reads text only.]"
    );
    assert_eq!(notes, "media");
}

#[test]
fn input_for_messages_and_flat_tools_are_written_anew_in_chats_own_shape() {
    let unknown = server(&json!({"tools": {"strict": "keep"}}));
    let plan = |body: Value| {
        let plan = samples::plan(&body.to_string(), Operation::Chat, &unknown);
        plan.notes().map(ToString::to_string).unwrap_or_default()
    };
    let (nested, flat) = (
        json!({"type": "function", "function": {"name": "a", "description": "a \"function\""}}),
        json!({"type": "function", "name": "b"}),
    );
    let messages = json!([{"role": "user", "content": "x"}]);

    assert_eq!(plan(json!({"model": "m", "input": "x"})), "input, rewritten");
    assert_eq!(
        plan(json!({"model": "m", "messages": [], "input": [{"role": "user", "content": "x"}]})),
        "input, rewritten"
    );
    assert_eq!(
        plan(json!({"model": "m", "messages": messages, "tools": [nested, flat]})),
        "tools, rewritten"
    );
    assert_eq!(plan(json!({"model": "m", "messages": messages, "tools": [nested]})), "");
    let says_so = json!({"type": "function", "function": {"name": "a", "parameters": {"type": "object", "properties": {"kind": {"enum": ["function"]}}}}});
    assert_eq!(
        plan(json!({"model": "m", "messages": messages, "tools": [says_so]})),
        ""
    );
}

#[test]
fn a_model_that_thinks_in_streams_only_is_asked_for_a_stream() {
    let target =
        server(&json!({"thinking": {"thinks": true, "whole_answers": "stream_only", "switch": "enable_thinking"}}));
    let body = |more: Value| {
        let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };

    for more in [json!({}), json!({"stream": false}), json!({"enable_thinking": true})] {
        let (sent, notes) = fits(&body(more), &target);
        assert_eq!((&sent["stream"], notes.as_str()), (&json!(true), "added:stream"));
    }
    for more in [json!({"stream": true}), json!({"enable_thinking": false})] {
        assert_eq!(fits(&body(more.clone()), &target), (body(more), String::new()));
    }
}

#[test]
fn the_usual_tier_has_the_name_that_all_providers_know() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "service_tier": "on_demand"});

    let (sent, notes) = fits(&body, &server(&json!({})));

    assert_eq!(
        (&sent["service_tier"], notes.as_str()),
        (&json!("auto"), "service_tier")
    );
}

#[test]
fn a_wish_for_usage_is_left_out_where_the_target_takes_none_and_tells_it_unasked() {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "stream": true});
    let mut asks = body.clone();
    asks["stream_options"] = json!({"include_usage": true});
    let fits = |takes: bool| {
        let facts = json!({"stream_options": takes, "roles": {"system": "anywhere"}});
        fitted(
            &asks.to_string(),
            Operation::Chat,
            &stated(&facts, Protocol::OpenaiChat),
        )
    };

    assert_eq!(fits(false), (body, "stream_options".to_owned()));
    assert_eq!(fits(true), (asks.clone(), String::new()));
}
