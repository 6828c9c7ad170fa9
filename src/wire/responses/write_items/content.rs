//! The content of messages and tools' outputs in a request.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::wire::neutral::{Part, Source, ToolResult, Untranslatable};

#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::wire::responses) enum Output<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Content<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::wire::responses) enum Content<'a> {
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
pub(in crate::wire::responses) struct Audio<'a> {
    data: &'a str,
    format: &'a str,
}

/// A URL. A data URL is put together while it is written, so a picture of some megabytes is not copied.
pub(in crate::wire::responses) enum Address<'a> {
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

/// Writes a part. `None` if the protocol has no form for it. `assistant`: it stands in a turn of the assistant.
pub(super) fn content<'a>(part: &'a Part<'a>, assistant: bool) -> Result<Option<Content<'a>>, Untranslatable> {
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
        Part::Thinking { .. } | Part::ToolCall(_) | Part::ToolResult(_) | Part::WebSearch(_) => return Ok(None),
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
            // OpenAI refuses bytes without a name.
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

/// Writes the output of a tool: one text, or several parts.
pub(super) fn output<'a>(result: &'a ToolResult<'a>) -> Result<Output<'a>, Untranslatable> {
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

/// Says in the text that the tool failed: this protocol has no field for it.
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
