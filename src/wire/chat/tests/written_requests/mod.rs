//! Requests, as providers get them.

mod fields;
mod messages;

use serde_json::Value;

use super::*;
use crate::domain::{DeveloperRole, Facts, LimitField, Roles, StrictTools, ThinkingFacts, Tools};
use crate::wire::neutral::{Request, Role, Source, ToolNames, ToolResult, Turn};

fn openai() -> Facts {
    Facts {
        limit_field: LimitField::MaxCompletionTokens,
        openai_fields: true,
        thinking: ThinkingFacts {
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        roles: Roles {
            developer: DeveloperRole::Native,
            ..Roles::default()
        },
        tools: Tools {
            strict: StrictTools::Keep,
            parallel_field: true,
            ..Tools::default()
        },
        ..Facts::default()
    }
}

fn written(request: &Request<'_>, facts: &Facts) -> Value {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    serde_json::from_slice(&write_request(request, "gpt", facts, &names).unwrap()).unwrap()
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
