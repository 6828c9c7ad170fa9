//! The turns of a conversation as items of `input`.

mod content;

use std::borrow::Cow;
use std::collections::HashSet;

use serde::Serialize;

use self::content::{Content, Output, output};
use super::text_format::short;
use crate::wire::neutral::{Part, Role, Signature, ToolCall, ToolNames, ToolResult, Turn, Untranslatable};
use crate::wire::responses::free_text;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Message {
        role: &'static str,
        content: Vec<Content<'a>>,
    },
    Reasoning {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        summary: Vec<Content<'a>>,
        encrypted_content: &'a str,
    },
    FunctionCall {
        call_id: Cow<'a, str>,
        name: &'a str,
        arguments: Cow<'a, str>,
    },
    FunctionCallOutput {
        call_id: Cow<'a, str>,
        output: Output<'a>,
    },
    CustomToolCall {
        call_id: Cow<'a, str>,
        name: &'a str,
        input: &'a str,
    },
    CustomToolCallOutput {
        call_id: Cow<'a, str>,
        output: Output<'a>,
    },
}

/// Writes the items of a conversation. `custom`: the server knows tools with free text.
pub(super) fn items<'a>(
    turns: &'a [Turn<'a>],
    names: &'a ToolNames,
    custom: bool,
) -> Result<Vec<Item<'a>>, Untranslatable> {
    let mut items = Items {
        names,
        knows_custom: custom,
        custom: HashSet::new(),
        written: Vec::new(),
    };

    turns.iter().try_for_each(|turn| items.turn(turn))?;
    Ok(items.written)
}

struct Items<'a> {
    names: &'a ToolNames,
    knows_custom: bool,
    /// The ids of calls with free text, whose results have a type of their own.
    custom: HashSet<&'a str>,
    written: Vec<Item<'a>>,
}

impl<'a> Items<'a> {
    fn turn(&mut self, turn: &'a Turn<'a>) -> Result<(), Untranslatable> {
        let (role, assistant) = match turn.role {
            Role::User => ("user", false),
            Role::Assistant => ("assistant", true),
            Role::System => ("developer", false),
        };

        let mut content = Vec::new();
        for part in &turn.parts {
            let item = match part {
                Part::Thinking { text, signature } => {
                    let Some(item) = reasoning(text, signature.as_ref()) else {
                        continue;
                    };
                    item
                }
                Part::ToolCall(call) => self.call(call),
                Part::ToolResult(result) => self.result(result)?,
                other => {
                    content.extend(self::content::content(other, assistant)?);
                    continue;
                }
            };
            self.message(role, &mut content);
            self.written.push(item);
        }

        self.message(role, &mut content);
        Ok(())
    }

    fn call(&mut self, call: &'a ToolCall<'a>) -> Item<'a> {
        let name = self.names.provider(call.namespace.as_deref(), &call.name);
        let call_id = short(&call.id);
        if call.custom && self.knows_custom {
            self.custom.insert(&call.id);
            return Item::CustomToolCall {
                call_id,
                name,
                input: &call.arguments,
            };
        }

        let arguments = match call.arguments.as_ref() {
            text if call.custom => free_text::wrapped(text).into(),
            "" => "{}".into(),
            text => text.into(),
        };

        Item::FunctionCall {
            call_id,
            name,
            arguments,
        }
    }

    fn result(&self, result: &'a ToolResult<'a>) -> Result<Item<'a>, Untranslatable> {
        let (call_id, output) = (short(&result.id), output(result)?);
        Ok(if self.custom.contains(result.id.as_ref()) {
            Item::CustomToolCallOutput { call_id, output }
        } else {
            Item::FunctionCallOutput { call_id, output }
        })
    }

    fn message(&mut self, role: &'static str, content: &mut Vec<Content<'a>>) {
        if !content.is_empty() {
            self.written.push(Item::Message {
                role,
                content: std::mem::take(content),
            });
        }
    }
}

/// Thoughts with a signature, of which the request has only those that the target reads. `None` for all others.
fn reasoning<'a>(text: &'a str, signature: Option<&'a Signature<'_>>) -> Option<Item<'a>> {
    let signature = signature?;
    let summary = if text.is_empty() {
        Vec::new()
    } else {
        vec![Content::SummaryText { text }]
    };
    Some(Item::Reasoning {
        id: signature.id.as_deref(),
        summary,
        encrypted_content: &signature.value,
    })
}
