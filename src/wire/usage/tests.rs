//! The usage that providers report, and the counts that are read from it.

use serde::Deserialize;

use super::*;
use crate::domain::{ServiceTier, Tokens};

/// The usage of an answer with this usage object.
fn reported(usage: &str, includes_reasoning: Option<bool>) -> ReportedUsage {
    of_answer(
        format!(r#"{{"choices":[],"usage":{usage}}}"#).as_bytes(),
        includes_reasoning,
    )
    .unwrap()
}

/// `tests/data/wire/usage.json`: usage objects of providers, and their counts.
#[test]
fn every_providers_way_of_counting_is_understood() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        includes_reasoning: Option<bool>,
        usage: serde_json::Value,
        tokens: Option<Tokens>,
        #[serde(default)]
        searches: u64,
    }

    let cases: Vec<Case> = serde_json::from_str(include_str!("../../../tests/data/wire/usage.json")).unwrap();
    for case in cases {
        let usage = reported(&case.usage.to_string(), case.includes_reasoning);

        assert_eq!(
            (usage.tokens, usage.service.searches),
            (case.tokens, case.searches),
            "{}",
            case.name
        );
    }
}

#[test]
fn a_value_that_is_no_count_reads_as_not_given() {
    for nonsense in [
        "-1",
        "1.5",
        "1e30",
        "\"7\"",
        "true",
        "null",
        "[1,[2]]",
        "{\"a\":{}}",
        "99999999999999",
    ] {
        let usage = format!(r#"{{"prompt_tokens":{nonsense},"completion_tokens":4}}"#);
        assert_eq!(
            reported(&usage, None)
                .tokens
                .map(|tokens| (tokens.prompt, tokens.completion)),
            Some((0, 4)),
            "{nonsense}"
        );
    }

    assert_eq!(
        reported(r#"{"prompt_tokens":7.0}"#, None)
            .tokens
            .map(|tokens| tokens.prompt),
        Some(7)
    );
}

#[test]
fn an_answer_that_is_not_json_differs_from_one_without_usage() {
    assert_eq!(of_answer(b"<html>", None), Err(NotJson));
    assert_eq!(of_answer(b"{\"a\":1", None), Err(NotJson));
    assert_eq!(of_answer(b"{}", None), Ok(ReportedUsage::default()));
    assert_eq!(of_answer(b"{\"usage\":null}", None), Ok(ReportedUsage::default()));
}

#[test]
fn the_tier_stands_at_the_top_of_an_answer_and_nowhere_else() {
    let tier = |answer: &str| of_answer(answer.as_bytes(), None).unwrap().service.tier;

    assert_eq!(
        tier(r#"{"service_tier":"priority","usage":null}"#),
        Some(ServiceTier::Priority)
    );
    assert_eq!(tier(r#"{"service_tier":"default"}"#), Some(ServiceTier::Standard));
    assert_eq!(tier(r#"{"service_tier":"fl\u0065x"}"#), Some(ServiceTier::Flex));

    for silent in [
        r#"{"service_tier":null}"#,
        r#"{"service_tier":"auto"}"#,
        r#"{"service_tier":7}"#,
        r#"{"x":{"service_tier":"flex"}}"#,
    ] {
        assert_eq!(tier(silent), None, "{silent}");
    }
}

#[test]
fn a_chunk_without_choices_that_has_usage_is_the_extra_one() {
    let usage = r#""usage":{"prompt_tokens":1,"completion_tokens":2}"#;
    let alone = |choices: &str| of_chunk(format!("{{\"choices\":{choices},{usage}}}").as_bytes(), None).alone;

    assert!(alone("[]"));
    assert!(alone("[ ]"));
    assert!(!alone(r#"[{"index":0}]"#));
    assert!(!of_chunk(br#"{"choices":[],"prompt_filter_results":[]}"#, None).alone);
    assert!(!of_chunk(br#"{"choices":[],"usage":null}"#, None).alone);
}

#[test]
fn usage_in_the_first_choice_counts() {
    let chunk = of_chunk(
        br#"{"choices":[{"usage":{"prompt_tokens":3,"completion_tokens":4,"cached_tokens":1}}]}"#,
        None,
    );

    let tokens = chunk.usage.tokens.unwrap();
    assert_eq!(
        (tokens.prompt, tokens.completion, tokens.cache_read, chunk.alone),
        (3, 4, 1, false)
    );
}

#[test]
fn usage_in_groqs_own_member_counts_if_there_is_no_other() {
    let tokens = |text: &str| {
        let whole = of_answer(text.as_bytes(), None).unwrap().tokens;
        assert_eq!(whole, of_chunk(text.as_bytes(), None).usage.tokens);
        whole.map(|tokens| (tokens.prompt, tokens.completion))
    };
    let groq = r#""x_groq":{"id":"r","usage":{"prompt_tokens":7,"completion_tokens":3}}"#;

    assert_eq!(tokens(&format!(r#"{{"choices":[{{}}],{groq}}}"#)), Some((7, 3)));
    assert_eq!(
        tokens(&format!(r#"{{"choices":[{{}}],{groq},"usage":null}}"#)),
        Some((7, 3))
    );
    assert_eq!(
        tokens(&format!(
            r#"{{{groq},"usage":{{"prompt_tokens":8,"completion_tokens":4}}}}"#
        )),
        Some((8, 4))
    );
    assert_eq!(tokens(r#"{"choices":[{}],"x_groq":{"id":"r"}}"#), None);
}

#[test]
fn the_total_of_embeddings_is_their_prompt() {
    let prompt = |usage: &str| {
        let answer = format!(r#"{{"object":"list","data":[{{"embedding":[1]}}],"usage":{usage}}}"#);
        of_answer(answer.as_bytes(), None)
            .unwrap()
            .tokens
            .map(|tokens| (tokens.prompt, tokens.completion))
    };

    assert_eq!(prompt(r#"{"total_tokens":3}"#), Some((3, 0)));
    assert_eq!(prompt(r#"{"prompt_tokens":3,"total_tokens":3}"#), Some((3, 0)));
    assert_eq!(prompt("{}"), None);
    assert_eq!(
        of_answer(br#"{"choices":[{}],"usage":{"total_tokens":3}}"#, None)
            .unwrap()
            .tokens,
        None
    );
}

#[test]
fn pictures_in_a_request_are_counted_apart_from_its_text() {
    let data = "iVBORw0KGgo".repeat(1_000);
    let chat = format!(r#"{{"content":"base64 is fun","image_url":{{"url":"data:image/png;base64,{data}"}}}}"#);
    let messages = format!(
        r#"{{"source":{{"type":"base64","media_type":"image/png","data": "{data}"}},"text":"base64, {data}"}}"#
    );

    assert_eq!(inline_data(chat.as_bytes()), (11_000, 1));
    assert_eq!(inline_data(messages.as_bytes()), (11_000, 1));
    assert_eq!(inline_data(br#"{"url":"data:image/png;base64,iVBOR"}"#), (0, 0));
    assert_eq!(inline_data(format!("{}base64", " ".repeat(5_000)).as_bytes()), (0, 0));
}

#[test]
fn delivered_text_is_measured_in_every_key_that_carries_it() {
    let chunk = br#"{"choices":[{"delta":{"content": "a\"b","reasoning_content":"cd","role":"x","tool_calls":[{"function":{"arguments":"{}"}}]}}]}"#;

    assert_eq!(text_bytes(chunk), 4 + 2 + 2);
    assert_eq!(text_bytes(br#"{"content":null}"#), 0);
    assert_eq!((estimate(0), estimate(1), estimate(8)), (0, 1, 2));
}
