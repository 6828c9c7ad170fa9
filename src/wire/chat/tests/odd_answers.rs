//! Answers with members of their own servers, whole and streamed.

use serde_json::{Value, json};

use super::*;
use crate::wire::neutral::{NotAnAnswer, Stop};

fn whole(message: Value, top: Value) -> Vec<Part<'static>> {
    let mut answer = json!({"id": "c1", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    for (key, value) in top.as_object().unwrap() {
        answer[key] = value.clone();
    }
    let answer: &'static Value = Box::leak(Box::new(answer));
    read_response(answer, None).unwrap().parts
}

/// The parts of a stream with these deltas, each of whose chunks has `top`.
fn streamed(deltas: &[Value], top: &Value) -> Vec<Part<'static>> {
    let mut text = String::new();
    let last = [(json!({}), json!("stop"))];
    for (delta, reason) in deltas.iter().map(|delta| (delta.clone(), json!(null))).chain(last) {
        let mut chunk = json!({"id": "c1", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
        for (key, value) in top.as_object().unwrap() {
            chunk[key] = value.clone();
        }
        text.push_str(&format!("data: {chunk}\n\n"));
    }
    fold(&events(&(text + "data: [DONE]\n\n"))).response.parts
}

fn page(url: &'static str, title: &'static str) -> Citation<'static> {
    Citation {
        url: url.into(),
        title: title.into(),
        quote: None,
        span: None,
    }
}

fn cited(text: &'static str, citations: Vec<Citation<'static>>) -> Part<'static> {
    Part::Text {
        text: text.into(),
        citations,
        cache: None,
    }
}

fn thought(text: &'static str) -> Part<'static> {
    Part::Thinking {
        text: text.into(),
        signature: None,
    }
}

#[test]
fn pages_at_the_top_are_cited_by_the_text_once() {
    let top = json!({"citations": ["https://a.example/", "https://b.example/"],
        "search_results": [{"title": "A", "url": "https://a.example/"}]});
    let expected = [cited(
        "Paris.[1]",
        vec![page("https://a.example/", "A"), page("https://b.example/", "")],
    )];

    assert_eq!(whole(json!({"content": "Paris.[1]"}), top.clone()), expected);
    assert_eq!(
        streamed(&[json!({"content": "Paris."}), json!({"content": "[1]"})], &top),
        expected
    );

    let results = json!({"search_results": [{"title": "A", "url": "https://a.example/"}]});
    assert_eq!(
        whole(json!({"content": "x"}), results),
        [cited("x", vec![page("https://a.example/", "A")])]
    );

    let annotated = json!({"content": "x", "annotations": [{"type": "url_citation",
        "url_citation": {"url": "https://c.example/", "title": "C"}}]});
    let own = [cited("x", vec![page("https://c.example/", "C")])];
    assert_eq!(whole(annotated.clone(), top.clone()), own);
    assert_eq!(streamed(&[annotated], &top), own);
}

#[test]
fn citations_wait_for_their_words() {
    let early = json!({"content": "", "annotations": [{"type": "url_citation",
        "url_citation": {"url": "https://c.example/", "title": "C"}}]});
    assert_eq!(
        streamed(&[early, json!({"content": "x"})], &json!({})),
        [cited("x", vec![page("https://c.example/", "C")])]
    );
}

#[test]
fn thoughts_in_details_are_thoughts_and_signed_ones_are_kept_as_they_came() {
    let details = json!([
        {"type": "reasoning.text", "text": "Let me think.", "signature": "s", "format": "anthropic-claude-v1"},
        {"type": "reasoning.encrypted", "data": "gAAA", "format": "openai-responses-v1"},
        {"type": "reasoning.summary", "summary": "Thought."},
    ]);
    let signed = |text: &'static str| Part::Thinking {
        text: text.into(),
        signature: Some(Signature {
            kind: SignatureKind::Details,
            ..Signature::of_thoughts(details.to_string())
        }),
    };
    assert_eq!(
        whole(json!({"content": "Hi.", "reasoning_details": details}), json!({})),
        [signed("Let me think.\n\nThought."), Part::text("Hi.")]
    );

    let plain = json!({"content": "Hi.", "reasoning": "Plain.", "reasoning_details": details});
    assert_eq!(whole(plain.clone(), json!({})), [signed("Plain."), Part::text("Hi.")]);
    assert_eq!(streamed(&[plain], &json!({})), [signed("Plain."), Part::text("Hi.")]);

    let pieces = [
        json!({"reasoning_details": [{"type": "reasoning.text", "text": "Let me "}]}),
        json!({"reasoning_details": [{"type": "reasoning.text", "text": "think."}]}),
        json!({"content": "Hi."}),
    ];
    assert_eq!(
        streamed(&pieces, &json!({})),
        [thought("Let me think."), Part::text("Hi.")]
    );

    let pieces = [
        json!({"reasoning_details": [{"type": "reasoning.encrypted", "index": 0, "data": "gA", "id": null}]}),
        json!({"reasoning_details": [{"type": "reasoning.encrypted", "index": 0, "data": "AA", "id": "rs_1"}]}),
        json!({"content": "Hi."}),
    ];
    let joined = json!([{"type": "reasoning.encrypted", "index": 0, "data": "gAAA", "id": "rs_1"}]);
    let hidden = Signature {
        kind: SignatureKind::Details,
        ..Signature::of_thoughts(joined.to_string())
    };
    let hidden = Part::Thinking {
        text: "".into(),
        signature: Some(hidden),
    };
    assert_eq!(streamed(&pieces, &json!({})), [hidden, Part::text("Hi.")]);
}

#[test]
fn an_answer_that_a_filter_took_away_is_an_empty_refusal() {
    let answer = |reason: &str| json!({"id": "c1", "choices": [{"index": 0, "finish_reason": reason}], "usage": {"prompt_tokens": 7, "completion_tokens": 3}});

    let filtered = answer("content_filter");
    let response = read_response(&filtered, None).unwrap();
    assert_eq!((response.parts.len(), response.stop), (0, Stop::Refusal));
    assert_eq!(response.tokens.map(|tokens| tokens.completion), Some(3));

    assert_eq!(read_response(&answer("stop"), None), Err(NotAnAnswer));
}

#[test]
fn an_object_as_content_is_told_as_its_json() {
    let message = json!({"content": {"name": "Ann", "age": 3}});
    assert_eq!(whole(message, json!({})), [Part::text("{\"name\":\"Ann\",\"age\":3}")]);
}
