//! The parts of a user's message, as they are written.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::no_place;
use crate::wire::neutral::{Part, Source, Untranslatable};

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Piece<'w> {
    Text { text: Cow<'w, str> },
    ImageUrl { image_url: ImageUrl<'w> },
    File { file: File<'w> },
    InputAudio { input_audio: Audio<'w> },
}

#[derive(Serialize)]
pub(super) struct ImageUrl<'w> {
    url: Url<'w>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'w str>,
}

#[derive(Serialize)]
pub(super) struct File<'w> {
    filename: &'w str,
    file_data: Url<'w>,
}

#[derive(Serialize)]
pub(super) struct Audio<'w> {
    data: &'w str,
    format: &'w str,
}

/// A URL. A data URL is put together while it is written, so a picture of some megabytes is not copied.
enum Url<'w> {
    Data { media_type: &'w str, data: &'w str },
    Address(&'w str),
}

impl fmt::Display for Url<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Data { media_type, data } => write!(f, "data:{media_type};base64,{data}"),
            Self::Address(url) => f.write_str(url),
        }
    }
}

impl Serialize for Url<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Writes a part of a turn of the user.
pub(super) fn piece<'w>(part: &'w Part<'_>) -> Result<Piece<'w>, Untranslatable> {
    Ok(match part {
        Part::Text { text, .. } | Part::Refusal(text) => Piece::Text {
            text: text.as_ref().into(),
        },
        Part::Image { source, detail, .. } => Piece::ImageUrl {
            image_url: ImageUrl {
                url: url(source)?,
                detail: detail.as_deref(),
            },
        },
        Part::File { source, name, .. } => file(source, name.as_deref())?,
        Part::Audio { data, format } => Piece::InputAudio {
            input_audio: Audio { data, format },
        },
        Part::Thinking { .. } | Part::ToolCall(_) | Part::ToolResult(_) | Part::WebSearch(_) => {
            return Err(no_place("thoughts and calls in a turn of the user"));
        }
    })
}

fn url<'w>(source: &'w Source<'_>) -> Result<Url<'w>, Untranslatable> {
    match source {
        Source::Base64 { media_type, data } => Ok(Url::Data { media_type, data }),
        Source::Url(url) => Ok(Url::Address(url)),
        Source::Text(_) => Err(no_place("a picture that is text")),
    }
}

fn file<'w>(source: &'w Source<'_>, name: Option<&'w str>) -> Result<Piece<'w>, Untranslatable> {
    match source {
        Source::Text(text) => Ok(Piece::Text {
            text: match name {
                Some(name) => format!("{name}:\n\n{text}").into(),
                None => text.as_ref().into(),
            },
        }),
        Source::Url(_) => Err(no_place("documents at an address; send the document itself")),
        Source::Base64 { media_type, data } => {
            // This protocol requires a name.
            let filename = name.unwrap_or(if media_type == "application/pdf" {
                "document.pdf"
            } else {
                "document"
            });
            Ok(Piece::File {
                file: File {
                    filename,
                    file_data: Url::Data { media_type, data },
                },
            })
        }
    }
}
