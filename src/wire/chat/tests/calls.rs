//! Calls, in the ways in which servers number them, or do not.

use serde_json::{Value, json};

use super::*;

/// Two calls: their ids, names and arguments.
type Calls = Vec<(String, String, String)>;

fn told(parts: Vec<Part<'_>>) -> Calls {
    let calls = parts.into_iter().filter_map(|part| match part {
        Part::ToolCall(call) => Some((
            call.id.into_owned(),
            call.name.into_owned(),
            call.arguments.into_owned(),
        )),
        _ => None,
    });
    calls.collect()
}

/// The calls of a stream whose chunks have these lists of calls.
fn streamed(chunks: &[Value]) -> Calls {
    let mut text = String::new();
    for calls in chunks {
        let chunk =
            json!({"id": "c1", "choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": null}]});
        text.push_str(&format!("data: {chunk}\n\n"));
    }
    text.push_str(
        "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
    );
    told(fold(&events(&text)).response.parts)
}

fn whole(calls: &Value) -> Calls {
    let answer = json!({"id": "c1", "choices": [{"index": 0, "message": {"role": "assistant", "tool_calls": calls}, "finish_reason": "stop"}]});
    told(read_response(&answer, None).unwrap().parts.into_iter().collect())
}

fn expected(calls: &[(&str, &str, &str)]) -> Calls {
    let own = |&(id, name, arguments): &(&str, &str, &str)| (id.to_owned(), name.to_owned(), arguments.to_owned());
    calls.iter().map(own).collect()
}

fn call(index: Option<u64>, id: Option<&str>, name: &str, arguments: &str) -> Value {
    let mut call = json!({"type": "function", "function": {"name": name, "arguments": arguments}});
    if let Some(index) = index {
        call["index"] = index.into();
    }
    if let Some(id) = id {
        call["id"] = id.into();
    }
    call
}

#[test]
fn calls_that_share_an_index_or_have_none_are_told_apart() {
    let (a, b) = (r#"{"p":"a"}"#, r#"{"q":"}"}"#);
    let with_ids = expected(&[("call_1", "read", a), ("call_2", "list", b)]);
    let without = expected(&[("call_c1_0", "read", a), ("call_c1_1", "list", b)]);
    let (one, two) = (Some("call_1"), Some("call_2"));

    for (index, ids, expected) in [
        (Some(0), (one, two), &with_ids),
        (None, (one, two), &with_ids),
        (Some(0), (None, None), &without),
        (Some(0), (Some(""), Some("")), &without),
        (None, (None, None), &without),
    ] {
        let (first, second) = (call(index, ids.0, "read", a), call(index, ids.1, "list", b));
        let name = format!("{index:?} {ids:?}");

        assert_eq!(
            &streamed(&[json!([first]), json!([second])]),
            expected,
            "two chunks, {name}"
        );
        assert_eq!(&streamed(&[json!([first, second])]), expected, "one chunk, {name}");
        assert_eq!(&whole(&json!([first, second])), expected, "whole, {name}");
    }
}

#[test]
fn the_same_tool_called_twice_under_one_index_is_two_calls() {
    let both = [
        json!([call(Some(0), None, "read", "{\"p\":1}")]),
        json!([call(Some(0), None, "read", "{\"p\":2}")]),
    ];
    assert_eq!(
        streamed(&both),
        expected(&[("call_c1_0", "read", "{\"p\":1}"), ("call_c1_1", "read", "{\"p\":2}")])
    );
}

#[test]
fn pieces_that_repeat_the_name_or_have_ids_of_their_own_belong_to_one_call() {
    let more = |id: Option<&str>, name: Option<&str>, arguments: &str| {
        let mut call = json!({"index": 0, "function": {"arguments": arguments}});
        if let Some(id) = id {
            call["id"] = id.into();
        }
        if let Some(name) = name {
            call["function"]["name"] = name.into();
        }
        json!([call])
    };
    let one = expected(&[("call_1", "read", "{\"p\":\"a\"}")]);
    let start = json!([call(Some(0), Some("call_1"), "read", "")]);

    for (id, name) in [
        (None, None),
        (Some("call_1"), Some("read")),
        (Some("other"), None),
        (None, Some("read")),
    ] {
        let pieces = [start.clone(), more(id, name, "{\"p\""), more(id, name, ":\"a\"}")];
        assert_eq!(streamed(&pieces), one, "{id:?} {name:?}");
    }

    let repeated = json!([call(Some(0), Some("call_1"), "read", "{\"p\":\"a\"}")]);
    assert_eq!(streamed(&[repeated.clone(), repeated]), one);

    let no_index = [
        json!([call(None, Some("call_1"), "read", "{\"p\"")]),
        json!([{"function": {"arguments": ":\"a\"}"}}]),
    ];
    assert_eq!(streamed(&no_index), one);
}

#[test]
fn an_empty_custom_beside_a_function_is_not_there() {
    let call = json!({"index": 0, "id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{}"},
        "custom": {"name": "", "input": ""}});
    let one = expected(&[("call_1", "read", "{}")]);

    assert_eq!(whole(&json!([call])), one);
    assert_eq!(streamed(&[json!([call])]), one);

    let mut untyped = call.clone();
    untyped.as_object_mut().unwrap().remove("type");
    assert_eq!(whole(&json!([untyped])), one);

    let custom = json!({"index": 0, "id": "call_1", "type": "custom", "custom": {"name": "patch", "input": "*** a"}});
    assert_eq!(whole(&json!([custom])), expected(&[("call_1", "patch", "*** a")]));
    assert_eq!(streamed(&[json!([custom])]), expected(&[("call_1", "patch", "*** a")]));
}

#[test]
fn arguments_that_are_no_object_are_told_as_one() {
    for (arguments, object) in [
        (json!(""), "{}"),
        (json!(null), "{}"),
        (json!("null"), "{}"),
        (json!([]), "{}"),
        (json!({"p": 1}), "{\"p\":1}"),
        (json!("ls"), "{\"input\":\"ls\"}"),
    ] {
        let call = json!({"id": "call_1", "type": "function", "function": {"name": "now", "arguments": arguments}});
        assert_eq!(
            whole(&json!([call])),
            expected(&[("call_1", "now", object)]),
            "{arguments}"
        );
    }
}
