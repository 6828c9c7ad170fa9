//! What a turn of a conversation, or an answer, is made of.

use std::borrow::Cow;

use serde_json::Value;

use crate::domain::Protocol;

/// One piece of a turn or an answer, in the order in which it stands there.
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// Words.
    Text {
        /// The words.
        text: Cow<'a, str>,
        /// Where they are from, in answers.
        citations: Vec<Citation<'a>>,
        /// Anthropic's mark that the prompt up to here may be cached, as it came.
        cache: Option<&'a Value>,
    },
    /// A picture.
    Image {
        /// Its bytes, or where they are.
        source: Source<'a>,
        /// How closely to look: `low`, `high`, `auto`.
        detail: Option<Cow<'a, str>>,
        /// As with text.
        cache: Option<&'a Value>,
    },
    /// A document.
    File {
        /// Its bytes, or where they are.
        source: Source<'a>,
        /// Its name.
        name: Option<Cow<'a, str>>,
        /// As with text.
        cache: Option<&'a Value>,
    },
    /// Sound.
    Audio {
        /// In base64.
        data: Cow<'a, str>,
        /// `wav`, `mp3`.
        format: Cow<'a, str>,
    },
    /// What the model thought before it answered.
    Thinking {
        /// In words; empty if only the seal is given.
        text: Cow<'a, str>,
        /// What the provider wants to see again with it.
        signature: Option<Signature<'a>>,
    },
    /// The model's words why it will not answer.
    Refusal(Cow<'a, str>),
    /// The model calls a tool.
    ToolCall(ToolCall<'a>),
    /// What a tool answered. Only in turns of the user.
    ToolResult(ToolResult<'a>),
}

impl<'a> Part<'a> {
    /// Words and nothing else.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text {
            text: text.into(),
            citations: Vec::new(),
            cache: None,
        }
    }
}

/// Where the bytes of a picture or a document are.
#[derive(Clone, Debug, PartialEq)]
pub enum Source<'a> {
    /// Here.
    Base64 {
        /// For example `image/png`.
        media_type: Cow<'a, str>,
        /// Without the head of a data URL.
        data: Cow<'a, str>,
    },
    /// A document that is plain text.
    Text(Cow<'a, str>),
    /// At an address that the provider fetches.
    Url(Cow<'a, str>),
}

impl<'a> Source<'a> {
    /// Reads a URL, a data URL apart: `data:image/png;base64,…` becomes its bytes.
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

    /// As one URL: inline bytes as a data URL. `None` for plain text.
    pub fn to_url(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Base64 { media_type, data } => Some(format!("data:{media_type};base64,{data}").into()),
            Self::Url(url) => Some(Cow::Borrowed(url)),
            Self::Text(_) => None,
        }
    }
}

/// Thinking as its maker sealed it: a signature, or the thoughts encrypted. Only the protocol that made it can read it, so
/// it goes back there and nowhere else.
///
/// A client that speaks another protocol gets it in the field of its own protocol that is opaque to it, marked with where it
/// came from ([`Signature::packed`]), and sends it back with its next request.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature<'a> {
    /// Whose seal it is.
    pub origin: Protocol,
    /// A signature (Anthropic), or encrypted thoughts (Responses, Anthropic's redacted thinking).
    pub value: Cow<'a, str>,
    /// The id of the reasoning item (Responses).
    pub id: Option<Cow<'a, str>>,
    /// The thoughts themselves are in it (Anthropic's `redacted_thinking`).
    pub redacted: bool,
}

const MARK: &str = "cm1.";

impl<'a> Signature<'a> {
    /// For the opaque field of another protocol than its own: `cm1.PROTOCOL.FLAGS.ID.VALUE`.
    pub fn packed(&self) -> String {
        let flags = if self.redacted { "r" } else { "-" };
        format!(
            "{MARK}{}.{flags}.{}.{}",
            self.origin.as_str(),
            self.id.as_deref().unwrap_or(""),
            self.value
        )
    }

