//! Translated answers that end at a stop text, whole and streamed.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Facts, Protocol};
use crate::wire::answer_note::AnswerNote;
use crate::wire::event_stream::{EventStream as _, Metered, StreamEnd};
use crate::wire::operation::Operation;
use crate::wire::translate::{Exchange, ResponseStyle, TranslationTarget};

fn exchange(client: Operation, provider: Protocol, stops: &[String]) -> Exchange {
    let mut body = json!({"model": "m", "max_tokens": 9});
    match client {
        Operation::Messages => body["stop_sequences"] = stops.into(),
        _ => body["stop"] = stops.into(),
    }
    match client {
        Operation::Completions => body["prompt"] = "x".into(),
        _ => body["messages"] = json!([{"role": "user", "content": "x"}]),
    }
    let mut facts = Facts::default();
    facts.fields.insert("stop".into(), crate::domain::FieldFact::Refused);
    let target = TranslationTarget {
        model: "their-model",
        facts: &facts,
        asks_usage: true,
        includes_reasoning: None,
    };
    let style = ResponseStyle {
        include_usage: true,
        ..ResponseStyle::default()
    };

    let (exchange, sent) = Exchange::open((client, provider), body.to_string().as_bytes(), target, style).unwrap();
    let sent = String::from_utf8(sent).unwrap();
    assert!(!sent.contains("\"stop"), "{sent}");
    assert_eq!(exchange.notes().to_string(), "stop_cut");
    exchange.prompted(70)
}

/// What a provider of Responses sends of this text.
fn responses_stream(pieces: &[&str]) -> String {
    let mut sent = String::new();
    let mut add = |event: Value| sent.push_str(&format!("data: {event}\n\n"));
    add(json!({"type": "response.created", "response": {"id": "r", "status": "in_progress", "output": []}}));
    add(
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "i", "content": []}}),
    );
    for piece in pieces {
        add(
            json!({"type": "response.output_text.delta", "item_id": "i", "output_index": 0, "content_index": 0, "delta": piece}),
        );
    }
    add(json!({"type": "response.completed", "response": responses_answer(&pieces.concat())}));
    sent
}

