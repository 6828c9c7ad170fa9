//! Streams, as providers send them and as clients get them.

use super::*;
use crate::domain::{Protocol, Tokens};
use crate::wire::error::{ApiError, Code};
use crate::wire::event_stream::{StreamEnd, Watch};
use crate::wire::neutral::{Request, Stop, Tool, ToolKind, ToolNames};

fn text(text: &'static str) -> Event<'static> {
    Event::Text(text.into())
}

fn begins(id: &'static str) -> Event<'static> {
    Event::Start {
        id: Some(id.into()),
        tokens: None,
    }
}

fn calls(index: usize, id: &'static str, name: &'static str) -> Event<'static> {
    Event::ToolStart {
        index,
        id: id.into(),
        name: name.into(),
        custom: false,
    }
}

fn arguments(index: usize, text: &'static str) -> Event<'static> {
    Event::ToolArguments {
        index,
        text: text.into(),
    }
}

fn stops(stop: Stop) -> Event<'static> {
    Event::Stop { stop, sequence: None }
}

#[test]
fn calls_that_come_by_turns_are_told_apart() {
    let tokens = Tokens {
        prompt: 1711,
        completion: 83,
        cache_read: 1664,
        cache_write: 17,
        reasoning: 24,
        ..Tokens::default()
    };
    assert_eq!(
        events(fixture!("answer/parallel_tools.sse")),
        [
            begins("chatcmpl-Bpar1"),
            text("I look at "),
            text("both."),
            calls(0, "call_L1", "get_weather"),
            calls(1, "call_N2", "now"),
            arguments(0, "{\"city\""),
            arguments(1, "{"),
            arguments(0, ":\"Lisbon\"}"),
            arguments(1, "}"),
            Event::Usage(tokens),
            stops(Stop::Tools),
            Event::End,
        ]
    );
}

#[test]
fn thoughts_come_before_the_text_and_usage_with_the_last_piece() {
    let events = events(fixture!("answer/thinking.sse"));

    assert!(
        matches!(
            &events[1..4],
            [Event::Thinking(_), Event::Thinking(_), Event::Thinking(_)]
        ),
        "{events:?}"
    );
    let tokens = Tokens {
        prompt: 404,
        completion: 133,
        cache_read: 320,
        reasoning: 97,
        ..Tokens::default()
    };
    assert_eq!(
        events[4..],
        [
            text("Yes, 97"),
            text(" is prime."),
            Event::Usage(tokens),
            stops(Stop::End),
            Event::End
        ]
    );
}

#[test]
fn a_stream_that_passes_is_understood_like_one_that_is_read() {
    for (stream, ending) in [
        (fixture!("answer/plain.sse"), StreamEnd::Complete),
        (fixture!("answer/tools.sse"), StreamEnd::Complete),
        (fixture!("answer/parallel_tools.sse"), StreamEnd::Complete),
        (fixture!("answer/image.sse"), StreamEnd::Complete),
        (fixture!("answer/thinking.sse"), StreamEnd::Complete),
        (fixture!("answer/structured_output.sse"), StreamEnd::Complete),
        (fixture!("answer/refusal.sse"), StreamEnd::Complete),
        (fixture!("answer/length.sse"), StreamEnd::Complete),
        (fixture!("answer/error.sse"), StreamEnd::Failed),
    ] {
        let mut passing = Passing::new(true, None);
        let chunk = Bytes::from_static(stream.as_bytes());
        EventReader::default()
            .push(&chunk, |data| passing.judge(data), |_| {})
            .unwrap();

        let read = fold(&events(stream));
        assert_eq!(
            (passing.ending(), passing.tokens()),
            (ending, read.response.tokens),
            "{stream}"
        );
        assert_eq!(passing.is_done(), read.ended, "{stream}");
    }
}

#[test]
fn a_failure_in_the_middle_ends_the_stream() {
    let told = ProviderError {
        message: Some("The server is overloaded. Please try again later.".into()),
        kind: Some("server_error".into()),
        param: None,
        code: Some("server_overloaded".into()),
    };
    let failed = [
        begins("chatcmpl-Berr1"),
        text("The capital"),
        text(" of"),
        Event::Error(told),
    ];
    assert_eq!(events(fixture!("answer/error.sse")), failed);
    let more = fixture!("answer/error.sse").to_owned() + fixture!("answer/plain.sse");
    assert_eq!(events(&more), failed, "nothing follows");

    let finish = "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\",\"error\":{\"message\":\"boom\"}}]}\n\n";
    let Some(Event::Error(told)) = events(finish).pop() else {
        panic!("OpenRouter ends so")
    };
    assert_eq!(told.message.as_deref(), Some("boom"));

    let mistral = "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"x\",\"code\":\"1\"}\n\n";
    let [Event::Error(told)] = &events(mistral)[..] else {
        panic!("Mistral fails so")
    };
    assert_eq!(told.message.as_deref(), Some("boom"));
}

#[test]
fn only_what_the_provider_ended_ends() {
    let chunk = "data: {\"id\":\"x\",\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n";
    let last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n";
    let done = "data: [DONE]\n\n";
    let ended = |stop| vec![begins("x"), text("Hi"), stops(stop), Event::End];

    assert_eq!(events(chunk), [begins("x"), text("Hi")], "it broke off");
    assert_eq!(
        events(&[chunk, last].concat()),
        ended(Stop::Length),
        "some never say that it is done"
    );
    assert_eq!(events(&[chunk, done].concat()), ended(Stop::End), "some never say why");
    assert_eq!(events(&[chunk, last, done, done, chunk].concat()), ended(Stop::Length));
    assert_eq!(events(done), [], "nothing is no answer");
}

#[test]
fn garbage_is_passed_over() {
    let garbage = "data: {\"choices\":[{\"del\n\ndata: 7\n\ndata: [1]\n\ndata: \"x\"\n\ndata:\n\ndata: {}\n\n\
                   data: {\"choices\":[{}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":7,\"tool_calls\":[1,{}]}}]}\n\n";

    assert_eq!(events(garbage), [Event::Start { id: None, tokens: None }]);
}

#[test]
fn calls_without_an_index_or_an_id_are_told_apart() {
    let call = |name: &str| format!("{{\"function\":{{\"name\":\"{name}\",\"arguments\":\"{{}}\"}},\"id\":\"\"}}");
    let chunk = format!(
        "data: {{\"id\":\"g/1\",\"choices\":[{{\"delta\":{{\"tool_calls\":[{},{}]}}}}]}}\n\n",
        call("a"),
        call("b")
    );
    let end = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";

    assert_eq!(
        events(&(chunk + end))[1..],
        [
            calls(0, "call_g1_0", "a"),
            arguments(0, "{}"),
            calls(1, "call_g1_1", "b"),
            arguments(1, "{}"),
            stops(Stop::Tools),
            Event::End
        ]
    );

    let one = |id: &str| {
        format!(
            "data: {{\"choices\":[{{\"delta\":{{\"tool_calls\":[{{\"id\":\"{id}\",\"function\":{{\"name\":\"f\",\"arguments\":\"{{}}\"}}}}]}}}}]}}\n\n"
        )
    };
    assert_eq!(
        events(&(one("1") + &one("2")))[1..],
        [
            calls(0, "1", "f"),
            arguments(0, "{}"),
            calls(1, "2", "f"),
            arguments(1, "{}")
        ]
    );
}

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
fn a_failure_is_told_and_nothing_is_closed() {
    let error = ApiError::new(Code::ProviderError, "It broke off.");
    let told = error.chat_event();
    for before in [vec![], vec![begins("x"), text("Hi")]] {
        let mut writer = WriteEvents::new(identity());
        let mut out = Vec::new();
        for event in before {
            writer.write(event, &mut out);
        }
        let length = out.len();

        writer.write(Event::Error(ProviderError::default()), &mut out);
        assert_eq!(out.len(), length, "the caller tells it");
        writer.fail(&error, &mut out);
        writer.fail(&error, &mut out);
        writer.write(Event::End, &mut out);

        assert_eq!(out[length..], *told.as_bytes());
    }
}

#[test]
fn a_seal_follows_its_thoughts_and_is_read_back() {
    let signature = Signature {
        origin: Protocol::AnthropicMessages,
        value: "EqQB".into(),
        id: None,
        redacted: false,
    };
    let said = [
        begins("chatcmpl-7h3x"),
        Event::Thinking("h".into()),
        Event::Thinking("m".into()),
        Event::Signature(signature),
        text("yes"),
        stops(Stop::End),
        Event::End,
    ];

    let stream = stream(&said, identity());

    let block = r#""thinking_blocks":[{"index":0,"type":"thinking","thinking":"hm","signature":"cm1."#;
    assert!(stream.contains(block), "{stream}");
    assert_eq!(events(&stream), said);
}

#[test]
fn every_entry_of_a_list_has_its_place_as_accumulators_ask_for() {
    let signature = |value: &'static str| {
        Event::Signature(Signature {
            origin: Protocol::AnthropicMessages,
            value: value.into(),
            id: None,
            redacted: false,
        })
    };
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
fn free_text_is_unwrapped_when_it_is_whole() {
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
    let said = [
        begins("x"),
        calls(0, "call_1", "patch"),
        arguments(0, "{\"input\":\"*** Be"),
        arguments(0, "gin\"}"),
        stops(Stop::Tools),
        Event::End,
    ];

    let again = events(&stream(&said, ResponseIdentity { names, ..identity() }));

    let start = Event::ToolStart {
        index: 0,
        id: "call_1".into(),
        name: "patch".into(),
        custom: true,
    };
    assert_eq!(again[1..3], [start, arguments(0, "*** Begin")]);
}
