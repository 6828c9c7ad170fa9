//! A message that survives one redirect.

use actix_session::Session;

const KEY: &str = "flash";

/// A message about a change, for the next page, with a form that undoes it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Flash {
    /// One or two sentences.
    pub text: String,
    /// The form that undoes the change.
    pub undo: Option<Undo>,
}

/// A form with one button.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Undo {
    /// Address that the form posts to.
    pub action: String,
    /// Hidden fields, name and value.
    pub fields: Vec<(String, String)>,
}

impl Flash {
    /// A message that undoes nothing.
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

/// Takes the message, if there is one. A session without one stays untouched, so that it need not be written.
pub fn take(session: &Session) -> Option<Flash> {
    if !session.contains_key(KEY) {
        return None;
    }
    session.remove_as(KEY).and_then(Result::ok)
}
