//! The pieces of a streamed answer.

use std::borrow::Cow;

use super::part::Citation;
use super::signature::Signature;
use super::stop::Stop;
use super::web_search::WebSearch;
use crate::domain::Tokens;
use crate::wire::error::ProviderError;

/// A piece of a streamed answer. A reader makes zero or more of them from each event of the provider's stream. For each of
/// them a writer writes zero or more events of the client's stream.
///
/// Order: `Start`, then parts, then `Stop`, `Usage` (before or after `Stop`, the last one counts), `End`; or `Error` at any
/// moment, after which nothing follows. A reader that never sees the provider's own mark of the end makes no `End`.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// The answer begins. It comes exactly once, before all others but `Error`.
    Start {
        /// The provider's id of the answer.
        id: Option<Cow<'a, str>>,
        /// The counts that are known at the start: those of the prompt, at Anthropic.
        tokens: Option<Tokens>,
    },
    /// More text.
    Text(Cow<'a, str>),
    /// More thoughts.
    Thinking(Cow<'a, str>),
    /// The signature of the thoughts before it, complete. Alone, it is for thoughts that are not shown.
    Signature(Signature<'a>),
    /// More text of a refusal.
    Refusal(Cow<'a, str>),
    /// A page that the text before it cites.
    Citation(Citation<'a>),
    /// The call of a tool begins.
    ToolStart {
        /// The call's index in this answer, from 0. Arguments of several calls may come by turns.
        index: usize,
        /// The id that connects a result to the call.
        id: Cow<'a, str>,
        /// The provider's name of the tool.
        name: Cow<'a, str>,
        /// The tool takes free text.
        custom: bool,
    },
    /// More of a call's arguments.
    ToolArguments {
        /// The call's index in this answer.
        index: usize,
        /// A piece of JSON text, or of free text.
        text: Cow<'a, str>,
    },
    /// A search that the provider has made, once it is over.
    WebSearch(WebSearch<'a>),
    /// The open part ends. Protocols without such a mark do not send it: a part then ends when another kind begins.
    PartEnd,
    /// The reason for the end of the answer.
    Stop {
        /// The reason in neutral words.
        stop: Stop,
        /// The stop text that ended the answer.
        sequence: Option<Cow<'a, str>>,
    },
    /// The token counts. They replace earlier ones.
    Usage(Tokens),
    /// The provider failed in the middle.
    Error(ProviderError),
    /// The provider marked the answer as complete.
    End,
}

impl Event<'_> {
    /// The event with text of its own, which outlives the bytes that it was read from.
    pub fn into_owned(self) -> Event<'static> {
        let own = |text: Cow<'_, str>| Cow::Owned(text.into_owned());

        match self {
            Self::Start { id, tokens } => Event::Start {
                id: id.map(own),
                tokens,
            },
            Self::Text(text) => Event::Text(own(text)),
            Self::Thinking(text) => Event::Thinking(own(text)),
            Self::Signature(signature) => Event::Signature(signature.into_owned()),
            Self::Refusal(text) => Event::Refusal(own(text)),
            Self::Citation(citation) => Event::Citation(citation.into_owned()),
            Self::ToolStart {
                index,
                id,
                name,
                custom,
            } => Event::ToolStart {
                index,
                id: own(id),
                name: own(name),
                custom,
            },
            Self::ToolArguments { index, text } => Event::ToolArguments { index, text: own(text) },
            Self::WebSearch(search) => Event::WebSearch(search.into_owned()),
            Self::PartEnd => Event::PartEnd,
            Self::Stop { stop, sequence } => Event::Stop {
                stop,
                sequence: sequence.map(own),
            },
            Self::Usage(tokens) => Event::Usage(tokens),
            Self::Error(error) => Event::Error(error),
            Self::End => Event::End,
        }
    }
}
