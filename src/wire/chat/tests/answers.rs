//! Whole answers.

use serde_json::{Value, json};

use super::*;
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::wire::neutral::{NotAnAnswer, Request, Stop, Tool, ToolKind, ToolNames};

fn read(text: &'static str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn written(response: &Response<'_>, identity: &ResponseIdentity) -> Value {
    serde_json::from_slice(&write_response(response, identity)).unwrap()
}

#[test]
fn an_answer_and_its_stream_say_the_same() {
    for (name, whole, streamed) in [
        ("plain", fixture!("answer/plain.json"), fixture!("answer/plain.sse")),
        ("tools", fixture!("answer/tools.json"), fixture!("answer/tools.sse")),
        (
            "parallel_tools",
            fixture!("answer/parallel_tools.json"),
            fixture!("answer/parallel_tools.sse"),
        ),
        ("image", fixture!("answer/image.json"), fixture!("answer/image.sse")),
        (
            "thinking",
            fixture!("answer/thinking.json"),
            fixture!("answer/thinking.sse"),
        ),
        (
            "structured_output",
            fixture!("answer/structured_output.json"),
            fixture!("answer/structured_output.sse"),
        ),
        (
            "refusal",
            fixture!("answer/refusal.json"),
            fixture!("answer/refusal.sse"),
        ),
        ("length", fixture!("answer/length.json"), fixture!("answer/length.sse")),
    ] {
        let whole = read(whole);
        let whole = read_response(&whole, None).unwrap();
        let streamed = fold(&events(streamed));

        assert!(streamed.ended && streamed.error.is_none(), "{name}");
        assert_eq!(streamed.response, untold(whole.clone()), "{name}");
        assert!(
            whole
                .tokens
                .is_some_and(|tokens| tokens.reasoning > 0 && tokens.cache_read > 0),
            "{name}"
        );
    }
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
            Ok(untold(Response { id, ..response })),
            "{again}"
        );
    }
}

/// Without how it was served, which neither events nor written answers tell.
fn untold(response: Response<'_>) -> Response<'_> {
    Response {
        service: ServiceReport::default(),
        ..response
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
fn seals_are_packed_beside_their_thoughts_and_come_back() {
    let signature = Signature {
        origin: Protocol::OpenaiResponses,
        value: "gAAA".into(),
        id: Some("rs_1".into()),
        redacted: false,
    };
    let hidden = Signature {
        origin: Protocol::AnthropicMessages,
        value: "Emw".into(),
        id: None,
        redacted: true,
    };
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
fn a_citation_without_a_place_has_that_of_its_text() {
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

    let place = |at: usize| {
        let cited = &answer["choices"][0]["message"]["annotations"][at]["url_citation"];
        (cited["start_index"].as_u64(), cited["end_index"].as_u64())
    };
    assert_eq!((place(0), place(1)), ((Some(4), Some(6)), (Some(1), Some(2))));
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

#[test]
fn providers_that_write_it_their_own_way_are_understood() {
    let response = |message: Value, reason: &str| {
        let answer = json!({"id": "x", "choices": [{"message": message, "finish_reason": reason}]});
        read_response(&answer, None)
            .map(|response| fold(&response.events().into_iter().map(own).collect::<Vec<_>>()).response)
    };
    let call = |id: &'static str, arguments: &'static str| {
        Part::ToolCall(ToolCall {
            id: id.into(),
            name: "f".into(),
            namespace: None,
            arguments: arguments.into(),
            custom: false,
        })
    };

    let ollama = response(
        json!({"content": "", "tool_calls": [{"function": {"name": "f", "arguments": {"a": 1}}}]}),
        "stop",
    )
    .unwrap();
    assert_eq!(
        (ollama.parts, ollama.stop),
        (vec![call("call_x_0", "{\"a\":1}")], Stop::Tools)
    );

    let retired = response(
        json!({"content": null, "function_call": {"name": "f", "arguments": "{}"}}),
        "function_call",
    )
    .unwrap();
    assert_eq!(
        (retired.parts, retired.stop),
        (vec![call("call_x_0", "{}")], Stop::Tools)
    );

    let mistral = json!([
        {"type": "thinking", "thinking": [{"type": "text", "text": "h"}, {"type": "text", "text": "m"}]},
        {"type": "text", "text": "yes"},
    ]);
    let mistral = response(json!({"content": mistral, "tool_calls": null}), "stop").unwrap();
    assert_eq!(
        mistral.parts,
        [
            Part::Thinking {
                text: "hm".into(),
                signature: None
            },
            Part::text("yes")
        ]
    );

    let groq = response(json!({"content": "yes", "reasoning": "hm"}), "eos").unwrap();
    assert_eq!((groq.parts, groq.stop), (mistral.parts, Stop::End));

    let twice = response(
        json!({"content": "yes", "reasoning": "hm", "reasoning_content": "hm"}),
        "stop",
    )
    .unwrap();
    assert_eq!(twice.parts, groq_parts());
}

fn groq_parts() -> Vec<Part<'static>> {
    vec![
        Part::Thinking {
            text: "hm".into(),
            signature: None,
        },
        Part::text("yes"),
    ]
}

#[test]
fn counts_stand_where_the_provider_puts_them() {
    let message = json!({"content": "yes"});
    let moonshot = json!({"choices": [{"message": message, "usage": {"prompt_tokens": 9.0, "completion_tokens": 4, "cached_tokens": 2}}]});
    let none = json!({"choices": [{"message": message}], "usage": null});

    let tokens = Tokens {
        prompt: 9,
        completion: 4,
        cache_read: 2,
        ..Tokens::default()
    };
    assert_eq!(read_response(&moonshot, None).unwrap().tokens, Some(tokens));
    assert_eq!(read_response(&none, None).unwrap().tokens, None);
}

#[test]
fn what_is_no_answer_is_not_taken_for_one() {
    let error = read(fixture!("answer/error.json"));
    for answer in [
        error,
        json!({}),
        json!([]),
        json!({"choices": []}),
        json!({"choices": [{"text": "a completion"}]}),
        json!({"object": "error", "message": "boom"}),
        json!({"choices": [{"message": {"content": "The"}, "finish_reason": "error"}]}),
        json!({"choices": [{"message": {"content": "The"}, "finish_reason": "stop"}], "error": {"message": "boom"}}),
    ] {
        assert_eq!(read_response(&answer, None), Err(NotAnAnswer), "{answer}");
    }
}
