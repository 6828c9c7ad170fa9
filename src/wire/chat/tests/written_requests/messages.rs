//! The messages of a request.

use crate::domain::ThinkingFacts;
use serde_json::json;

use super::*;

#[test]
fn results_follow_their_calls_before_all_other_parts() {
    let request = Request {
        turns: vec![
            turn(Role::User, vec![Part::text("?")]),
            turn(Role::Assistant, vec![Part::text("a"), called("1")]),
            turn(Role::Assistant, vec![called("2")]),
            turn(Role::System, vec![Part::text("be quick")]),
            turn(
                Role::User,
                vec![result("1", vec![Part::text("x"), picture()], false), Part::text("and?")],
            ),
            turn(Role::User, vec![result("2", vec![Part::text("no such file")], true)]),
        ],
        ..Request::default()
    };
    let call = |id: &str| json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});

    assert_eq!(
        written(&request, &Facts::default())["messages"],
        json!([
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": "a", "tool_calls": [call("1"), call("2")]},
            {"role": "tool", "content": "x", "tool_call_id": "1"},
            {"role": "tool", "content": "Error: no such file", "tool_call_id": "2"},
            {"role": "system", "content": "be quick"},
            {"role": "user", "content": [
                {"type": "text", "text": "Shown by the tool in its answer to 1:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "text", "text": "and?"},
            ]},
        ])
    );
}

#[test]
fn thoughts_go_back_in_the_field_that_the_provider_takes() {
    let thought = Part::Thinking {
        text: "hm".into(),
        signature: None,
    };
    let request = Request {
        turns: vec![
            turn(Role::Assistant, vec![thought, Part::text("a")]),
            turn(Role::User, vec![Part::text("?")]),
            turn(Role::Assistant, vec![called("1")]),
        ],
        ..Request::default()
    };
    let back = Facts {
        thinking: ThinkingFacts {
            back_field: Some("reasoning_content".into()),
            ..ThinkingFacts::default()
        },
        ..Facts::default()
    };

    let with = &written(&request, &back)["messages"];

    assert_eq!(
        with[0],
        json!({"role": "assistant", "content": "a", "reasoning_content": "hm"})
    );
    assert_eq!(with[2]["reasoning_content"], "", "lost thoughts are an empty text");

    let without = &written(&request, &Facts::default())["messages"];
    assert_eq!(without[0], json!({"role": "assistant", "content": "a"}));
    assert_eq!(without[2]["content"], "", "some hosts always want a text");
    assert_eq!(written(&request, &openai())["messages"][2]["content"], Value::Null);
}

#[test]
fn refusals_of_the_model_are_text_where_they_have_no_field() {
    let request = Request {
        turns: vec![turn(Role::Assistant, vec![Part::Refusal("no".into())])],
        ..Request::default()
    };

    assert_eq!(
        written(&request, &openai())["messages"][0],
        json!({"role": "assistant", "content": null, "refusal": "no"})
    );
    assert_eq!(
        written(&request, &Facts::default())["messages"][0],
        json!({"role": "assistant", "content": "no"})
    );
}

#[test]
fn documents_and_sounds() {
    let file = |source, name: Option<&'static str>| Part::File {
        source,
        name: name.map(Into::into),
        cache: None,
    };
    let pdf = Source::Base64 {
        media_type: "application/pdf".into(),
        data: "JVBE".into(),
    };
    let audio = Part::Audio {
        data: "UklG".into(),
        format: "wav".into(),
    };
    let parts = vec![
        file(pdf, None),
        file(Source::Text("words".into()), Some("a.txt")),
        audio,
    ];
    let request = |parts| Request {
        turns: vec![turn(Role::User, parts)],
        ..Request::default()
    };

    assert_eq!(
        written(&request(parts), &Facts::default())["messages"][0]["content"],
        json!([
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            {"type": "text", "text": "a.txt:\n\nwords"},
            {"type": "input_audio", "input_audio": {"data": "UklG", "format": "wav"}},
        ])
    );

    let linked = request(vec![file(Source::Url("https://x.org/a.pdf".into()), None)]);
    let refused = write_request(&linked, "gpt", &Facts::default(), &ToolNames::default()).unwrap_err();
    assert!(!refused.invalid && refused.message.contains("documents at an address"));
}

#[test]
fn signatures_of_calls_and_details_go_back_where_they_came_from() {
    let signed = |kind, value: &'static str| Part::Thinking {
        text: "".into(),
        signature: Some(Signature {
            domain: "google".into(),
            kind,
            ..Signature::of_thoughts(value)
        }),
    };
    let parts = vec![
        signed(SignatureKind::Details, "[{\"data\":\"gA\"}]"),
        signed(SignatureKind::Call, "U0lH"),
        called("1"),
        called("2"),
    ];
    let request = Request {
        turns: vec![turn(Role::Assistant, parts)],
        ..Request::default()
    };

    let message = &written(&request, &Facts::default())["messages"][0];

    let calls = message["tool_calls"].as_array().unwrap();
    assert_eq!(
        calls[0]["extra_content"],
        json!({"google": {"thought_signature": "U0lH"}})
    );
    assert_eq!(calls[1].get("extra_content"), None);
    assert_eq!(message["reasoning_details"], json!([{"data": "gA"}]));
}

#[test]
fn thoughts_stand_in_tags_before_the_text_for_a_model_that_wants_them_there() {
    let thought = || Part::Thinking {
        text: "hm".into(),
        signature: None,
    };
    let request = Request {
        turns: vec![
            turn(Role::Assistant, vec![thought(), Part::text("a")]),
            turn(Role::User, vec![Part::text("?")]),
            turn(Role::Assistant, vec![thought(), called("1")]),
        ],
        ..Request::default()
    };
    let mut facts = Facts::default();
    facts.thinking.back_field = Some("content".into());

    let written = written(&request, &facts);

    assert_eq!(
        written["messages"][0],
        json!({"role": "assistant", "content": "<think>\nhm\n</think>\n\na"})
    );
    assert_eq!(written["messages"][2]["content"], "<think>\nhm\n</think>\n\n");
}
