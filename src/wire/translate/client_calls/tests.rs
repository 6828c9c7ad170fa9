//! Calls of the client and of the provider, whole and streamed.

use super::*;
use crate::wire::neutral::{Tool, ToolCall, ToolKind};

fn calls() -> ClientCalls {
    let request = Request {
        tools: vec![Tool {
            name: "patch".into(),
            namespace: None,
            description: None,
            kind: ToolKind::Custom { format: None },
            cache: None,
        }],
        ..Request::default()
    };
    ClientCalls::of(&request, &ToolNames::new(&request, 64))
}

fn start(index: usize, name: &'static str, custom: bool) -> Event<'static> {
    Event::ToolStart {
        index,
        id: "c".into(),
        name: name.into(),
        custom,
    }
}

fn arguments(index: usize) -> Event<'static> {
    let text = "x".into();
    Event::ToolArguments { index, text }
}

fn stop(stop: Stop) -> Event<'static> {
    Event::Stop { stop, sequence: None }
}

fn passed(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
    let mut calls = calls();
    let mut passed = Vec::new();
    for event in events {
        calls.pass(event, &mut |event| passed.push(event.into_owned()));
    }
    passed
}

#[test]
fn a_tool_that_the_provider_ran_is_no_call_and_the_answer_just_ends() {
    let words = Event::Text("Done.".into());
    let own = vec![
        start(0, "x_search", true),
        arguments(0),
        Event::PartEnd,
        words.clone(),
        stop(Stop::Tools),
        Event::End,
    ];
    assert_eq!(passed(own), [words, stop(Stop::End), Event::End]);
}

#[test]
fn the_clients_calls_beside_it_keep_their_order() {
    let both = vec![
        start(0, "x_search", true),
        start(1, "patch", true),
        start(2, "read", false),
        arguments(0),
        arguments(1),
        arguments(2),
        Event::PartEnd,
        Event::Text("Done.".into()),
        stop(Stop::Tools),
    ];
    let left = vec![
        start(0, "patch", true),
        start(1, "read", false),
        arguments(0),
        arguments(1),
        Event::PartEnd,
        Event::Text("Done.".into()),
        stop(Stop::Tools),
    ];
    assert_eq!(passed(both), left);
}

#[test]
fn a_call_of_an_unknown_tool_that_nothing_follows_is_told() {
    let call = vec![start(0, "made_up", true), arguments(0), stop(Stop::Tools)];
    let told = vec![start(0, "made_up", true), arguments(0), stop(Stop::Tools)];
    assert_eq!(passed(call), told);
}

#[test]
fn a_whole_answer_loses_the_same_calls() {
    let call = |name: &'static str, custom| {
        Part::ToolCall(ToolCall {
            id: "c".into(),
            name: name.into(),
            namespace: None,
            arguments: "x".into(),
            custom,
        })
    };
    let answer = |parts| Response {
        parts,
        stop: Stop::Tools,
        ..Response::default()
    };

    let mut own = answer(vec![call("x_search", true), Part::text("Done.")]);
    calls().settle(&mut own);
    assert_eq!((own.parts, own.stop), (vec![Part::text("Done.")], Stop::End));

    let mut mixed = answer(vec![
        call("x_search", true),
        call("patch", true),
        Part::text("Done."),
        call("read", false),
        call("made_up", true),
    ]);
    calls().settle(&mut mixed);
    assert_eq!((mixed.parts.len(), mixed.stop), (4, Stop::Tools));

    let mut all = answer(vec![call("x_search", true), Part::text("Done.")]);
    ClientCalls::default().settle(&mut all);
    assert_eq!((all.parts.len(), all.stop), (2, Stop::Tools));
}
