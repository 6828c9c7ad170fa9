//! The parts of a turn or an answer.

use std::borrow::Cow;

use serde_json::Value;

use super::signature::Signature;
use super::web_search::WebSearch;

/// A part of a turn or an answer. The parts keep their order.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// Plain text.
    Text {
        /// The text itself.
        text: Cow<'a, str>,
        /// The pages that the text cites, in answers.
        citations: Vec<Citation<'a>>,
        /// Anthropic's mark that the prompt up to this part may be cached, as it came.
        cache: Option<&'a Value>,
    },
    /// A picture.
    Image {
        /// The bytes, or their address.
        source: Source<'a>,
        /// How closely to look: `low`, `high`, `auto`.
        detail: Option<Cow<'a, str>>,
        /// The mark for the cache, as with text.
        cache: Option<&'a Value>,
    },
    /// A document.
    File {
        /// The bytes, or their address.
        source: Source<'a>,
        /// The file's name.
        name: Option<Cow<'a, str>>,
        /// The mark for the cache, as with text.
        cache: Option<&'a Value>,
    },
    /// Sound.
    Audio {
        /// The bytes in base64.
        data: Cow<'a, str>,
        /// `wav`, `mp3`.
        format: Cow<'a, str>,
    },
    /// The thoughts of the model before it answered.
    Thinking {
        /// The thoughts as text; empty if only the signature is known.
        text: Cow<'a, str>,
        /// The signature, which the provider takes back with the thoughts.
        signature: Option<Signature<'a>>,
    },
    /// The model's text that refuses an answer.
    Refusal(Cow<'a, str>),
    /// The model's call of a tool.
    ToolCall(ToolCall<'a>),
    /// The result of a tool, only in turns of the user.
    ToolResult(ToolResult<'a>),
    /// A search that the provider has made, only in answers.
    WebSearch(WebSearch<'a>),
}

impl<'a> Part<'a> {
    /// A text without citations or marks.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text {
            text: text.into(),
            citations: Vec::new(),
            cache: None,
        }
    }
}

/// The bytes of a picture or a document, or their address.
#[derive(Clone, Debug, PartialEq)]
pub enum Source<'a> {
    /// The bytes in base64.
    Base64 {
        /// The type, for example `image/png`.
        media_type: Cow<'a, str>,
        /// The bytes, without the head of a data URL.
        data: Cow<'a, str>,
    },
    /// A document that is plain text.
    Text(Cow<'a, str>),
    /// An address that the provider fetches.
    Url(Cow<'a, str>),
}

impl<'a> Source<'a> {
    /// Reads a URL. A data URL, `data:image/png;base64,…`, becomes its bytes.
    pub fn of_url(url: &'a str) -> Self {
        let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        match inline {
            Some((media_type, data)) => Self::Base64 {
                media_type: media_type.into(),
                data: data.into(),
            },
            None => Self::Url(url.into()),
        }
    }

    /// The source as a URL. Bytes become a data URL. `None` for plain text.
    pub fn to_url(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Base64 { media_type, data } => Some(format!("data:{media_type};base64,{data}").into()),
            Self::Url(url) => Some(Cow::Borrowed(url)),
            Self::Text(_) => None,
        }
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall<'a> {
    /// The id that connects a result to the call.
    pub id: Cow<'a, str>,
    /// The tool's name as the *provider* knows it in an answer, and as the *client* wrote it in a request.
    pub name: Cow<'a, str>,
    /// The tool's group, where the client's protocol has groups (Responses, `namespace`).
    pub namespace: Option<Cow<'a, str>>,
    /// The JSON text of an object; plain text for a tool that takes free text.
    pub arguments: Cow<'a, str>,
    /// Whether the tool takes free text (Responses, `custom_tool_call`).
    pub custom: bool,
}

/// The result of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult<'a> {
    /// The id of the call.
    pub id: Cow<'a, str>,
    /// The result's text, pictures and documents.
    pub parts: Vec<Part<'a>>,
    /// Whether the tool failed.
    pub is_error: bool,
    /// The mark for the cache, as with text.
    pub cache: Option<&'a Value>,
}

/// A page that a text cites.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation<'a> {
    /// The page's address.
    pub url: Cow<'a, str>,
    /// The page's title.
    pub title: Cow<'a, str>,
    /// The quoted text.
    pub quote: Option<Cow<'a, str>>,
    /// The half-open range of characters of the answer's text, if the provider names one.
    pub span: Option<(u64, u64)>,
}

impl Citation<'_> {
    /// The citation with text of its own.
    pub fn into_owned(self) -> Citation<'static> {
        Citation {
            url: self.url.into_owned().into(),
            title: self.title.into_owned().into(),
            quote: self.quote.map(|quote| quote.into_owned().into()),
            span: self.span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_url_is_taken_apart_and_put_together() {
        let url = "data:image/png;base64,AAAA";

        let source = Source::of_url(url);

        assert_eq!(
            source,
            Source::Base64 {
                media_type: "image/png".into(),
                data: "AAAA".into()
            }
        );
        assert_eq!(source.to_url().as_deref(), Some(url));
        assert_eq!(Source::of_url("https://x/y.png"), Source::Url("https://x/y.png".into()));
    }
}
