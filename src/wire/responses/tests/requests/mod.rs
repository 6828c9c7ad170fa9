//! Requests: those of clients as they are read, and those for providers as they are written.

mod read;
mod refused;
mod thoughts;
mod written;

use serde_json::json;

use super::*;
use crate::domain::{Facts, ThinkingFacts, Tools};
use crate::wire::neutral::{Request, Role, Thinking, ToolNames, Turn};

fn openai() -> Facts {
    Facts {
        openai_fields: true,
        thinking: ThinkingFacts {
            thinks: Some(true),
            ..ThinkingFacts::default()
        },
        tools: Tools {
            custom: true,
            ..Tools::default()
        },
        ..Facts::default()
    }
}

fn write(request: &Request<'_>, facts: &Facts) -> Value {
    let names = ToolNames::new(request, LONGEST_TOOL_NAME);
    serde_json::from_slice(&write_request(request, "gpt-6-astra", facts, &names).unwrap()).unwrap()
}

fn with(field: &str, value: Value) -> Value {
    let mut body = json!({"model": "m", "input": "x"});
    body[field] = value;
    body
}
