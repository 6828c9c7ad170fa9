//! The items of a request's `input`, gathered into turns.

use super::effort::effort;
use super::{read_content, read_search, read_tools};
use crate::domain::Protocol;
use crate::wire::neutral::{Node, Part, Role, Signature, Thinking, Tool, ToolCall, ToolResult, Turn, Untranslatable};

/// The conversation of a request, with the instructions and tools that stand in it.
#[derive(Default)]
pub(super) struct Input<'a> {
    /// The texts before the conversation.
    pub system: Vec<Part<'a>>,
    /// The number of texts of `system` that are `instructions`, not items of `input`.
    pub instructions: usize,
    pub turns: Vec<Turn<'a>>,
    /// Tools that the items define.
    pub tools: Vec<Tool<'a>>,
    /// The effort of the last item that changes it.
    pub thinking: Option<Thinking>,
}

impl<'a> Input<'a> {
    /// Adds `instructions`, which come before all items.
    pub fn system_text(&mut self, text: &'a str) {
        if !text.is_empty() {
            self.system.push(Part::text(text));
        }
        self.instructions = self.system.len();
    }

    /// Reads `input`: a text, or a list of items.
    pub fn read(&mut self, input: &Node<'a, '_>) -> Result<(), Untranslatable> {
        if let Some(text) = input.value.as_str() {
            self.turns.push(Turn {
                role: Role::User,
                parts: vec![Part::text(text)],
            });
            return Ok(());
        }

        if input.value.as_array().is_none_or(Vec::is_empty) {
            return Err(input.wanted("a string or a list with at least one item"));
        }
        input.list()?.try_for_each(|item| self.item(&item))
    }

    fn item(&mut self, item: &Node<'a, '_>) -> Result<(), Untranslatable> {
        let Some(kind) = item.get("type") else {
            // The type of a message may be left out, and that of a reference too.
            return if item.get("role").is_some() {
                self.message(item)
            } else {
                Err(stored(item))
            };
        };

        match kind.text()? {
            "message" => self.message(item),
            "agent_message" => {
                let parts = read_content::read(&item.need("content")?)?;
                self.turns.push(Turn {
                    role: Role::User,
                    parts,
                });
                Ok(())
            }
            "reasoning" => self.reasoning(item),
            "function_call" => self.call(item, false),
            "custom_tool_call" => self.call(item, true),
            "function_call_output" | "custom_tool_call_output" => self.result(item),
            "additional_tools" | "tool_search_output" => {
                self.tools.extend(read_tools::tools(&item.need("tools")?)?);
                Ok(())
            }
            "configuration_update" => {
                if let Some(reasoning) = item.get("reasoning") {
                    self.thinking = effort(&reasoning)?.or(self.thinking);
                }
                Ok(())
            }
            "web_search_call" => {
                let pages = item.value.get("action").map(read_search::pages).unwrap_or_default();
                let found: Vec<&str> = pages.iter().map(|page| page.url.as_ref()).collect();
                if !found.is_empty() {
                    // Protocols without items join it to the text before and after.
                    self.assistant(vec![Part::text(format!("\n\n{}\n\n", found.join("\n")))]);
                }
                Ok(())
            }
            "tool_search_call" | "mcp_list_tools" => Ok(()),
            "item_reference" => Err(stored(item)),
            "compaction" | "compaction_trigger" => {
                Err(kind.impossible("only OpenAI's own models can read or write a compacted conversation."))
            }
            other => Err(kind.impossible(format!("an item of type '{other}' has no meaning for this model."))),
        }
    }

    fn message(&mut self, item: &Node<'a, '_>) -> Result<(), Untranslatable> {
        let role = item.need("role")?;
        let content = item.need("content")?;
        let parts = read_content::read(&content)?;

        match role.text()? {
            "user" => self.turns.push(Turn {
                role: Role::User,
                parts,
            }),
            "assistant" => self.assistant(parts),
            "developer" | "system" => {
                if !parts.iter().all(|part| matches!(part, Part::Text { .. })) {
                    return Err(content.impossible("instructions are text only."));
                }
                if self.turns.is_empty() {
                    self.system.extend(parts);
                } else {
                    self.turns.push(Turn {
                        role: Role::System,
                        parts,
                    });
                }
            }
            _ => return Err(role.wanted("one of user, assistant, system and developer")),
        }

        Ok(())
    }

    fn reasoning(&mut self, item: &Node<'a, '_>) -> Result<(), Untranslatable> {
        let mut text = texts(item, "content")?;
        if text.is_empty() {
            text = texts(item, "summary")?;
        }

        let mut signature = item
            .text_at("encrypted_content")?
            .and_then(|it| Signature::unpacked(it, Protocol::OpenaiResponses));
        // A packed one brings its own id, if it has one.
        if let Some(signature) = signature.as_mut().filter(|signature| signature.model.is_none()) {
            signature.id = item.text_at("id")?.map(Into::into);
        }

        if !text.is_empty() || signature.is_some() {
            let text = match text.as_slice() {
                [one] => (*one).into(),
                several => several.join("\n\n").into(),
            };
            self.assistant(vec![Part::Thinking { text, signature }]);
        }

        Ok(())
    }

    fn call(&mut self, item: &Node<'a, '_>, custom: bool) -> Result<(), Untranslatable> {
        let arguments = item.need(if custom { "input" } else { "arguments" })?.text()?;
        let call = ToolCall {
            id: item.need("call_id")?.text()?.into(),
            name: item.need("name")?.text()?.into(),
            namespace: item
                .text_at("namespace")?
                .filter(|group| !group.is_empty())
                .map(Into::into),
            arguments: arguments.into(),
            custom,
        };

        self.assistant(vec![Part::ToolCall(call)]);
        Ok(())
    }

    fn result(&mut self, item: &Node<'a, '_>) -> Result<(), Untranslatable> {
        let result = Part::ToolResult(ToolResult {
            id: item.need("call_id")?.text()?.into(),
            parts: read_content::read(&item.need("output")?)?,
            is_error: false,
            cache: None,
        });

        let results = |part: &Part<'_>| matches!(part, Part::ToolResult(_));
        match self.turns.last_mut() {
            Some(turn) if turn.role == Role::User && turn.parts.iter().all(results) => turn.parts.push(result),
            _ => self.turns.push(Turn {
                role: Role::User,
                parts: vec![result],
            }),
        }
        Ok(())
    }

    /// Adds parts to the assistant's turn at the end of the conversation, or begins one.
    fn assistant(&mut self, parts: Vec<Part<'a>>) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == Role::Assistant => turn.parts.extend(parts),
            _ => self.turns.push(Turn {
                role: Role::Assistant,
                parts,
            }),
        }
    }
}

fn stored(item: &Node<'_, '_>) -> Untranslatable {
    item.impossible("the gateway keeps no state between requests; send the item itself.")
}

/// The texts of a list of objects with `text`, without the empty ones.
fn texts<'a>(item: &Node<'a, '_>, key: &str) -> Result<Vec<&'a str>, Untranslatable> {
    let Some(list) = item.get(key) else {
        return Ok(Vec::new());
    };
    let texts: Result<Vec<_>, _> = list.list()?.map(|part| part.need("text")?.text()).collect();
    Ok(texts?.into_iter().filter(|text| !text.is_empty()).collect())
}