    /// Whether a request may hold a seal that [`Signature::packed`] wrote. The client's words may look like one too.
    pub fn may_be_packed_in(body: &[u8]) -> bool {
        memchr::memmem::find_iter(body, b"\"cm1.").any(|at| {
            let rest = body.get(at + 1 + MARK.len()..).unwrap_or_default();
            Protocol::ALL.iter().any(|p| {
                rest.strip_prefix(p.as_str().as_bytes())
                    .is_some_and(|rest| rest.first() == Some(&b'.'))
            })
        })
    }

    /// Reads an opaque field of `own` protocol: what [`Signature::packed`] wrote, or a seal of that protocol itself.
    pub fn unpacked(text: &'a str, own: Protocol) -> Self {
        let foreign = || {
            let mut fields = text.strip_prefix(MARK)?.splitn(4, '.');
            let origin = Protocol::ALL
                .into_iter()
                .find(|p| Some(p.as_str()) == fields.clone().next())?;
            let (_, flags, id, value) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            let id = (!id.is_empty()).then_some(Cow::Borrowed(id));
            Some(Self {
                origin,
                value: value.into(),
                id,
                redacted: flags == "r",
            })
        };
        foreign().unwrap_or(Self {
            origin: own,
            value: text.into(),
            id: None,
            redacted: false,
        })
    }
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolCall<'a> {
    /// Ties the result to it.
    pub id: Cow<'a, str>,
    /// The tool's name as the *provider* knows it in an answer, and as the *client* wrote it in a request.
    pub name: Cow<'a, str>,
    /// The tool's group, where the client's protocol has groups (Responses, `namespace`).
    pub namespace: Option<Cow<'a, str>>,
    /// JSON text of an object; plain text for a tool that takes free text.
    pub arguments: Cow<'a, str>,
    /// The tool takes free text (Responses, `custom_tool_call`).
    pub custom: bool,
}

/// The answer of a tool.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolResult<'a> {
    /// The call's id.
    pub id: Cow<'a, str>,
    /// Text, pictures, documents.
    pub parts: Vec<Part<'a>>,
    /// The tool failed.
    pub is_error: bool,
    /// As with text.
    pub cache: Option<&'a Value>,
}

/// Where some words are from.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation<'a> {
    /// The page.
    pub url: Cow<'a, str>,
    /// Its title.
    pub title: Cow<'a, str>,
    /// What was cited of it.
    pub quote: Option<Cow<'a, str>>,
    /// Characters of the answer's text that it stands for, half open, where the provider says so.
    pub span: Option<(u64, u64)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_comes_back_from_another_protocols_opaque_field() {
        let signature = Signature {
            origin: Protocol::OpenaiResponses,
            value: "gAAA.b-c=".into(),
            id: Some("rs_1".into()),
            redacted: false,
        };

        assert_eq!(
            Signature::unpacked(&signature.packed(), Protocol::AnthropicMessages),
            signature
        );
    }

    #[test]
    fn a_packed_seal_is_seen_in_a_body_and_other_text_is_not() {
        let signature = Signature {
            origin: Protocol::OpenaiResponses,
            value: "x".into(),
            id: None,
            redacted: false,
        };
        let body = format!(r#"{{"a":"cm1.2","signature":"{}"}}"#, signature.packed());

        assert!(Signature::may_be_packed_in(body.as_bytes()));
        for other in [
            "",
            "\"cm1.",
            "\"cm1.5 is out\"",
            "\"cm1.openai-chats\"",
            "cm1.openai-chat.-..x",
        ] {
            assert!(!Signature::may_be_packed_in(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn any_other_text_is_a_seal_of_the_protocol_that_it_stands_in() {
        let signature = Signature::unpacked("EqQB.x", Protocol::AnthropicMessages);

        assert_eq!(
            (signature.origin, signature.value.as_ref(), signature.id),
            (Protocol::AnthropicMessages, "EqQB.x", None)
        );
    }

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