fn responses_answer(text: &str) -> Value {
    json!({"id": "r", "object": "response", "status": "completed",
        "output": [{"type": "message", "id": "i", "role": "assistant", "content": [{"type": "output_text", "text": text, "annotations": []}]}],
        "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14}})
}

struct Streamed {
    told: String,
    metered: Metered,
}

fn streamed(exchange: Exchange, sent: &str, step: usize) -> Streamed {
    let mut stream = exchange.stream();
    let mut out = Vec::new();
    for chunk in sent.as_bytes().chunks(step) {
        stream.push(&Bytes::copy_from_slice(chunk), &mut out).unwrap();
        if stream.is_done() {
            break;
        }
    }
    if !stream.is_done() {
        out.extend(stream.finish());
    }
    assert_eq!(stream.end(), StreamEnd::Complete);
    Streamed {
        told: String::from_utf8(out.concat()).unwrap(),
        metered: stream.metered(),
    }
}

fn events(told: &str) -> Vec<Value> {
    let lines = told.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.filter_map(|data| serde_json::from_str(data).ok()).collect()
}

/// The text of a stream of Messages or of chat.
fn text(told: &str) -> String {
    let paths = ["/delta/text", "/choices/0/delta/content", "/choices/0/text"];
    let events = events(told);
    let pieces = events.iter().flat_map(|event| paths.map(|path| event.pointer(path)));
    pieces.flatten().filter_map(Value::as_str).collect()
}

#[test]
fn a_messages_client_reads_its_stop_sequence_from_a_model_that_knows_none() {
    let stops = ["\n\nHuman:".to_owned()];
    let exchange = exchange(Operation::Messages, Protocol::OpenaiResponses, &stops);

    let Streamed { told, metered } = streamed(
        exchange,
        &responses_stream(&["Hi.\n", "\nHu", "man: and", " more"]),
        10_000,
    );

    assert_eq!(text(&told), "Hi.");
    let delta = events(&told)
        .into_iter()
        .find(|event| event["type"] == "message_delta")
        .unwrap();
    assert_eq!(
        delta["delta"],
        json!({"stop_reason": "stop_sequence", "stop_sequence": "\n\nHuman:"})
    );
    // 15 bytes of text have come before the end.
    assert_eq!(
        (&delta["usage"]["input_tokens"], &delta["usage"]["output_tokens"]),
        (&json!(70), &json!(4))
    );
    assert_eq!(
        (
            metered.tokens,
            metered.text_bytes,
            metered.notes.has(AnswerNote::StopCut)
        ),
        (None, 15, true)
    );
}

#[test]
fn chat_and_completions_clients_read_the_usual_end() {
    for client in [Operation::Chat, Operation::Completions] {
        let exchange = exchange(client, Protocol::OpenaiResponses, &["END".to_owned()]);

        let Streamed { told, .. } = streamed(exchange.clone(), &responses_stream(&["a E", "ND b", "c"]), 7);
        assert_eq!(text(&told), "a ");
        let finish = events(&told);
        let finish = finish
            .iter()
            .filter_map(|event| event.pointer("/choices/0/finish_reason")?.as_str());
        assert_eq!(finish.collect::<Vec<_>>(), ["stop"]);
        assert!(told.ends_with("data: [DONE]\n\n"), "{told}");

        let whole = exchange
            .write_response(responses_answer("a END b").to_string().as_bytes())
            .unwrap();
        let answer: Value = serde_json::from_slice(&whole.body).unwrap();
        let told = answer
            .pointer("/choices/0/message/content")
            .or(answer.pointer("/choices/0/text"));
        assert_eq!(told, Some(&json!("a ")));
        assert_eq!(answer["choices"][0]["finish_reason"], "stop");
        // The provider has counted the whole of it.
        assert_eq!(whole.metered.tokens.map(|tokens| tokens.completion), Some(5));
        assert!(whole.metered.notes.has(AnswerNote::StopCut));
    }
}

#[test]
fn a_stream_that_is_gathered_is_read_up_to_the_stop_text_only() {
    let exchange = exchange(Operation::Messages, Protocol::OpenaiResponses, &["END".to_owned()]);
    let mut gathered = exchange.gathered(10_000);

    gathered
        .push(
            &responses_stream(&["a E", "ND b"])
                .split_inclusive("ND b\"")
                .next()
                .unwrap()
                .to_owned()
                .into(),
        )
        .unwrap();
    assert!(!gathered.is_done());
    gathered.push(&Bytes::from_static(b"}\n\n")).unwrap();

    assert!(gathered.is_done());
    assert_eq!(gathered.end(), StreamEnd::Complete);
    let answer = gathered.into_answer();
    let told: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(told["content"], json!([{"type": "text", "text": "a "}]));
    assert_eq!(
        (&told["stop_reason"], &told["stop_sequence"]),
        (&json!("stop_sequence"), &json!("END"))
    );
    assert_eq!(
        (&told["usage"]["input_tokens"], &told["usage"]["output_tokens"]),
        (&json!(70), &json!(2))
    );
    assert_eq!(
        (
            answer.metered.tokens,
            answer.metered.text_bytes,
            answer.metered.notes.has(AnswerNote::StopCut)
        ),
        (None, 7, true)
    );
}

#[test]
fn a_whole_answer_becomes_a_stream_that_ends_at_the_stop_text() {
    let exchange = exchange(Operation::Messages, Protocol::OpenaiResponses, &["END".to_owned()]);

    let (stream, told) = exchange
        .answer_as_stream(responses_answer("a END b").to_string().as_bytes())
        .unwrap();

    let told = String::from_utf8(told.to_vec()).unwrap();
    assert_eq!(text(&told), "a ");
    assert!(told.contains("\"stop_sequence\":\"END\""), "{told}");
    assert!(stream.metered().notes.has(AnswerNote::StopCut));
    assert_eq!(stream.metered().tokens.map(|tokens| tokens.completion), Some(5));
}

#[test]
fn citations_stay_with_the_text_that_is_left() {
    let cite = |span| Citation {
        url: "https://example.com".into(),
        title: "".into(),
        quote: None,
        span,
    };
    let part = Part::Text {
        text: "a END b".into(),
        citations: vec![cite(Some((0, 1))), cite(Some((6, 7))), cite(None)],
        cache: None,
    };
    let mut response = Response {
        parts: vec![part, Part::text("lost")],
        ..Response::default()
    };

    assert!(cut(&mut response, &StopTexts::new(["END"]).unwrap()));

    let kept = Part::Text {
        text: "a ".into(),
        citations: vec![cite(Some((0, 1))), cite(None)],
        cache: None,
    };
    assert_eq!(response.parts, [kept]);
}

#[test]
fn thoughts_and_arguments_are_not_searched() {
    let mut cut = StopCut::new(Stops {
        texts: StopTexts::new(["END"]),
        prompt_tokens: 0,
    });
    let events = [
        Event::Thinking("END".into()),
        Event::Text("a E".into()),
        Event::ToolArguments {
            index: 0,
            text: "END".into(),
        },
        Event::Text("ND".into()),
        Event::End,
    ];

    let mut told = Vec::new();
    for event in events.clone() {
        cut.pass(event, &mut |event| told.push(event.into_owned()));
    }

    let text: String = told
        .iter()
        .filter_map(|event| match event {
            Event::Text(text) => Some(text.as_ref()),
            _ => None,
        })
        .collect();
    assert_eq!((text.as_str(), told.len(), cut.has_cut()), ("a END", 6, false));
}

proptest! {
    #[test]
    fn a_translated_text_is_the_same_whole_and_streamed(
        pieces in prop::collection::vec("[aäb😀]{0,5}", 1..8),
        texts in prop::collection::vec("[aäb😀]{1,4}", 1..4),
        step in 1usize..400,
    ) {
        let whole = pieces.concat();
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let found = StopTexts::new(&texts).unwrap();
        let wanted = found.first_in(&whole).map_or(whole.as_str(), |(at, _)| &whole[..at]);
        let exchange = exchange(Operation::Chat, Protocol::OpenaiResponses, &texts);

        let answer = exchange.write_response(responses_answer(&whole).to_string().as_bytes()).unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        prop_assert_eq!(answer["choices"][0]["message"]["content"].as_str().unwrap_or_default(), wanted);

        let streamed = streamed(exchange, &responses_stream(&pieces), step);
        prop_assert_eq!(text(&streamed.told), wanted);
        prop_assert_eq!(streamed.metered.notes.has(AnswerNote::StopCut), found.first_in(&whole).is_some());
    }
}
