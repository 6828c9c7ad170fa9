//! A message that survives one redirect.

use actix_session::Session;

const KEY: &str = "flash";

/// What to tell the person on the next page, and a way back from what was done.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// One or two sentences.
    pub text: String,
    /// A change that undoes what was done.
    pub undo: Option<Undo>,
}

/// A form with one button.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Undo {
    /// Where it posts.
    pub action: String,
    /// Hidden fields, name and value.
    pub fields: Vec<(String, String)>,
}

impl Flash {
    /// A message without a way back.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            undo: None,
        }
    }

    /// With a button that posts to `action`.
    #[must_use]
    pub fn undo(mut self, action: impl Into<String>) -> Self {
        self.undo = Some(Undo {
            action: action.into(),
            fields: Vec::new(),
        });
        self
    }

    /// With a hidden field in the undo form.
    #[must_use]
    pub fn field(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some(undo) = &mut self.undo {
            undo.fields.push((name.into(), value.into()));
        }
        self
    }
}

/// Keeps a message for the next page. A session that cannot hold it loses the message, not the change.
pub fn set(session: &Session, flash: Flash) {
    if let Err(error) = session.insert(KEY, flash) {
        tracing::warn!(%error, "A message for the next page was lost");
    }
}

/// Takes the message, if there is one. Leaves a session without one untouched, so that it need not be written.
pub fn take(session: &Session) -> Option<Flash> {
    if !session.contains_key(KEY) {
        return None;
    }
    session.remove_as(KEY).and_then(Result::ok)
}
