//! What has to happen to a request before it goes to a target of the client's own protocol.

use std::borrow::Cow;

use super::edits::Edits;
use super::note::{Element, Note, Notes};
use crate::domain::Strictness;
use crate::wire::control::Control;

/// A request, as a plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct RequestView<'a> {
    /// The body that `control` was read from.
    pub body: &'a str,
    /// Its control fields and its top-level members.
    pub control: &'a Control,
}

/// What has to happen to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// Nothing: the body goes as it came, but for the model's name.
    Passthrough,
    /// Pieces of the body are replaced.
    Rewrite(Box<Edits>),
    /// The body is read into the neutral form and written anew, since elements have to move.
    Translate(Notes),
    /// The target cannot take it, and a part that carries meaning cannot be mapped.
    Refuse(Refusal),
}

/// A part of a request that a target cannot take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The path in the client's own body, such as `messages[3].content[1]`.
    pub param: Cow<'static, str>,
    /// Why, as the end of a sentence: "it gives one answer".
    pub reason: Cow<'static, str>,
}

impl Refusal {
    /// A refusal of the part at a path.
    pub fn of(param: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            param: param.into(),
            reason: reason.into(),
        }
    }

    /// The sentence for the client. `model`: the id of the target; `alias`: the name that led to it.
    pub fn message(&self, model: &str, alias: Option<&str>) -> String {
        let Self { param, reason } = self;
        match alias {
            Some(alias) => format!("'{param}' cannot be asked of {model} (alias '{alias}'): {reason}."),
            None => format!("'{param}' cannot be asked of {model}: {reason}."),
        }
    }
}

impl Plan {
    /// The request is read in the shape that it has, and written in that of the target's protocol.
    pub(super) fn rewritten(note: Note) -> Self {
        let mut notes = Notes::default();
        notes.add(note);
        notes.add(Note::Element(Element::Rewritten));
        Self::Translate(notes)
    }

    /// The changes that the plan makes.
    pub fn notes(&self) -> Option<&Notes> {
        match self {
            Self::Passthrough | Self::Refuse(_) => None,
            Self::Rewrite(edits) => Some(&edits.notes),
            Self::Translate(notes) => Some(notes),
        }
    }

    /// The plan with what `strictness` forbids turned into a refusal.
    #[must_use]
    pub fn under(self, strictness: Strictness) -> Self {
        match strictness {
            Strictness::Adapt => self,
            Strictness::Off => Self::Passthrough,
            Strictness::Strict => match self.notes().and_then(|notes| refusal_under(strictness, notes)) {
                Some(refusal) => Self::Refuse(refusal),
                None => self,
            },
        }
    }
}

/// Why a request must not be changed so; `None` if it may.
pub fn refusal_under(strictness: Strictness, notes: &Notes) -> Option<Refusal> {
    if strictness != Strictness::Strict {
        return None;
    }
    notes.iter().find(|note| note.steers()).map(too_strict)
}

fn too_strict(note: Note) -> Refusal {
    const REASON: &str = "it would be left out or changed, and this request is to be strict";
    match note {
        Note::Cut(field) | Note::Dropped(field) | Note::Mapped(field) => Refusal::of(field.as_str(), REASON),
        Note::Effort { from, to } => Refusal::of(
            "effort",
            format!("'{from}' would become '{to}', and this request is to be strict"),
        ),
        Note::DroppedSearch => Refusal::of("tools", REASON),
        note => Refusal::of(note.to_string(), REASON),
    }
}
