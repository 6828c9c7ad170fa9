//! What was changed in a request, in tokens of a closed list: none of them has words of the client.

use std::fmt;

use super::field_sets::LIMITS;
use crate::wire::control::TopField;

/// Tokens in the header, at most.
const SHOWN: usize = 12;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A field goes under another name, or in another form.
    Mapped(TopField),
    /// A value was cut to what the target takes.
    Cut(TopField),
    /// A field was left out.
    Dropped(TopField),
    /// Fields that the gateway does not know were left out.
    DroppedUnknown,
    /// A web search that the provider makes was left out.
    DroppedSearch,
    /// A field was added.
    Added(&'static str),
    /// Another effort is asked for. The words are those of the protocols.
    Effort {
        /// The client's.
        from: &'static str,
        /// The target's.
        to: &'static str,
    },
    /// The change of one kind of element, in one or many places.
    Element(Element),
    /// A change that the provider's refusal called for: the request was sent twice.
    Mended(Mended),
}

/// What a provider refused in the first place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mended {
    /// A field, which was left out or renamed.
    Field(TopField),
    /// Signatures of thoughts, which were left out.
    Signatures,
    /// A tool that is forced while the model thinks: it did not think.
    ForcedTool,
    /// A limit that does not fit beside the prompt, which was lowered.
    Limit,
}

impl Mended {
    /// What has this name in a token.
    pub fn named(name: &str) -> Option<Self> {
        let others = [Self::Signatures, Self::ForcedTool, Self::Limit];
        let other = others.into_iter().find(|other| other.as_str() == name);
        other.or_else(|| TopField::named(name).map(Self::Field))
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Field(field) => field.as_str(),
            Self::Signatures => "signatures",
            Self::ForcedTool => "forced_tool",
            Self::Limit => "limit",
        }
    }
}

/// A kind of element that was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// The role `developer` became another one.
    DeveloperRole,
    /// Instructions within the conversation, or after the first message, moved.
    SystemTurns,
    /// A turn was put in, or turns were joined, since the target wants them in an order.
    TurnOrder,
    /// Ids of calls were changed into a form that the target takes.
    CallIds,
    /// Ids of items were left out, since another server has given them.
    ItemIds,
    /// Arguments of calls became an object.
    Arguments,
    /// Calls without a result, or results without a call, were mended.
    Orphans,
    /// Thoughts were left out, or given where the target needs some.
    Thoughts,
    /// Signatures of another model's thoughts were left out.
    Signatures,
    /// Marks for caching were left out.
    CacheMarks,
    /// A schema was brought to what the target takes.
    Schema,
    /// `strict` of tools was left out.
    ToolStrict,
    /// Betas of the headers were left out.
    Betas,
    /// Parameters were given to a tool without any.
    ToolParameters,
    /// Pictures, documents or sound of earlier turns became a note.
    Media,
    /// Claude Code's note about billing was left out.
    BillingNote,
    /// The last turn, which is the model's, got what the target needs to go on from it.
    Prefill,
    /// Searches of the web that another provider has made became text.
    Searches,
    /// A web search goes on without what the target has no field for: how often it searches, or how much it reads.
    WebSearch,
    /// No summary of the thoughts is asked for.
    Summaries,
    /// The gateway ends the answer at the client's stop texts.
    StopCut,
    /// The request was written anew: members of elements that the gateway does not know are lost.
    Rewritten,
}

impl Element {
    const fn as_str(self) -> &'static str {
        match self {
            Self::DeveloperRole => "developer_role",
            Self::SystemTurns => "system_turns",
            Self::TurnOrder => "turn_order",
            Self::CallIds => "call_ids",
            Self::ItemIds => "item_ids",
            Self::Arguments => "arguments",
            Self::Orphans => "orphans",
            Self::Thoughts => "thoughts",
            Self::Signatures => "signatures",
            Self::CacheMarks => "cache_marks",
            Self::Schema => "schema",
            Self::ToolStrict => "tool_strict",
            Self::Betas => "beta_headers",
            Self::ToolParameters => "tool_parameters",
            Self::Media => "media",
            Self::BillingNote => "billing_note",
            Self::Prefill => "prefill",
            Self::Searches => "searches",
            Self::WebSearch => "web_search",
            Self::Summaries => "thought_summaries",
            Self::StopCut => "stop_cut",
            Self::Rewritten => "rewritten",
        }
    }
}

