//! Forwarded answers that end at a stop text, whole and streamed.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::wire::passthrough::{PassthroughStyle, stream};

fn stops(texts: &[&str], answers: u64) -> StopCut {
    StopCut {
        texts: StopTexts::new(texts).unwrap(),
        answers,
        prompt_tokens: 70,
    }
}

/// A stream that was read to its end, or until nothing more was wanted.
struct Streamed {
    text: String,
    told: String,
    metered: Metered,
}

fn streamed(protocol: Protocol, cut: StopCut, sent: &str, step: usize) -> Streamed {
    let style = PassthroughStyle {
        stop_cut: Some(cut),
        include_usage: true,
        ..PassthroughStyle::new("\"m\"")
    };
    let mut stream = stream(protocol, style);
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

    let told = String::from_utf8(out.concat()).unwrap();
    let mut text = String::new();
    for event in events(&told) {
        let pieces = [event.pointer("/choices/0/delta/content"), event.pointer("/delta/text")];
        text.extend(pieces.into_iter().flatten().filter_map(Value::as_str));
    }
    Streamed {
        text,
        told,
        metered: stream.metered(),
    }
}

/// The events of a stream that are JSON.
fn events(told: &str) -> Vec<Value> {
    let lines = told.lines().filter_map(|line| line.strip_prefix("data: "));
    lines.filter_map(|data| serde_json::from_str(data).ok()).collect()
}

fn chat_chunk(index: usize, delta: Value) -> String {
    let choice = json!({"index": index, "delta": delta, "logprobs": null, "finish_reason": null});
    let chunk = json!({"id": "c", "created": 1, "model": "theirs", "choices": [choice], "x": 1.5});
    format!("data: {chunk}\n\n")
}

const CHAT_END: &str = "data: {\"id\":\"c\",\"model\":\"theirs\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,\"total_tokens\":14}}\n\ndata: [DONE]\n\n";

fn chat_stream(pieces: &[&str]) -> String {
    let chunks = pieces.iter().map(|piece| chat_chunk(0, json!({"content": piece})));
    chunks.collect::<String>() + CHAT_END
}

fn messages_stream(pieces: &[&str]) -> String {
    let event = |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    let mut sent = event(
        json!({"type": "message_start", "message": {"id": "msg_1", "model": "theirs", "content": [],
        "usage": {"input_tokens": 9, "output_tokens": 1}}}),
    );
    sent += &event(json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}));
    for piece in pieces {
        sent +=
            &event(json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}));
    }
    sent += &event(json!({"type": "content_block_stop", "index": 0}));
    sent += &event(
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": 5}}),
    );
    sent + &event(json!({"type": "message_stop"}))
}

#[test]
fn a_chat_stream_ends_at_a_stop_text_with_usage_and_done() {
    let sent = chat_stream(&["One\n", "Obser", "vation: two", "three"]);

    let cut = streamed(Protocol::OpenaiChat, stops(&["\nObservation:"], 1), &sent, 10_000);

    assert_eq!(cut.text, "One");
    let events = events(&cut.told);
    let last = events
        .iter()
        .rev()
        .find(|event| event["choices"][0].is_object())
        .unwrap();
    assert_eq!(
        (&last["choices"][0]["finish_reason"], &last["x"], &last["model"]),
        (&json!("stop"), &json!(1.5), &json!("m"))
    );
    // 20 bytes of text have come.
    assert_eq!(
        events.last().unwrap()["usage"],
        json!({"prompt_tokens": 70, "completion_tokens": 5, "total_tokens": 75})
    );
    assert!(cut.told.ends_with("data: [DONE]\n\n"));
    assert_eq!(
        (
            cut.metered.tokens,
            cut.metered.text_bytes,
            cut.metered.notes.has(AnswerNote::StopCut)
        ),
        (None, 20, true)
    );
}

