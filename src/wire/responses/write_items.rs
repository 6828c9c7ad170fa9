//! The turns of a conversation as items of `input`.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Serialize, Serializer};

use super::text_format::short;
use crate::domain::Protocol;
use crate::wire::neutral::{Part, Role, Source, ToolNames, ToolResult, Turn, Untranslatable};

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
        arguments: &'a str,
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

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Output<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Content<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    InputText {
        text: Cow<'a, str>,
    },
    OutputText {
        text: &'a str,
    },
    SummaryText {
        text: &'a str,
    },
    Refusal {
        refusal: &'a str,
    },
    InputImage {
        image_url: Address<'a>,
        detail: &'a str,
    },
    InputFile {
        #[serde(skip_serializing_if = "Option::is_none")]
        filename: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_data: Option<Address<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_url: Option<&'a str>,
    },
    InputAudio {
        input_audio: Audio<'a>,
    },
}

#[derive(Serialize)]
pub(super) struct Audio<'a> {
    data: &'a str,
    format: &'a str,
}

/// A URL, or bytes as a data URL: written piece by piece, since they may be megabytes.
pub(super) enum Address<'a> {
    Url(&'a str),
    Data { media_type: &'a str, data: &'a str },
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Url(url) => serializer.serialize_str(url),
            Self::Data { media_type, data } => serializer.collect_str(&format_args!("data:{media_type};base64,{data}")),
        }
    }
}

/// The items of a conversation.
pub(super) fn items<'a>(turns: &'a [Turn<'a>], names: &'a ToolNames) -> Result<Vec<Item<'a>>, Untranslatable> {
    let mut items = Items {
        names,
        custom: HashSet::new(),
        written: Vec::new(),
    };
    turns.iter().try_for_each(|turn| items.turn(turn))?;
    Ok(items.written)
}

struct Items<'a> {
    names: &'a ToolNames,
    /// The ids of calls with free text, whose results are called otherwise too.
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
                    let own = signature
                        .as_ref()
                        .filter(|signature| signature.origin == Protocol::OpenaiResponses);
                    let Some(signature) = own else { continue };
                    let summary = if text.is_empty() {
                        Vec::new()
                    } else {
                        vec![Content::SummaryText { text }]
                    };
                    Item::Reasoning {
                        id: signature.id.as_deref(),
                        summary,
                        encrypted_content: &signature.value,
                    }
                }
                Part::ToolCall(call) => {
                    let name = self.names.provider(call.namespace.as_deref(), &call.name);
                    let call_id = short(&call.id);
                    if call.custom {
                        self.custom.insert(&call.id);
                        Item::CustomToolCall {
                            call_id,
                            name,
                            input: &call.arguments,
                        }
                    } else {
                        let arguments = if call.arguments.is_empty() {
                            "{}"
                        } else {
                            &call.arguments
                        };
                        Item::FunctionCall {
                            call_id,
                            name,
                            arguments,
                        }
                    }
                }
                Part::ToolResult(result) => {
                    let (call_id, output) = (short(&result.id), output(result)?);
                    if self.custom.contains(result.id.as_ref()) {
                        Item::CustomToolCallOutput { call_id, output }
                    } else {
                        Item::FunctionCallOutput { call_id, output }
                    }
                }
                words => {
                    content.extend(self::content(words, assistant)?);
                    continue;
                }
            };
            self.message(role, &mut content);
            self.written.push(item);
        }
        self.message(role, &mut content);
        Ok(())
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

fn content<'a>(part: &'a Part<'a>, assistant: bool) -> Result<Option<Content<'a>>, Untranslatable> {
    let no_place = |what: &str| {
        Err(Untranslatable::impossible(
            "input",
            format!("{what} in a turn of the assistant cannot be given to this model."),
        ))
    };
    Ok(Some(match part {
        Part::Text { text, .. } if text.is_empty() => return Ok(None),
        Part::Text { text, .. } if assistant => Content::OutputText { text },
        Part::Text { text, .. } => Content::InputText {
            text: text.as_ref().into(),
        },
        Part::Refusal(refusal) if assistant => Content::Refusal { refusal },
        Part::Refusal(refusal) => Content::InputText {
            text: refusal.as_ref().into(),
        },
        Part::Image { .. } if assistant => return no_place("A picture"),
        Part::Image { source, detail, .. } => {
            let Some(image_url) = address(source) else {
                return Ok(None);
            };
            Content::InputImage {
                image_url,
                detail: detail.as_deref().unwrap_or("auto"),
            }
        }
        Part::File { .. } if assistant => return no_place("A document"),
        Part::File { source, name, .. } => file(source, name.as_deref()),
        Part::Audio { .. } if assistant => return no_place("Sound"),
        Part::Audio { data, format } => Content::InputAudio {
            input_audio: Audio { data, format },
        },
        Part::Thinking { .. } | Part::ToolCall(_) | Part::ToolResult(_) => return Ok(None),
    }))
}

fn address<'a>(source: &'a Source<'a>) -> Option<Address<'a>> {
    match source {
        Source::Base64 { media_type, data } => Some(Address::Data { media_type, data }),
        Source::Url(url) => Some(Address::Url(url)),
        Source::Text(_) => None,
    }
}

fn file<'a>(source: &'a Source<'a>, name: Option<&'a str>) -> Content<'a> {
    match source {
        Source::Text(text) => Content::InputText {
            text: match name {
                Some(name) => format!("{name}\n\n{text}").into(),
                None => text.as_ref().into(),
            },
        },
        Source::Url(url) => Content::InputFile {
            filename: None,
            file_data: None,
            file_url: Some(url),
        },
        Source::Base64 { media_type, data } => Content::InputFile {
            // Bytes without a name are refused.
            filename: Some(name.unwrap_or(if media_type == "text/plain" {
                "document.txt"
            } else {
                "document.pdf"
            })),
            file_data: Some(Address::Data { media_type, data }),
            file_url: None,
        },
    }
}

fn output<'a>(result: &'a ToolResult<'a>) -> Result<Output<'a>, Untranslatable> {
    let mut parts = Vec::with_capacity(result.parts.len());
    for part in &result.parts {
        parts.extend(content(part, false)?);
    }
    if result.is_error {
        mark_error(&mut parts);
    }
    Ok(match parts.as_mut_slice() {
        [] => Output::Text("".into()),
        [Content::InputText { text }] => Output::Text(std::mem::take(text)),
        _ => Output::Parts(parts),
    })
}

/// This protocol has no mark for a tool that failed: its words have to say it.
fn mark_error(parts: &mut Vec<Content<'_>>) {
    match parts.first_mut() {
        Some(Content::InputText { text }) => {
            if !text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error")) {
                *text = format!("Error: {text}").into();
            }
        }
        _ => parts.insert(
            0,
            Content::InputText {
                text: "Error: the tool failed.".into(),
            },
        ),
    }
}
