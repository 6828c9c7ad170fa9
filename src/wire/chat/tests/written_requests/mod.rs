//! Requests, as providers get them.

mod fields;
mod messages;

use serde_json::Value;

use super::*;
use crate::wire::neutral::{Capabilities, MaxTokensField, Request, Role, Source, ToolNames, ToolResult, Turn};

fn openai() -> Capabilities {
    Capabilities {
        max_tokens_field: MaxTokensField::MaxCompletionTokens,
        developer_role: true,
        openai_fields: true,
        thinks: Some(true),
        ..Capabilities::default()
    }
}

fn written(request: &Request<'_>, capabilities: &Capabilities) -> Value {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    serde_json::from_slice(&write_request(request, "gpt", capabilities, &names).unwrap()).unwrap()
}

fn turn(role: Role, parts: Vec<Part<'_>>) -> Turn<'_> {
    Turn { role, parts }
}

fn called(id: &'static str) -> Part<'static> {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: "f".into(),
        namespace: None,
        arguments: "{}".into(),
        custom: false,
    })
}

fn result(id: &'static str, parts: Vec<Part<'static>>, is_error: bool) -> Part<'static> {
    Part::ToolResult(ToolResult {
        id: id.into(),
        parts,
        is_error,
        cache: None,
    })
}

fn picture() -> Part<'static> {
    let source = Source::Base64 {
        media_type: "image/png".into(),
        data: "AAAA".into(),
    };
    Part::Image {
        source,
        detail: None,
        cache: None,
    }
}
