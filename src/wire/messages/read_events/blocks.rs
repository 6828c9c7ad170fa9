//! The blocks of a provider's stream.

use serde_json::Value;

use super::{ReadEvents, unless_empty};
use crate::wire::messages::read_response::{citation, signature_of};
use crate::wire::messages::{forced, read_search};
use crate::wire::neutral::{Citation, Event};

/// A block that has begun.
#[derive(Debug)]
pub(super) enum Open {
    /// Anthropic's citations come before the words that they are for. Other protocols have them after the words.
    Text {
        citations: Vec<Citation<'static>>,
    },
    /// The signature comes at the end, perhaps in pieces.
    Thinking {
        signature: String,
    },
    Redacted,
    Tool {
        index: usize,
        empty: bool,
    },
    /// The tool whose arguments are the answer.
    Forced,
    /// A search that Anthropic makes: its id, and its input.
    Search {
        id: String,
        input: String,
    },
    Unknown,
}

impl Open {
    /// Tells the citations that waited for the words of their block.
    pub(super) fn cite(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if let Self::Text { citations } = self {
            citations.drain(..).map(Event::Citation).for_each(out);
        }
    }
}

impl ReadEvents {
    pub(super) fn block_start(&mut self, index: u64, block: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let text = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
        let open = match text("type") {
            "text" => {
                unless_empty(text("text"), |text| out(Event::Text(text.into())));
                let citations = block.get("citations").and_then(Value::as_array).into_iter().flatten();
                let citations = citations.filter_map(citation).map(Citation::into_owned).collect();
                Open::Text { citations }
            }
            "thinking" => {
                unless_empty(text("thinking"), |text| out(Event::Thinking(text.into())));
                Open::Thinking {
                    signature: text("signature").to_owned(),
                }
            }
            "redacted_thinking" => {
                out(Event::Signature(signature_of(text("data"), true)));
                Open::Redacted
            }
            "tool_use" => self.tool_start(block, out),
            "server_tool_use" if text("name") == "web_search" => {
                if let Some(query) = read_search::query(block) {
                    self.searches.insert(text("id").to_owned(), query.to_owned());
                }
                Open::Search {
                    id: text("id").to_owned(),
                    input: String::new(),
                }
            }
            "web_search_tool_result" => {
                let query = self.searches.remove(text("tool_use_id")).unwrap_or_default();
                out(Event::WebSearch(read_search::result(block, query.into())));
                Open::Unknown
            }
            _ => Open::Unknown,
        };
        self.open.insert(index, open);
    }

    fn tool_start(&mut self, block: &Value, out: &mut dyn FnMut(Event<'_>)) -> Open {
        let text = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
        // Some hosts send the whole input at once.
        let input = match block.get("input") {
            None | Some(Value::Null) => None,
            Some(Value::Object(map)) if map.is_empty() => None,
            Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
            Some(input) => Some(input.to_string()),
        };
        let arguments = input.as_deref().unwrap_or_default();

        if text("name") == forced::NAME {
            unless_empty(arguments, |text| out(Event::Text(text.into())));
            return Open::Forced;
        }

        let index = self.calls;
        self.calls += 1;
        out(Event::ToolStart {
            index,
            id: text("id").into(),
            name: text("name").into(),
            custom: false,
        });
        unless_empty(arguments, |text| {
            let text = text.into();
            out(Event::ToolArguments { index, text });
        });
        Open::Tool {
            index,
            empty: input.is_none(),
        }
    }

    pub(super) fn block_delta(&mut self, index: u64, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let text = |key: &str| delta.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = text("type");
        // Some hosts do not begin a block: its first delta does, if it says the kind.
        let open = self.open.entry(index).or_insert_with(|| match kind {
            "thinking_delta" | "signature_delta" => Open::Thinking {
                signature: String::new(),
            },
            "text_delta" | "citations_delta" => Open::Text { citations: Vec::new() },
            _ => Open::Unknown,
        });

        match (kind, open) {
            ("text_delta", Open::Text { .. }) => unless_empty(text("text"), |text| out(Event::Text(text.into()))),
            ("citations_delta", Open::Text { citations }) => {
                citations.extend(delta.get("citation").and_then(citation).map(Citation::into_owned));
            }
            ("thinking_delta", Open::Thinking { .. }) => {
                unless_empty(text("thinking"), |text| out(Event::Thinking(text.into())));
            }
            ("signature_delta", Open::Thinking { signature }) => signature.push_str(text("signature")),
            ("input_json_delta", Open::Tool { index, empty }) => unless_empty(text("partial_json"), |text| {
                *empty = false;
                out(Event::ToolArguments {
                    index: *index,
                    text: text.into(),
                });
            }),
            ("input_json_delta", Open::Forced) => {
                unless_empty(text("partial_json"), |text| out(Event::Text(text.into())))
            }
            ("input_json_delta", Open::Search { input, .. }) => input.push_str(text("partial_json")),
            _ => {}
        }
    }

    pub(super) fn block_stop(&mut self, index: u64, out: &mut dyn FnMut(Event<'_>)) {
        let mut ended = self.open.remove(&index);
        if let Some(open) = &mut ended {
            open.cite(out);
        }
        match ended {
            None | Some(Open::Unknown) => return,
            Some(Open::Search { id, input }) => {
                let input: Option<Value> = serde_json::from_str(&input).ok();
                let query = input.as_ref().and_then(|input| input.get("query")?.as_str());
                if let Some(query) = query {
                    self.searches.insert(id, query.to_owned());
                }
                return;
            }
            Some(Open::Thinking { signature }) => {
                unless_empty(&signature, |value| out(Event::Signature(signature_of(value, false))));
            }
            Some(Open::Tool { index, empty: true }) => out(Event::ToolArguments {
                index,
                text: "{}".into(),
            }),
            Some(Open::Text { .. } | Open::Redacted | Open::Tool { .. } | Open::Forced) => {}
        }

        out(Event::PartEnd);
    }
}
