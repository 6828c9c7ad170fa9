//! The pieces of a streamed answer.

use std::borrow::Cow;

use super::part::{Citation, Signature};
use super::stop::Stop;
use crate::domain::Tokens;
use crate::wire::error::ProviderError;

/// One thing that a stream says. A reader makes zero or more of them from each event of the provider's stream, a writer
/// writes zero or more events of the client's for each.
///
/// Order: `Start`, then parts, then `Stop`, `Usage` (before or after `Stop`, the last one counts), `End`; or `Error` at any
/// moment, after which nothing follows. A reader that never sees the provider's own mark of the end makes no `End`.
#[derive(Clone, Debug, PartialEq)]
pub enum Event<'a> {
    /// The answer begins. Exactly once, before anything else but `Error`.
    Start {
        /// The provider's id of it.
        id: Option<Cow<'a, str>>,
        /// What is known of its use now: the prompt, at Anthropic.
        tokens: Option<Tokens>,
    },
    /// More words.
    Text(Cow<'a, str>),
    /// More thoughts.
    Thinking(Cow<'a, str>),
    /// The seal of the thoughts before it, whole. Alone, it seals thoughts that are not shown.
    Signature(Signature<'a>),
    /// More words of a refusal.
    Refusal(Cow<'a, str>),
    /// Where the words before it are from.
    Citation(Citation<'a>),
    /// A tool is called.
    ToolStart {
        /// Which call of this answer, from 0. Arguments of several calls may come by turns.
        index: usize,
        /// Ties the result to it.
        id: Cow<'a, str>,
        /// As the provider knows it.
        name: Cow<'a, str>,
        /// It takes free text.
        custom: bool,
    },
    /// More of a call's arguments.
    ToolArguments {
        /// Which call.
        index: usize,
        /// A piece of JSON text, or of free text.
        text: Cow<'a, str>,
    },
    /// The part that is open ends. Protocols without such a mark never say it: a part then ends when another kind begins.
    PartEnd,
    /// Why the answer ends.
    Stop {
        /// Why.
        stop: Stop,
        /// Which stop text.
        sequence: Option<Cow<'a, str>>,
    },
    /// What it used. Counts replace earlier ones.
    Usage(Tokens),
    /// The provider failed in the middle.
    Error(ProviderError),
    /// The provider said that the answer is complete.
    End,
}
