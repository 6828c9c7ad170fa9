//! Streams, as clients get them.

use super::streams::{arguments, begins, calls, stops, text};
use super::*;
use crate::domain::{Protocol, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::{Request, Stop, Tool, ToolKind, ToolNames};

#[test]
fn a_stream_is_written_as_openai_writes_it() {
    let tokens = Tokens {
        prompt: 9,
        completion: 5,
        cache_read: 4,
        cache_write: 3,
        reasoning: 2,
        ..Tokens::default()
    };
    let events = [
        begins("msg_1"),
        text("Hi"),
        Event::PartEnd,
        calls(0, "call_1", "f"),
        Event::PartEnd,
        stops(Stop::Tools),
        Event::Usage(tokens),
        Event::End,
    ];
    let head = r#"data: {"id":"chatcmpl-7h3x","object":"chat.completion.chunk","created":1795300000,"model":"fast","choices":["#;
    let chunk = |delta: &str, reason: &str, usage: &str| {
        format!("{head}{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{reason}}}]{usage}}}\n\n")
    };
    let pieces = |usage: &str| {
        [
            chunk(r#"{"role":"assistant","content":""}"#, "null", usage),
            chunk(r#"{"content":"Hi"}"#, "null", usage),
            chunk(r#"{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}"#, "null", usage),
            chunk(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#, "null", usage),
            chunk("{}", "\"tool_calls\"", usage),
        ]
        .concat()
    };
    let usage = r#"],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}"#;

    assert_eq!(
        stream(&events, identity()),
        format!("{}{head}{usage}\n\ndata: [DONE]\n\n", pieces(r#","usage":null"#))
    );

    let identity = ResponseIdentity {
        include_usage: false,
        ..identity()
    };
    assert_eq!(stream(&events, identity), format!("{}data: [DONE]\n\n", pieces("")));
}

#[test]
fn a_failure_reaches_the_client_and_no_end_follows() {
    let error = ApiError::new(Code::ProviderError, "It broke off.");
    let expected = error.chat_event();
    for before in [vec![], vec![begins("x"), text("Hi")]] {
        let mut writer = WriteEvents::new(identity());
        let mut out = Vec::new();
        for event in before {
            writer.write(event, &mut out);
        }
        let length = out.len();

        writer.write(Event::Error(ProviderError::default()), &mut out);
        assert_eq!(out.len(), length, "the caller reports it");
        writer.fail(&error, &mut out);
        writer.fail(&error, &mut out);
        writer.write(Event::End, &mut out);

        assert_eq!(out[length..], *expected.as_bytes());
    }
}

#[test]
fn a_signature_follows_its_thoughts_and_is_read_back() {
    let signature = Signature::of(Protocol::AnthropicMessages, "EqQB", None, false);
    let answer = [
        begins("chatcmpl-7h3x"),
        Event::Thinking("h".into()),
        Event::Thinking("m".into()),
        Event::Signature(signature),
        text("yes"),
        stops(Stop::End),
        Event::End,
    ];

    let stream = stream(&answer, identity());

    let block = r#""thinking_blocks":[{"index":0,"type":"thinking","thinking":"hm","signature":"cm1."#;

    assert!(stream.contains(block), "{stream}");
    assert_eq!(events(&stream), answer);
}

#[test]
fn every_entry_of_a_list_has_its_index() {
    let signature =
        |value: &'static str| Event::Signature(Signature::of(Protocol::AnthropicMessages, value, None, false));
    let cited = || {
        let url = "https://a.example/".into();
        Event::Citation(Citation {
            url,
            title: "A".into(),
            quote: None,
            span: None,
        })
    };

    let stream = stream(
        &[
            begins("x"),
            signature("a"),
            signature("b"),
            text("yes"),
            cited(),
            cited(),
            stops(Stop::End),
            Event::End,
        ],
        identity(),
    );

    for field in ["thinking_blocks", "annotations"] {
        for index in 0..2 {
            assert!(
                stream.contains(&format!(r#""{field}":[{{"index":{index},"#)),
                "{stream}"
            );
        }
    }
}

#[test]
fn free_text_is_unwrapped_when_it_is_complete() {
    let patch = Tool {
        name: "patch".into(),
        namespace: None,
        description: None,
        kind: ToolKind::Custom { format: None },
        cache: None,
    };
    let names = ToolNames::new(
        &Request {
            tools: vec![patch],
            ..Request::default()
        },
        LONGEST_TOOL_NAME,
    );
    let answer = [
        begins("x"),
        calls(0, "call_1", "patch"),
        arguments(0, "{\"input\":\"*** Be"),
        arguments(0, "gin\"}"),
        stops(Stop::Tools),
        Event::End,
    ];

    let again = events(&stream(&answer, ResponseIdentity { names, ..identity() }));

    let start = Event::ToolStart {
        index: 0,
        id: "call_1".into(),
        name: "patch".into(),
        custom: true,
    };

    assert_eq!(again[1..3], [start, arguments(0, "*** Begin")]);
}
