//! The items of an answer: several messages, and items that come twice.

use serde_json::json;

use super::*;
use crate::wire::event_stream::{EventWatch, StreamEnd};
use crate::wire::neutral::Stop;

fn message(id: &str, phase: &str, text: &str) -> Value {
    json!({"type": "message", "id": id, "role": "assistant", "status": "completed", "phase": phase,
        "content": [{"type": "output_text", "text": text, "annotations": [{"type": "url_citation", "url": "https://a.example/",
            "title": "A", "start_index": 0, "end_index": 2}]}]})
}

fn two_messages() -> Value {
    json!({"status": "completed", "output": [message("msg_1", "commentary", "I look."), message("msg_2", "final_answer", "{}")]})
}

/// The events of a stream with the pieces of these items, and with `output` at its end.
fn stream_of(items: &[Value], output: &Value) -> String {
    let mut events = vec![json!({"type": "response.created", "response": {}})];
    for (at, item) in items.iter().enumerate() {
        let mut open = item.clone();
        open["content"] = json!([]);
        events.push(json!({"type": "response.output_item.added", "output_index": at, "item": open}));
        events.push(json!({"type": "response.content_part.added", "output_index": at}));
        for piece in item["content"][0]["text"].as_str().unwrap().split_inclusive(' ') {
            events.push(json!({"type": "response.output_text.delta", "output_index": at, "delta": piece}));
        }
        events.push(json!({"type": "response.content_part.done", "output_index": at, "part": item["content"][0]}));
        events.push(json!({"type": "response.output_item.done", "output_index": at, "item": item}));
    }
    events.push(json!({"type": "response.completed", "response": {"status": "completed", "output": output}}));
    events
        .iter()
        .map(|event| format!("event: x\ndata: {event}\n\n"))
        .collect()
}

fn read(stream: &str, commentary: Commentary) -> Response<'static> {
    let (mut reader, mut events) = (ReadEvents::new(commentary), Vec::new());
    for data in data(stream) {
        reader.read(data.as_bytes(), &mut |event| events.push(event.into_owned()));
    }
    fold(&events)
}

#[test]
fn a_blank_line_stands_between_two_messages() {
    let answer = two_messages();
    let whole = read_response(&answer, Commentary::Text).unwrap();
    let texts = whole.parts.iter().map(|part| match part {
        Part::Text { text, citations, .. } => (text.as_ref(), citations[0].span),
        _ => panic!("{part:?}"),
    });
    assert_eq!(
        texts.collect::<Vec<_>>(),
        [("I look.", Some((0, 2))), ("\n\n{}", Some((9, 11)))]
    );

    let output = answer["output"].clone();
    let streamed = stream_of(output.as_array().unwrap(), &output);
    assert_eq!(read(&streamed, Commentary::Text).parts, whole.parts);
}

#[test]
fn a_message_on_the_way_is_thoughts_where_the_answer_is_json() {
    let answer = two_messages();
    let whole = read_response(&answer, Commentary::Thoughts).unwrap();
    let Some([Part::Thinking { text: aside, .. }, Part::Text { text, .. }]) = whole.parts.first_chunk() else {
        panic!("{whole:?}");
    };
    assert_eq!((aside.as_ref(), text.as_ref()), ("I look.", "{}"));

    let output = answer["output"].clone();
    let streamed = stream_of(output.as_array().unwrap(), &output);
    assert_eq!(read(&streamed, Commentary::Thoughts).parts, whole.parts);
}

#[test]
fn items_of_the_whole_answer_are_known_by_their_ids_or_their_places() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "content": [{"type": "reasoning_text", "text": "hm"}]});
    let words = message("msg_1", "final_answer", "Done.");
    let items = [reasoning.clone(), words.clone()];
    let told = read(&stream_of(&items, &json!(items)), Commentary::Text).parts;
    assert_eq!(told.len(), 2);

    let other_ids = [
        json!({"type": "reasoning", "id": "x", "content": [{"type": "reasoning_text", "text": "hm"}]}),
        message("y", "final_answer", "Done."),
    ];
    for output in [json!([words]), json!([words, reasoning]), json!(other_ids), json!([])] {
        assert_eq!(
            read(&stream_of(&items, &output), Commentary::Text).parts,
            told,
            "{output}"
        );
    }

    let call = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "now", "arguments": "null"});
    let more = read(&stream_of(&items, &json!([words, call])), Commentary::Text);
    assert!(
        matches!(more.parts.last(), Some(Part::ToolCall(call)) if call.name == "now"),
        "{more:?}"
    );
    assert_eq!((more.parts.len(), more.stop), (3, Stop::Tools));
}

#[test]
fn arguments_that_are_no_object_are_told_as_one() {
    for (arguments, object) in [
        (json!("null"), "{}"),
        (json!(null), "{}"),
        (json!({"a": 1}), "{\"a\":1}"),
        (json!("ls"), "{\"input\":\"ls\"}"),
    ] {
        let call = json!({"type": "function_call", "call_id": "c", "name": "now", "arguments": arguments});
        let answer = json!({"status": "completed", "output": [call]});
        let response = read_response(&answer, Commentary::Text).unwrap();
        assert!(
            matches!(&response.parts[..], [Part::ToolCall(call)] if call.arguments == object),
            "{response:?}"
        );
    }
}

#[test]
fn what_follows_an_error_event_passes_too() {
    let mut watch = PassthroughWatch::new();
    watch.judge(br#"{"type":"response.output_text.delta","delta":"a"}"#);
    watch.judge(br#"{"type":"error","code":"server_error","message":"Broke."}"#);
    assert_eq!((watch.end(), watch.is_done()), (StreamEnd::Failed, false));

    watch.judge(br#"{"type":"response.failed","response":{"error":{"code":"server_error","message":"Broke."}}}"#);
    assert_eq!((watch.end(), watch.is_done()), (StreamEnd::Failed, true));
}
