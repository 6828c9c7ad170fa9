//! Whole answers, as clients get them.

use serde_json::{Value, json};

use super::answers::{read, without_service};
use super::*;
use crate::domain::Protocol;
use crate::wire::neutral::{Request, Stop, Tool, ToolKind, ToolNames};

fn written(response: &Response<'_>, identity: &ResponseIdentity) -> Value {
    serde_json::from_slice(&write_response(response, identity)).unwrap()
}

#[test]
fn an_answer_that_is_written_reads_the_same() {
    for text in [
        fixture!("answer/plain.json"),
        fixture!("answer/tools.json"),
        fixture!("answer/parallel_tools.json"),
        fixture!("answer/image.json"),
        fixture!("answer/thinking.json"),
        fixture!("answer/structured_output.json"),
        fixture!("answer/refusal.json"),
        fixture!("answer/length.json"),
    ] {
        let answer = read(text);
        let response = read_response(&answer, None).unwrap();

        let again = written(&response, &identity());

        let id = Some("chatcmpl-7h3x".into());
        assert_eq!(
            read_response(&again, None),
            Ok(without_service(Response { id, ..response })),
            "{again}"
        );
    }
}

#[test]
fn an_answer_is_written_as_openai_writes_it() {
    let answer = read(fixture!("answer/plain.json"));

    let again = written(&read_response(&answer, None).unwrap(), &identity());

    assert_eq!(
        again,
        json!({
            "id": "chatcmpl-7h3x",
            "object": "chat.completion",
            "created": 1_795_300_000,
            "model": "fast",
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": "The capital of France is Paris.", "refusal": null},
                "logprobs": null,
                "finish_reason": "stop"
            }],
            "usage": {
                "prompt_tokens": 1231, "completion_tokens": 47, "total_tokens": 1278,
                "prompt_tokens_details": {"cached_tokens": 1024, "cache_write_tokens": 128},
                "completion_tokens_details": {"reasoning_tokens": 32}
            }
        })
    );
}

#[test]
fn reasons_to_end_are_those_of_chat() {
    let reason = |stop, parts: Vec<Part<'static>>| {
        written(
            &Response {
                stop,
                parts,
                ..Response::default()
            },
            &identity(),
        )["choices"][0]["finish_reason"]
            .clone()
    };
    let call = || {
        Part::ToolCall(ToolCall {
            id: "1".into(),
            name: "f".into(),
            namespace: None,
            arguments: "".into(),
            custom: false,
        })
    };

    assert_eq!(reason(Stop::End, vec![]), "stop");
    assert_eq!(reason(Stop::Sequence, vec![]), "stop");
    assert_eq!(reason(Stop::Length, vec![]), "length");
    assert_eq!(reason(Stop::End, vec![call()]), "tool_calls");
    assert_eq!(reason(Stop::Refusal, vec![Part::text("x")]), "content_filter");
    assert_eq!(reason(Stop::Refusal, vec![Part::Refusal("no".into())]), "stop");
}

#[test]
fn content_is_null_only_beside_calls_and_refusals() {
    let message = |parts: Vec<Part<'static>>| {
        written(
            &Response {
                parts,
                ..Response::default()
            },
            &identity(),
        )["choices"][0]["message"]
            .clone()
    };
    let call = ToolCall {
        id: "1".into(),
        name: "f".into(),
        namespace: None,
        arguments: "".into(),
        custom: false,
    };

    assert_eq!(message(vec![])["content"], "");
    assert_eq!(message(vec![Part::Refusal("no".into())])["content"], Value::Null);

    let called = message(vec![Part::ToolCall(call)]);
    assert_eq!(called["content"], Value::Null);
    assert_eq!(
        called["tool_calls"][0]["function"]["arguments"], "{}",
        "clients parse arguments"
    );
}

#[test]
fn signatures_are_packed_beside_their_thoughts_and_come_back() {
    let signature = Signature::of(Protocol::OpenaiResponses, "gAAA", Some("rs_1"), false);
    let hidden = Signature::of(Protocol::AnthropicMessages, "Emw", None, true);
    let parts = vec![
        Part::Thinking {
            text: "hm".into(),
            signature: Some(signature),
        },
        Part::Thinking {
            text: "".into(),
            signature: Some(hidden),
        },
        Part::text("yes"),
    ];
    let response = Response {
        parts,
        ..Response::default()
    };

    let answer = written(&response, &identity());

    assert_eq!(answer["choices"][0]["message"]["reasoning_content"], "hm");
    assert_eq!(read_response(&answer, None).unwrap().parts, response.parts);

    let body = json!({"messages": [{"role": "user", "content": "?"}, answer["choices"][0]["message"]]});
    assert_eq!(
        read_request(&body).unwrap().turns[1].parts,
        response.parts,
        "the client sends it back"
    );
}

#[test]
fn a_citation_without_a_range_has_that_of_its_text() {
    let cited = |text: &'static str, span| Part::Text {
        text: text.into(),
        citations: vec![Citation {
            url: "https://x.org".into(),
            title: "X".into(),
            quote: None,
            span,
        }],
        cache: None,
    };
    let response = Response {
        parts: vec![Part::text("Für "), cited("éé", None), cited("!", Some((1, 2)))],
        ..Response::default()
    };

    let answer = written(&response, &identity());

    let range = |at: usize| {
        let cited = &answer["choices"][0]["message"]["annotations"][at]["url_citation"];
        (cited["start_index"].as_u64(), cited["end_index"].as_u64())
    };

    assert_eq!((range(0), range(1)), ((Some(4), Some(6)), (Some(1), Some(2))));
}

#[test]
fn calls_have_the_clients_names() {
    let tool = |name: &'static str, kind| Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind,
        cache: None,
    };
    let tools = vec![
        tool(
            "files.read",
            ToolKind::Function {
                parameters: None,
                strict: None,
            },
        ),
        tool("patch", ToolKind::Custom { format: None }),
    ];
    let names = ToolNames::new(
        &Request {
            tools,
            ..Request::default()
        },
        LONGEST_TOOL_NAME,
    );
    let call = |name: &'static str, arguments: &'static str| {
        Part::ToolCall(ToolCall {
            id: "1".into(),
            name: name.into(),
            namespace: None,
            arguments: arguments.into(),
            custom: false,
        })
    };
    let parts = vec![
        call("files_read", "{\"a\":1}"),
        call("patch", "{\"input\":\"*** Begin\"}"),
        call("other", "{}"),
    ];

    let answer = written(
        &Response {
            parts,
            ..Response::default()
        },
        &ResponseIdentity { names, ..identity() },
    );

    assert_eq!(
        answer["choices"][0]["message"]["tool_calls"],
        json!([
            {"id": "1", "type": "function", "function": {"name": "files.read", "arguments": "{\"a\":1}"}},
            {"id": "1", "type": "custom", "custom": {"name": "patch", "input": "*** Begin"}},
            {"id": "1", "type": "function", "function": {"name": "other", "arguments": "{}"}},
        ])
    );
}
