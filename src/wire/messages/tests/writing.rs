//! Helpers that build requests and write them for Anthropic.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::domain::Facts;
use crate::wire::messages::LONGEST_TOOL_NAME;
use crate::wire::messages::write_request::write_request;
use crate::wire::neutral::{
    Part, Request, Role, Tool, ToolCall, ToolKind, ToolNames, ToolResult, Turn, Untranslatable,
};

pub(super) fn written_for(request: &Request<'_>, facts: &Facts) -> Result<Value, Untranslatable> {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    write_request(request, "claude", facts, &names).map(|bytes| serde_json::from_slice(&bytes).unwrap())
}

pub(super) fn written(request: &Request<'_>) -> Value {
    written_for(request, &Facts::default()).unwrap()
}

pub(super) fn turn<'a>(role: Role, parts: Vec<Part<'a>>) -> Turn<'a> {
    Turn { role, parts }
}

pub(super) fn says(role: Role, text: &str) -> Turn<'_> {
    turn(role, vec![Part::text(text)])
}

pub(super) fn asking<'a>(turns: Vec<Turn<'a>>) -> Request<'a> {
    Request {
        turns,
        ..Request::default()
    }
}

pub(super) fn hello() -> Request<'static> {
    asking(vec![says(Role::User, "hi")])
}

pub(super) fn call<'a>(id: &'a str, name: &'a str, arguments: &'a str) -> Part<'a> {
    let (id, name, arguments) = (id.into(), name.into(), arguments.into());
    Part::ToolCall(ToolCall {
        id,
        name,
        namespace: None,
        arguments,
        custom: false,
    })
}

pub(super) fn result<'a>(id: &'a str, text: &'a str) -> Part<'a> {
    Part::ToolResult(ToolResult {
        id: id.into(),
        parts: vec![Part::text(text)],
        is_error: false,
        cache: None,
    })
}

pub(super) fn function<'a>(name: &'a str, parameters: Option<&'a Value>) -> Tool<'a> {
    let kind = ToolKind::Function {
        parameters: parameters.map(Cow::Borrowed),
        strict: Some(true),
    };
    Tool {
        name: name.into(),
        namespace: None,
        description: None,
        kind,
        cache: None,
    }
}

pub(super) fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}
