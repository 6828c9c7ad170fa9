//! Streams, as providers send them.

use super::*;
use crate::domain::Tokens;
use crate::wire::event_stream::{EventWatch, StreamEnd};
use crate::wire::neutral::Stop;

pub(super) fn text(text: &'static str) -> Event<'static> {
    Event::Text(text.into())
}

pub(super) fn begins(id: &'static str) -> Event<'static> {
    Event::Start {
        id: Some(id.into()),
        tokens: None,
    }
}

pub(super) fn calls(index: usize, id: &'static str, name: &'static str) -> Event<'static> {
    Event::ToolStart {
        index,
        id: id.into(),
        name: name.into(),
        custom: false,
    }
}

pub(super) fn arguments(index: usize, text: &'static str) -> Event<'static> {
    Event::ToolArguments {
        index,
        text: text.into(),
    }
}

pub(super) fn stops(stop: Stop) -> Event<'static> {
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
        let mut passing = PassthroughWatch::new(true, None);
        let chunk = Bytes::from_static(stream.as_bytes());
        EventReader::default()
            .push(&chunk, |data| passing.judge(data), |_| {})
            .unwrap();
        let read = fold(&events(stream));

        assert_eq!(
            (passing.end(), passing.metered().tokens),
            (ending, read.response.tokens),
            "{stream}"
        );
        assert_eq!(passing.is_done(), read.ended, "{stream}");
    }
}

#[test]
fn a_failure_in_the_middle_ends_the_stream() {
    let error = ProviderError {
        message: Some("The server is overloaded. Please try again later.".into()),
        kind: Some("server_error".into()),
        param: None,
        code: Some("server_overloaded".into()),
        ..ProviderError::default()
    };
    let failed = [
        begins("chatcmpl-Berr1"),
        text("The capital"),
        text(" of"),
        Event::Error(error),
    ];

    assert_eq!(events(fixture!("answer/error.sse")), failed);

    let more = fixture!("answer/error.sse").to_owned() + fixture!("answer/plain.sse");
    assert_eq!(events(&more), failed, "nothing follows");

    let finish = "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\",\"error\":{\"message\":\"boom\"}}]}\n\n";
    let Some(Event::Error(error)) = events(finish).pop() else {
        panic!("OpenRouter ends so")
    };

    assert_eq!(error.message.as_deref(), Some("boom"));

    let mistral = "data: {\"object\":\"error\",\"message\":\"boom\",\"type\":\"x\",\"code\":\"1\"}\n\n";
    let [Event::Error(error)] = &events(mistral)[..] else {
        panic!("Mistral fails so")
    };

    assert_eq!(error.message.as_deref(), Some("boom"));
}

#[test]
fn only_the_provider_ends_a_stream() {
    let chunk = "data: {\"id\":\"x\",\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n";
    let last = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n";
    let done = "data: [DONE]\n\n";
    let ended = |stop| vec![begins("x"), text("Hi"), stops(stop), Event::End];

    assert_eq!(events(chunk), [begins("x"), text("Hi")], "it broke off");
    assert_eq!(
        events(&[chunk, last].concat()),
        ended(Stop::Length),
        "some never send [DONE]"
    );
    assert_eq!(
        events(&[chunk, done].concat()),
        ended(Stop::End),
        "some never send a reason"
    );
    assert_eq!(events(&[chunk, last, done, done, chunk].concat()), ended(Stop::Length));
    assert_eq!(events(done), [], "nothing is no answer");
}

#[test]
fn garbage_is_skipped() {
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
