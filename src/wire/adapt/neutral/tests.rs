//! Requests in the neutral form, fitted to models.

use serde_json::json;

use super::*;
use crate::domain::FactsPatch;
use crate::wire::neutral::{Part, Role, ToolCall, ToolResult, Turn};

fn facts(patch: &serde_json::Value) -> Facts {
    let patch: FactsPatch = serde_json::from_value(patch.clone()).unwrap();
    Facts::default().with(&patch)
}

fn fit(request: &mut Request<'_>, facts: &Facts) -> Result<Notes, Untranslatable> {
    fit_request(request, (facts, Protocol::OpenaiChat, "m"), ClientBody(&json!({})))
}

fn call(id: &'static str) -> Part<'static> {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: "f".into(),
        namespace: None,
        arguments: "{}".into(),
        custom: false,
    })
}

fn result(id: &'static str) -> Part<'static> {
    Part::ToolResult(ToolResult {
        id: id.into(),
        parts: vec![Part::text("1")],
        is_error: false,
        cache: None,
    })
}

fn turn(role: Role, parts: Vec<Part<'static>>) -> Turn<'static> {
    Turn { role, parts }
}

fn request(turns: Vec<Turn<'static>>) -> Request<'static> {
    Request {
        turns,
        ..Request::default()
    }
}

#[test]
fn mistral_gets_a_turn_between_a_result_and_the_users_words_and_its_own_ids() {
    let mut request = request(vec![
        turn(Role::Assistant, vec![call("toolu_1")]),
        turn(Role::User, vec![result("toolu_1"), Part::text("Go on")]),
    ]);
    let mistral = facts(
        &json!({"roles": {"order": "no_user_after_tool", "system": "first"}, "ids": {"call": "nine_alphanumeric"}}),
    );

    let notes = fit(&mut request, &mistral).unwrap();

    let roles: Vec<Role> = request.turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Assistant, Role::User, Role::Assistant, Role::User]);
    assert_eq!(request.turns[2].parts, [Part::text("OK.")]);
    let (Part::ToolCall(call), Part::ToolResult(result)) = (&request.turns[0].parts[0], &request.turns[1].parts[0])
    else {
        panic!("{:?}", request.turns);
    };
    assert_eq!((call.id.len(), &call.id), (9, &result.id));
    assert_eq!(notes.to_string(), "call_ids, turn_order");
}

#[test]
fn calls_and_results_that_lost_each_other_are_mended() {
    let mut request = request(vec![
        turn(Role::User, vec![result("gone")]),
        turn(Role::Assistant, vec![call("a"), call("b")]),
        turn(Role::User, vec![result("b"), Part::text("Stop")]),
    ]);

    let notes = fit(&mut request, &facts(&json!({}))).unwrap();

    assert_eq!(request.turns[0].parts, [Part::text("Result of the tool call gone:\n1")]);
    let Part::ToolResult(mended) = &request.turns[2].parts[0] else {
        panic!("{:?}", request.turns);
    };
    assert_eq!(
        (mended.id.as_ref(), &mended.parts[0]),
        ("a", &Part::text("The call was interrupted."))
    );
    assert_eq!(notes.to_string(), "orphans");
}

#[test]
fn instructions_inside_become_the_users_words_where_the_target_takes_none_there() {
    let inside = || {
        vec![
            turn(Role::User, vec![Part::text("Hi")]),
            turn(Role::System, vec![Part::text("Be brief.")]),
        ]
    };

    let mut first = request(inside());
    fit(&mut first, &facts(&json!({"roles": {"system": "first"}}))).unwrap();
    assert_eq!(
        first.turns[1],
        turn(
            Role::User,
            vec![Part::text("<system-reminder>\nBe brief.\n</system-reminder>")]
        )
    );

    let mut anywhere = request(inside());
    let notes = fit(&mut anywhere, &facts(&json!({"roles": {"system": "anywhere"}}))).unwrap();
    assert!(anywhere.turns[1].role == Role::System && notes.is_empty());
}

#[test]
fn turns_are_joined_where_user_and_model_have_to_take_turns() {
    let user = |text: &'static str| turn(Role::User, vec![Part::text(text)]);
    let mut request = request(vec![
        turn(Role::Assistant, vec![Part::text("Hello")]),
        user("a"),
        user("b"),
        turn(Role::Assistant, vec![Part::text("c")]),
    ]);
    let strict = facts(&json!({"roles": {"order": "alternate", "last": "not_assistant"}}));

    let notes = fit(&mut request, &strict).unwrap();

    let roles: Vec<Role> = request.turns.iter().map(|turn| turn.role).collect();
    assert_eq!(
        roles,
        [Role::User, Role::Assistant, Role::User, Role::Assistant, Role::User]
    );
    assert_eq!(request.turns[2].parts, [Part::text("a"), Part::text("b")]);
    assert_eq!(notes.to_string(), "turn_order, prefill");

    let mut marked = request_of_words();
    let notes = fit(&mut marked, &facts(&json!({"prefill": "prefix_flag"}))).unwrap();
    assert_eq!((marked.turns.len(), notes.to_string().as_str()), (2, "prefill"));
}

fn request_of_words() -> Request<'static> {
    request(vec![
        turn(Role::User, vec![Part::text("Tell")]),
        turn(Role::Assistant, vec![Part::text("Once")]),
    ])
}

#[test]
fn a_written_request_gets_the_fields_that_the_facts_add_once() {
    let fireworks = facts(&json!({"adds": {"context_length_exceeded_behavior": "error", "model": "x"}}));
    let written = br#"{"model":"m","messages":[]}"#.to_vec();

    let mut notes = Notes::default();
    let added = add_stated(written.clone(), &fireworks, &mut notes);
    assert_eq!(
        String::from_utf8(added.clone()).unwrap(),
        r#"{"context_length_exceeded_behavior":"error","model":"m","messages":[]}"#
    );
    assert_eq!(notes.to_string(), "added:target_field");
    assert_eq!(add_stated(added.clone(), &fireworks, &mut notes), added);

    let mut notes = Notes::default();
    assert_eq!(add_stated(written.clone(), &Facts::default(), &mut notes), written);
    assert!(notes.is_empty());
}
