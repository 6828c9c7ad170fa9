//! The parts of an answer that whole answers and streams write alike.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::wire::neutral::{Citation, Signature, SignatureKind, Stop};

/// Why the answer ended, in this protocol's words. `in_words`: the model wrote a refusal, which ends like any text.
pub(super) fn finish_reason(stop: Stop, in_words: bool) -> &'static str {
    match stop {
        Stop::End | Stop::Sequence => "stop",
        Stop::Length => "length",
        Stop::Tools => "tool_calls",
        Stop::Refusal if in_words => "stop",
        Stop::Refusal => "content_filter",
    }
}

/// Thoughts and their signature, in LiteLLM's shape.
#[derive(Serialize)]
pub(super) struct ThinkingBlock<'w> {
    pub(super) r#type: &'static str,
    pub(super) thinking: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) signature: Option<String>,
}

/// The signature of a call, under the name of its domain, as Google writes it.
#[derive(Debug)]
pub(super) struct ExtraContent<'w> {
    domain: Cow<'w, str>,
    thought_signature: Cow<'w, str>,
}

impl<'w> ExtraContent<'w> {
    /// `None` if the signature is none of a call.
    pub(super) fn of(signature: &'w Signature<'_>) -> Option<Self> {
        (signature.kind == SignatureKind::Call).then(|| Self {
            domain: Cow::Borrowed(&signature.domain),
            thought_signature: Cow::Borrowed(&signature.value),
        })
    }

    pub(super) fn into_owned(self) -> ExtraContent<'static> {
        ExtraContent {
            domain: self.domain.into_owned().into(),
            thought_signature: self.thought_signature.into_owned().into(),
        }
    }
}

impl Serialize for ExtraContent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Signed<'w> {
            thought_signature: &'w str,
        }

        let thought_signature = &self.thought_signature;
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&self.domain, &Signed { thought_signature })?;
        map.end()
    }
}

/// A page that the answer cites.
#[derive(Serialize)]
pub(super) struct Annotation<'w> {
    r#type: &'static str,
    url_citation: UrlCitation<'w>,
}

#[derive(Serialize)]
struct UrlCitation<'w> {
    start_index: u64,
    end_index: u64,
    title: &'w str,
    url: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'w str>,
}

impl<'w> Annotation<'w> {
    /// `otherwise`: the range of characters for a citation that names none.
    pub(super) fn new(citation: &'w Citation<'_>, otherwise: (u64, u64)) -> Self {
        let (start_index, end_index) = citation.span.unwrap_or(otherwise);
        let (title, url, content) = (&citation.title, &citation.url, citation.quote.as_deref());

        Self {
            r#type: "url_citation",
            url_citation: UrlCitation {
                start_index,
                end_index,
                title,
                url,
                content,
            },
        }
    }
}
