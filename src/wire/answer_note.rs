//! What was changed in an answer on its way to the client, known only when it has come.

/// A change of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum AnswerNote {
    /// Thoughts that came as `<think>…</think>` were told as thoughts.
    ThinkTags = 0,
    /// The answer was ended at one of the client's stop texts.
    StopCut = 1,
    /// Calls that came under one index were told as several.
    CallsSplit = 2,
}

impl AnswerNote {
    /// Every change, in the order of their tokens.
    pub const ALL: [Self; 3] = [Self::ThinkTags, Self::StopCut, Self::CallsSplit];

    /// The token in records and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ThinkTags => "answer:think_tags",
            Self::StopCut => "answer:stop_cut",
            Self::CallsSplit => "answer:calls_split",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The changes of one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnswerNotes(u8);

impl AnswerNotes {
    /// Adds a change.
    pub fn add(&mut self, note: AnswerNote) {
        self.0 |= note.bit();
    }

    /// The same with a change, if it was made.
    #[must_use]
    pub const fn with(self, note: AnswerNote, is_made: bool) -> Self {
        match is_made {
            true => Self(self.0 | note.bit()),
            false => self,
        }
    }

    /// Whether a change was made.
    pub const fn has(self, note: AnswerNote) -> bool {
        self.0 & note.bit() != 0
    }

    /// Whether nothing was changed.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The changes.
    pub fn iter(self) -> impl Iterator<Item = AnswerNote> {
        AnswerNote::ALL.into_iter().filter(move |note| self.has(*note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_is_noted_once_and_in_the_order_of_the_tokens() {
        let mut notes = AnswerNotes::default();
        assert!(notes.is_empty());

        notes.add(AnswerNote::StopCut);
        notes.add(AnswerNote::StopCut);
        let notes = notes
            .with(AnswerNote::ThinkTags, true)
            .with(AnswerNote::CallsSplit, false);

        let tokens: Vec<_> = notes.iter().map(AnswerNote::as_str).collect();
        assert_eq!(tokens, ["answer:think_tags", "answer:stop_cut"]);
    }
}