impl Note {
    /// A stream is asked for, although the client wants a whole answer.
    pub const STREAMED: Self = Self::Added("stream");

    /// Whether what only steers the model was dropped or moved to the nearest that the target knows. Other changes keep the
    /// meaning of the request whole.
    pub const fn steers(self) -> bool {
        match self {
            Self::Cut(_) | Self::Dropped(_) | Self::DroppedUnknown | Self::DroppedSearch | Self::Effort { .. } => true,
            Self::Element(element) => {
                matches!(
                    element,
                    Element::Media | Element::Prefill | Element::Betas | Element::WebSearch | Element::Summaries
                )
            }
            Self::Mended(what) => !matches!(
                what,
                Mended::Signatures | Mended::Field(TopField::MaxTokens | TopField::MaxCompletionTokens)
            ),
            Self::Mapped(_) | Self::Added(_) => false,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mapped(field) => f.write_str(field.as_str()),
            Self::Cut(field) => write!(f, "cut:{}", field.as_str()),
            Self::Dropped(field) => write!(f, "dropped:{}", field.as_str()),
            Self::DroppedUnknown => f.write_str("dropped:other"),
            Self::DroppedSearch => f.write_str("dropped:web_search"),
            Self::Added(name) => write!(f, "added:{name}"),
            Self::Effort { from, to } => write!(f, "effort:{from}>{to}"),
            Self::Element(element) => f.write_str(element.as_str()),
            Self::Mended(what) => write!(f, "mended:{}", what.as_str()),
        }
    }
}

/// The changes of a request, each once, in the order in which they were decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Adds a change.
    pub fn add(&mut self, note: Note) {
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// Whether this change is among them.
    pub fn has(&self, note: Note) -> bool {
        self.0.contains(&note)
    }

    /// Tells a change that a refusal called for in the place of the note that the change itself makes.
    pub fn mended(&mut self, note: Note) {
        let is_same = |other: &Note| match (note, *other) {
            (Note::Mended(Mended::Field(field)), Note::Dropped(other) | Note::Mapped(other)) => field == other,
            (Note::Mended(Mended::Limit), Note::Cut(field)) => LIMITS.has(field),
            (Note::Mended(Mended::Signatures), Note::Element(element)) => element == Element::Signatures,
            _ => false,
        };
        self.0.retain(|other| !is_same(other));
        self.add(note);
    }

    /// Adds the changes of `others`.
    pub fn extend(&mut self, others: &Self) {
        for &note in &others.0 {
            self.add(note);
        }
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes.
    pub fn iter(&self) -> impl Iterator<Item = Note> + '_ {
        self.0.iter().copied()
    }

    /// The tokens for a header: 12 at most, then how many are left out.
    pub fn header(&self) -> String {
        let mut text = joined(self.0.iter().take(SHOWN));
        if let Some(more) = self.0.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            text.push_str(&format!(", +{more}"));
        }
        text
    }
}

/// All tokens.
impl fmt::Display for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&joined(self.0.iter()))
    }
}

fn joined<'n>(notes: impl Iterator<Item = &'n Note>) -> String {
    let tokens: Vec<String> = notes.map(Note::to_string).collect();
    tokens.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_twelve_tokens_and_counts_the_rest() {
        let mut notes = Notes::default();
        notes.add(Note::Mapped(TopField::MaxTokens));
        notes.add(Note::Element(Element::DeveloperRole));
        notes.add(Note::Effort {
            from: "minimal",
            to: "low",
        });
        notes.add(Note::Dropped(TopField::LogitBias));
        notes.add(Note::Dropped(TopField::LogitBias));

        assert_eq!(
            notes.header(),
            "max_tokens, developer_role, effort:minimal>low, dropped:logit_bias"
        );

        for &field in TopField::ALL.iter().take(10) {
            notes.add(Note::Dropped(field));
        }
        assert!(
            notes
                .header()
                .ends_with("dropped:cache_control, dropped:chat_template_args, +2")
                || notes.header().ends_with(", +2")
        );
        assert_eq!(notes.to_string().split(", ").count(), 14);
    }
}