#[test]
fn a_messages_stream_ends_at_a_stop_text_and_names_it() {
    let sent = messages_stream(&["One EN", "D two", " three"]);

    let cut = streamed(Protocol::AnthropicMessages, stops(&["END"], 1), &sent, 10_000);

    assert_eq!(cut.text, "One ");
    let events = events(&cut.told);
    let kinds: Vec<_> = events
        .iter()
        .skip(3)
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["content_block_stop", "message_delta", "message_stop"]);
    assert_eq!(
        events[4]["delta"],
        json!({"stop_reason": "stop_sequence", "stop_sequence": "END"})
    );
    // The provider has counted the prompt.
    let tokens = cut.metered.tokens.unwrap();
    assert_eq!((tokens.prompt, tokens.completion), (9, 3));
    assert_eq!(events[4]["usage"], json!({"output_tokens": 3}));
    assert!(cut.told.contains("event: message_delta\n"));
}

#[test]
fn a_stream_without_a_stop_text_stays_as_it_came_byte_for_byte() {
    let chat = chat_stream(&["One", " two", " three"]).replace("theirs", "m");
    let messages = messages_stream(&["One", " two"]).replace("theirs", "m");

    for step in [1, 7, 10_000] {
        let passed = streamed(Protocol::OpenaiChat, stops(&["END"], 1), &chat, step);
        assert_eq!(passed.told, chat);
        assert_eq!(passed.metered.tokens.map(|tokens| tokens.completion), Some(5));
        assert!(!passed.metered.notes.has(AnswerNote::StopCut));
        let passed = streamed(Protocol::AnthropicMessages, stops(&["END"], 1), &messages, step);
        assert_eq!(passed.told, messages);
    }
}

#[test]
fn thoughts_and_arguments_are_not_searched() {
    let call =
        json!({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{\"x\":\"END\"}"}}]});
    let sent = chat_chunk(0, json!({"reasoning_content": "END"})) + &chat_chunk(0, call) + CHAT_END;

    let passed = streamed(Protocol::OpenaiChat, stops(&["END"], 1), &sent, 10_000);

    assert_eq!(passed.told.replace("\"m\"", "\"theirs\""), sent);
}

#[test]
fn text_that_was_held_back_comes_before_the_end_of_its_choice_or_block() {
    for sent in [
        chat_stream(&["One EN"]),
        chat_stream(&["One EN"]).replace(&CHAT_END[..CHAT_END.find("data: [").unwrap()], ""),
    ] {
        let passed = streamed(Protocol::OpenaiChat, stops(&["END"], 1), &sent, 10_000);
        assert_eq!(passed.text, "One EN", "{}", passed.told);
    }

    let passed = streamed(
        Protocol::AnthropicMessages,
        stops(&["END"], 1),
        &messages_stream(&["One EN"]),
        10_000,
    );
    assert_eq!(passed.text, "One EN");
}

#[test]
fn each_choice_ends_at_its_own_stop_text() {
    let choice = |index, text: &str| chat_chunk(index, json!({"content": text}));
    let sent = choice(0, "a END") + &choice(1, "b") + &choice(0, "lost") + &choice(1, "c END") + &choice(1, "lost");

    let cut = streamed(Protocol::OpenaiChat, stops(&["END"], 2), &sent, 10_000);

    let text = |index: u64| -> String {
        let events = events(&cut.told);
        let deltas = events.iter().filter(|event| event["choices"][0]["index"] == index);
        deltas
            .filter_map(|event| event["choices"][0]["delta"]["content"].as_str())
            .collect()
    };
    assert_eq!((text(0), text(1)), ("a ".into(), "bc ".into()));
    assert!(!cut.told.contains("lost"));
    assert!(cut.told.ends_with("data: [DONE]\n\n"));
}

