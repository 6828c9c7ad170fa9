//! Requests of clients, as they are read.

use super::*;
use crate::wire::neutral::{Choice, Source, Tool};

#[test]
fn a_request_comes_back_as_it_was_read() {
    for case in cases("ask", ".json")
        .into_iter()
        .filter(|case| !case.starts_with("codex"))
    {
        let body = json(&format!("ask/{case}.json"));
        let request = read_request(&body).unwrap();

        let again = write(&request, &openai());

        assert_eq!(read_request(&again).unwrap(), request, "{case}: {again:#}");
    }
}

#[test]
fn the_history_is_gathered_into_turns() {
    let body = json("ask/parallel_tools.json");
    let request = read_request(&body).unwrap();

    let shape: Vec<(Role, usize)> = request.turns.iter().map(|turn| (turn.role, turn.parts.len())).collect();

    assert_eq!(
        shape,
        [(Role::User, 1), (Role::Assistant, 3), (Role::User, 2), (Role::User, 1)]
    );
    assert_eq!(
        (request.choice, request.parallel_tools, request.tools.len()),
        (Some(Choice::Auto), Some(true), 2)
    );
}

#[test]
fn pictures_and_documents_are_borrowed_from_the_body() {
    let body = json("ask/image.json");
    let request = read_request(&body).unwrap();

    let sources = request.turns[0].parts.iter().filter_map(|part| match part {
        Part::Image { source, .. } | Part::File { source, .. } => Some(source),
        _ => None,
    });
    let sources: Vec<_> = sources.collect();
    let borrowed = |source: &&Source<'_>| {
        matches!(
            source,
            Source::Base64 {
                data: std::borrow::Cow::Borrowed(_),
                ..
            }
        )
    };

    assert!(borrowed(&sources[0]) && borrowed(&sources[2]));
    assert_eq!(sources[1], &Source::Url("https://example.com/cat.jpg".into()));
}

#[test]
fn bytes_without_a_head_are_known_by_their_name() {
    let part = json!({"type": "input_file", "filename": "a.CSV", "file_data": "QQ=="});
    let body = json!({"input": [{"role": "user", "content": [part]}]});
    let Part::File { source, name, .. } = read_request(&body).unwrap().turns.remove(0).parts.remove(0) else {
        panic!()
    };

    assert_eq!(
        source,
        Source::Base64 {
            media_type: "text/csv".into(),
            data: "QQ==".into()
        }
    );
    assert_eq!(name.as_deref(), Some("a.CSV"));
}

#[test]
fn tools_of_openai_and_unknown_fields_are_dropped() {
    let body = json!({
        "input": [
            {"role": "user", "content": "x"},
            {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"type": "reasoning", "id": "rs_1", "summary": []},
        ],
        "tools": [{"type": "image_generation"}, {"type": "tool_search"}],
        "background": false, "store": true, "include": ["web_search_call.results"], "top_logprobs": 0, "metadata": {"a": "b"},
        "truncation": "auto", "client_metadata": {}, "something_new": 1, "conversation": null,
    });
    let request = read_request(&body).unwrap();

    let turns = vec![Turn {
        role: Role::User,
        parts: vec![Part::text("x")],
    }];

    assert_eq!(
        request,
        Request {
            turns,
            ..Request::default()
        }
    );
}

#[test]
fn only_allowed_tools_are_left() {
    let function = |name: &str| json!({"type": "function", "name": name, "parameters": {}});
    let mut body = with(
        "tools",
        json!([
            function("a"), function("b"), {"type": "namespace", "name": "g", "description": "G.", "tools": [function("a"), function("c")]},
        ]),
    );
    let names = |body: &Value| -> Vec<(Option<String>, String)> {
        let own = |tool: &Tool<'_>| (tool.namespace.clone().map(Into::into), tool.name.clone().into());
        read_request(body).unwrap().tools.iter().map(own).collect()
    };

    body["tool_choice"] =
        json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "a"}]});

    assert_eq!(names(&body), [(None, "a".to_owned())]);
    assert_eq!(read_request(&body).unwrap().choice, Some(Choice::Any));

    body["tool_choice"]["tools"] = json!([{"type": "namespace", "name": "g"}]);
    assert_eq!(
        names(&body),
        [
            (Some("g".to_owned()), "a".to_owned()),
            (Some("g".to_owned()), "c".to_owned())
        ]
    );

    body["tool_choice"]["tools"] = json!([{"type": "function", "name": "z"}]);
    assert_eq!(read_request(&body).unwrap_err().param, "tool_choice.tools");
}

#[test]
fn instructions_within_the_conversation_stay_there() {
    let body = json!({"instructions": "I.", "input": [
        {"role": "developer", "content": "D."}, {"role": "user", "content": "x"}, {"role": "system", "content": "S."},
    ]});
    let request = read_request(&body).unwrap();

    assert_eq!(request.system, [Part::text("I."), Part::text("D.")]);
    assert_eq!(
        request.turns[1],
        Turn {
            role: Role::System,
            parts: vec![Part::text("S.")]
        }
    );

    let written = write(&request, &openai());
    assert_eq!(written["instructions"], "I.\n\nD.");
    assert_eq!(written["input"][1]["role"], "developer");

    let body = json!({"instructions": "I.", "input": [{"role": "developer", "content": "D."}]});
    let request = read_request(&body).unwrap();
    assert_eq!((request.system.len(), request.turns[0].role), (1, Role::System));
}
