//! Stop texts that a model does not take.

use serde_json::{Value, json};

use crate::domain::{Facts, Protocol, Strictness};
use crate::wire::adapt::samples::{plan, shipped, stated};
use crate::wire::adapt::{ClientBody, Plan, TargetFacts, fit_request};
use crate::wire::neutral::{Request, Thinking};
use crate::wire::operation::Operation;
use crate::wire::stop_texts::StopTexts;

fn chat(stop: &Value) -> String {
    json!({"model": "m", "stop": stop, "messages": [{"role": "user", "content": "x"}]}).to_string()
}

/// The texts at which the gateway ends the answer, and the notes; `None` if the body goes as it came.
#[track_caller]
fn cut(body: &str, operation: Operation, target: &TargetFacts) -> Option<(Option<StopTexts>, String)> {
    match plan(body, operation, target).under(Strictness::Strict) {
        Plan::Passthrough => None,
        Plan::Rewrite(edits) => Some((edits.cut_at.clone(), edits.notes.to_string())),
        other => panic!("{other:?}"),
    }
}

#[test]
fn texts_that_a_model_refuses_are_left_to_the_gateway_even_in_a_strict_request() {
    let gpt = shipped("openai/gpt-5.5", Protocol::OpenaiChat);
    for (stop, texts) in [
        (json!("END"), vec!["END"]),
        (json!(["\nObservation:", ""]), vec!["\nObservation:"]),
    ] {
        let cut = cut(&chat(&stop), Operation::Chat, &gpt);
        assert_eq!(cut, Some((StopTexts::new(texts), "stop_cut".into())), "{stop}");
    }

    for nothing in [json!(null), json!([]), json!("")] {
        let cut = cut(&chat(&nothing), Operation::Chat, &gpt);
        assert_eq!(cut, Some((None, "stop".into())), "{nothing}");
    }
}

#[test]
fn a_model_that_takes_them_gets_them() {
    let mistral = shipped("mistral/mistral-large-latest", Protocol::OpenaiChat);
    let stop = json!(["a", "b", "c", "d", "e", "f"]);

    assert!(!matches!(plan(&chat(&stop), Operation::Chat, &mistral), Plan::Rewrite(edits) if edits.cut_at.is_some()));
}

#[test]
fn more_texts_than_a_model_takes_are_left_to_the_gateway() {
    let target = stated(&json!({"max_stops": 4}), Protocol::OpenaiChat);
    let cut_at = |stop: &Value| match plan(&chat(stop), Operation::Chat, &target) {
        Plan::Rewrite(edits) => edits.cut_at,
        _ => None,
    };

    assert_eq!(cut_at(&json!(["a", "b", "c", "d"])), None);
    assert_eq!(
        cut_at(&json!(["a", "b", "c", "d", "e"])),
        StopTexts::new(["a", "b", "c", "d", "e"])
    );
    assert_eq!(shipped("openai/gpt-4.1", Protocol::OpenaiChat).facts.max_stops, Some(4));
}

#[test]
fn a_model_that_refuses_them_while_it_thinks_gets_them_when_it_does_not() {
    let target = stated(
        &json!({"fields": {"stop": "refused_if_thinks"}, "thinking": {"thinks": true, "default_on": true, "switch": "effort",
            "efforts": ["none", "low"]}}),
        Protocol::OpenaiChat,
    );
    let cuts = |effort: &str| {
        let mut body: Value = serde_json::from_str(&chat(&json!("END"))).unwrap();
        body["reasoning_effort"] = effort.into();
        matches!(plan(&body.to_string(), Operation::Chat, &target), Plan::Rewrite(edits) if edits.cut_at.is_some())
    };

    assert!(cuts("low"));
    assert!(!cuts("none"));
}

#[test]
fn a_field_that_does_nothing_is_cut_too() {
    let target = stated(&json!({"fields": {"stop": "ignored"}}), Protocol::OpenaiChat);

    let cut = cut(&chat(&json!("END")), Operation::Chat, &target);
    assert_eq!(cut, Some((StopTexts::new(["END"]), "stop_cut".into())));
}

#[test]
fn stop_sequences_follow_the_fact_of_either_name() {
    let body = json!({"model": "m", "max_tokens": 9, "stop_sequences": ["END"], "messages": [{"role": "user", "content": "x"}]});
    for (fields, is_cut) in [
        (json!({"stop": "refused"}), true),
        (json!({"stop_sequences": "refused"}), true),
        (json!({"stop": "refused", "stop_sequences": "ok"}), false),
        (json!({}), false),
    ] {
        let facts = json!({"fields": fields, "anthropic_fields": true, "roles": {"system": "anywhere"}, "cache_marks": {"most": 4}});
        let target = stated(&facts, Protocol::AnthropicMessages);
        let cut = cut(&body.to_string(), Operation::Messages, &target);
        assert_eq!(cut.is_some_and(|(texts, _)| texts.is_some()), is_cut, "{fields}");
    }
}

#[test]
fn a_translated_request_leaves_to_the_gateway_what_the_target_has_no_place_for() {
    let fitted = |stop: &[&'static str], protocol, facts: &Facts| {
        let mut request = Request {
            stop: stop.iter().map(|&text| text.into()).collect(),
            thinking: Some(Thinking::Adaptive),
            ..Request::default()
        };
        let notes = fit_request(&mut request, (facts, protocol, "m"), ClientBody(&json!({}))).unwrap();
        (request.stop.join("|"), request.cut_at.join("|"), notes.to_string())
    };
    let told = |sent: &str, cut: &str, notes: &str| (sent.to_owned(), cut.to_owned(), notes.to_owned());
    let any = Facts::default();

    let to = |protocol, stop: &[&'static str]| fitted(stop, protocol, &any);
    assert_eq!(to(Protocol::OpenaiResponses, &["a", ""]), told("", "a", "stop_cut"));
    assert_eq!(to(Protocol::OpenaiResponses, &[]), told("", "", ""));
    assert_eq!(to(Protocol::OpenaiChat, &["\n", "a"]), told("\n|a", "", ""));
    assert_eq!(
        to(Protocol::AnthropicMessages, &["\n", "a"]),
        told("a", "\n", "stop_cut")
    );

    let while_thinking = stated(&json!({"fields": {"stop": "refused_if_thinks"}}), Protocol::OpenaiChat).facts;
    assert_eq!(
        fitted(&["a"], Protocol::OpenaiChat, &while_thinking),
        told("", "a", "stop_cut")
    );
}

#[test]
fn a_stop_text_goes_to_the_model_or_stays_with_the_gateway() {
    for id in [
        "openai/gpt-5.5",
        "openai/gpt-4.1",
        "deepseek/deepseek-v4-flash",
        "xai/grok-4.5",
        "google/gemini-3.5-flash",
        "perplexity/sonar-pro",
        "groq/openai/gpt-oss-120b",
    ] {
        for stop in [json!("END"), json!(["a", "b", "c", "d", "e"])] {
            let target = shipped(id, Protocol::OpenaiChat);
            let body = chat(&stop);
            let goes_and_stays = match plan(&body, Operation::Chat, &target) {
                Plan::Passthrough => (true, false),
                Plan::Rewrite(edits) => {
                    let stays = edits.cut_at.is_some();
                    let leaves = edits.notes.iter().any(|note| note.to_string() == "stop_cut");
                    (!leaves, stays)
                }
                other => panic!("{id}: {other:?}"),
            };
            assert!(goes_and_stays.0 != goes_and_stays.1, "{id} {stop}");
        }
    }
}