#[test]
fn the_counts_of_a_provider_that_ends_at_the_stop_text_itself_are_waited_for() {
    let last = json!({"id": "c", "choices": [{"index": 0, "delta": {"content": "a END"}, "finish_reason": "stop"}]});
    let usage = &CHAT_END[CHAT_END.find("data: {\"id\":\"c\",\"choices\":[]").unwrap()..];

    let cut = streamed(
        Protocol::OpenaiChat,
        stops(&["END"], 1),
        &format!("data: {last}\n\n{usage}"),
        7,
    );

    assert_eq!(
        (cut.text.as_str(), cut.metered.notes.has(AnswerNote::StopCut)),
        ("a ", true)
    );
    assert_eq!(
        cut.metered.tokens.map(|tokens| (tokens.prompt, tokens.completion)),
        Some((9, 5))
    );
}

#[test]
fn parts_of_a_text_are_searched_as_one() {
    let parts = |text: &str| json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "END"}]}, {"type": "text", "text": text}]});
    let sent = chat_chunk(0, parts("a E")) + &chat_chunk(0, parts("ND b")) + CHAT_END;

    let cut = streamed(Protocol::OpenaiChat, stops(&["END"], 1), &sent, 10_000);

    let texts: Vec<_> = events(&cut.told)
        .iter()
        .filter_map(|event| {
            event
                .pointer("/choices/0/delta/content/1/text")?
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(texts, ["a ", ""]);
}

#[test]
fn a_whole_answer_ends_at_its_first_stop_text() {
    let texts = StopTexts::new(["END"]).unwrap();
    let cut = |protocol, answer: &Value| {
        let cut = cut_answer(protocol, answer.to_string().as_bytes(), &texts);
        cut.map(|cut| serde_json::from_slice::<Value>(&cut).unwrap())
    };

    let chat = |content: Value| {
        json!({"id": "c", "choices": [{"index": 0, "message": {"role": "assistant", "content": content,
            "tool_calls": [{"id": "a"}]}, "finish_reason": "tool_calls", "logprobs": null}], "usage": {"total_tokens": 1}, "x": 1})
    };
    assert_eq!(cut(Protocol::OpenaiChat, &chat(json!("without"))), None);
    let changed = cut(Protocol::OpenaiChat, &chat(json!("a END b"))).unwrap();
    assert_eq!(
        changed["choices"][0]["message"],
        json!({"role": "assistant", "content": "a "})
    );
    assert_eq!(changed["choices"][0]["finish_reason"], "stop");
    assert_eq!(
        (&changed["usage"], &changed["x"]),
        (&json!({"total_tokens": 1}), &json!(1))
    );

    let message = json!({"id": "msg", "content": [{"type": "thinking", "thinking": "END"}, {"type": "text", "text": "ENDa"},
        {"type": "tool_use", "id": "t"}], "stop_reason": "tool_use", "stop_sequence": null, "usage": {"input_tokens": 1}});
    let changed = cut(Protocol::AnthropicMessages, &message).unwrap();
    assert_eq!(changed["content"], json!([{"type": "thinking", "thinking": "END"}]));
    assert_eq!(
        (&changed["stop_reason"], &changed["stop_sequence"]),
        (&json!("stop_sequence"), &json!("END"))
    );
}

proptest! {
    #[test]
    fn a_forwarded_text_is_the_same_whole_and_streamed(
        pieces in prop::collection::vec("[aäb😀]{0,5}", 0..8),
        texts in prop::collection::vec("[aäb😀]{0,4}", 1..4),
        step in 1usize..400,
    ) {
        let Some(found) = StopTexts::new(&texts) else { return Ok(()) };
        let cut = StopCut { texts: found.clone(), answers: 1, prompt_tokens: 0 };
        let whole = pieces.concat();
        let wanted = found.first_in(&whole).map_or(whole.as_str(), |(at, _)| &whole[..at]);
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();

        for (protocol, sent) in [
            (Protocol::OpenaiChat, chat_stream(&pieces)),
            (Protocol::AnthropicMessages, messages_stream(&pieces)),
        ] {
            let streamed = streamed(protocol, cut.clone(), &sent, step);
            prop_assert_eq!(&streamed.text, wanted);
            prop_assert_eq!(streamed.metered.notes.has(AnswerNote::StopCut), found.first_in(&whole).is_some());
        }
    }
}
