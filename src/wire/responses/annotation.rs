//! A citation in the text of an answer, as the SDKs read it.

use std::borrow::Cow;

use serde::Serialize;

use crate::wire::neutral::Citation;

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Annotation<'a> {
    UrlCitation {
        /// The first character of the cited range, counted from the start of the part.
        start_index: u64,
        end_index: u64,
        url: Cow<'a, str>,
        title: Cow<'a, str>,
    },
}

impl<'a> Annotation<'a> {
    /// A citation in a part that begins after `before` characters of the answer's text and has `length` of them so far. A
    /// citation without a range is for the whole part.
    pub fn new(citation: Citation<'a>, before: u64, length: u64) -> Self {
        let (start, end) = match citation.span {
            Some((start, end)) => (start.saturating_sub(before), end.saturating_sub(before)),
            None => (0, length),
        };

        Self::UrlCitation {
            start_index: start,
            end_index: end,
            url: citation.url,
            title: citation.title,
        }
    }

    pub fn into_owned(self) -> Annotation<'static> {
        let Self::UrlCitation {
            start_index,
            end_index,
            url,
            title,
        } = self;

        let (url, title) = (url.into_owned().into(), title.into_owned().into());
        Annotation::UrlCitation {
            start_index,
            end_index,
            url,
            title,
        }
    }
}

/// The number of characters, as OpenAI counts them.
pub(super) fn characters(text: &str) -> u64 {
    text.chars().count() as u64
}
