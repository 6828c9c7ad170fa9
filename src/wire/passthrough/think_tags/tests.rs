//! Thoughts in tags, in streams and whole answers that else stay as they came.

use serde_json::json;

use super::*;
use crate::domain::Protocol;
use crate::wire::passthrough::{PassthroughStyle, stream};

/// The thoughts and the text that a client reads of a stream with these deltas, and the stream itself.
fn streamed(deltas: &[Value], step: usize) -> (String, String, String) {
    let mut sent = String::new();
    for delta in deltas {
        sent.push_str(&format!(
            "data: {}\n\n",
            json!({"model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": null}], "x": 1.5})
        ));
    }
    sent.push_str("data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");

    let style = PassthroughStyle {
        think_tags: true,
        ..PassthroughStyle::new("\"m\"")
    };
    let mut stream = stream(Protocol::OpenaiChat, style);
    let mut out = Vec::new();
    for chunk in sent.as_bytes().chunks(step) {
        stream.push(&Bytes::copy_from_slice(chunk), &mut out).unwrap();
    }
    out.extend(stream.finish());
    assert_eq!(stream.end(), StreamEnd::Complete);

    let told = String::from_utf8(out.concat()).unwrap();
    let (mut thoughts, mut text) = (String::new(), String::new());
    for data in told.split("\n\n").filter_map(|event| event.strip_prefix("data: {")) {
        let chunk: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
        let delta = &chunk["choices"][0]["delta"];
        thoughts.push_str(delta["reasoning_content"].as_str().unwrap_or_default());
        text.push_str(delta["content"].as_str().unwrap_or_default());
    }
    (thoughts, text, if told == sent { "same".into() } else { told })
}

#[test]
fn thoughts_in_tags_move_to_their_own_field_in_a_stream() {
    let pieces = ["<thi", "nk>pl", "an</th", "ink>\n\n", "Hello", " there"];
    let deltas: Vec<_> = pieces.iter().map(|piece| json!({"content": piece})).collect();
    for step in [1, 7, 10_000] {
        let (thoughts, text, told) = streamed(&deltas, step);
        assert_eq!((thoughts.as_str(), text.as_str()), ("plan", "Hello there"), "{told}");
    }
}

#[test]
fn a_stream_without_tags_at_its_start_stays_as_it_is() {
    for deltas in [
        vec![
            json!({"role": "assistant", "content": ""}),
            json!({"content": "The tag <think>x</think>"}),
        ],
        vec![
            json!({"reasoning_content": "hm"}),
            json!({"content": "<think>quoted</think>"}),
        ],
        vec![json!({"tool_calls": [{"index": 0}]}), json!({"content": "<think>"})],
    ] {
        let (_, _, told) = streamed(&deltas, 7);
        assert_eq!(told, "same", "{deltas:?}");
    }
}

#[test]
fn a_stream_that_ends_within_its_thoughts_has_them_all() {
    let (thoughts, text, _) = streamed(&[json!({"content": "<think>cut </thi"})], 7);
    assert_eq!((thoughts.as_str(), text.as_str()), ("cut </thi", ""));
}

#[test]
fn a_whole_answer_changes_only_if_it_has_thoughts_in_tags() {
    let answer = |content: &str| json!({"id": "c", "choices": [{"message": {"content": content}}], "x": 1}).to_string();

    assert_eq!(without_think_tags(answer("Hello").as_bytes()), None);
    assert_eq!(without_think_tags(answer("quotes <think>").as_bytes()), None);
    assert_eq!(
        without_think_tags(answer("<think>plan</think>\n\nHello").as_bytes()),
        Some(
            json!({"id": "c", "choices": [{"message": {"content": "Hello", "reasoning_content": "plan"}}], "x": 1})
                .to_string()
                .into_bytes()
        )
    );
}
