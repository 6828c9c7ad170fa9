//! The actions of the editor's buttons. Only [`Action::Save`] writes to the store.

use std::str::FromStr;

use super::row_id::RowId;
use crate::domain::TrafficWindow;

/// One operation on a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Store the draft.
    Save,
    /// Validate the draft and show messages and hints.
    Check,
    /// Add a row, perhaps with a name in it.
    Add(String),
    /// Add a row of a prefix.
    AddPrefix(String),
    /// Take a row out of the draft.
    Remove(RowId),
    /// Put a removed saved alias back into the draft.
    Undo(RowId),
    /// Show where the name in the test box goes.
    Test,
    /// Fill the test box with a name, and show where it goes.
    TestName(String),
    /// Show the traffic of another time.
    Window(TrafficWindow),
    /// Show what a pasted text would change.
    Import,
    /// Take the ticked lines of a pasted text into the draft.
    TakeImport,
    /// Add the rows of a preset.
    AddPreset(String),
    /// Open the model picker for a row.
    Pick(RowId),
    /// Take the picked model into a row.
    Use(RowId),
    /// Follow a suggestion: put a value into a row's name.
    SetName(RowId, String),
    /// Follow a suggestion: put a value into a row's target.
    SetTarget(RowId, String),
    /// Follow a suggestion: make a row a prefix alias of this name.
    SetPrefix(RowId, String),
    /// Drop the draft.
    Discard,
}

impl FromStr for Action {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (verb, rest) = text
            .split_once(':')
            .map_or((text, None), |(verb, rest)| (verb, Some(rest)));
        let row = || rest.ok_or(())?.parse::<RowId>().map_err(|_| ());
        let row_and_value = || {
            let (row, value) = rest.ok_or(())?.split_once(':').ok_or(())?;
            Ok((row.parse::<RowId>().map_err(|_| ())?, value.to_owned()))
        };
        match (verb, rest) {
            ("save", None) => Ok(Self::Save),
            ("check", None) => Ok(Self::Check),
            ("add", name) => Ok(Self::Add(name.unwrap_or_default().into())),
            ("add-prefix", Some(name)) => Ok(Self::AddPrefix(name.into())),
            ("test", None) => Ok(Self::Test),
            ("test", Some(name)) => Ok(Self::TestName(name.into())),
            ("window", Some(text)) => TrafficWindow::parse(text).map(Self::Window).ok_or(()),
            ("import", None) => Ok(Self::Import),
            ("import-add", None) => Ok(Self::TakeImport),
            ("discard", None) => Ok(Self::Discard),
            ("kit", Some(preset)) => Ok(Self::AddPreset(preset.into())),
            ("remove", _) => Ok(Self::Remove(row()?)),
            ("undo", _) => Ok(Self::Undo(row()?)),
            ("pick", _) => Ok(Self::Pick(row()?)),
            ("use", _) => Ok(Self::Use(row()?)),
            ("name", _) => row_and_value().map(|(row, value)| Self::SetName(row, value)),
            ("target", _) => row_and_value().map(|(row, value)| Self::SetTarget(row, value)),
            ("prefix", _) => row_and_value().map(|(row, value)| Self::SetPrefix(row, value)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_every_character_of_a_name() {
        let action: Action = "prefix:a2:vendor/model:free".parse().unwrap();
        assert_eq!(action, Action::SetPrefix(RowId::Saved(2), "vendor/model:free".into()));
    }

    #[test]
    fn a_name_that_a_client_sent_may_hold_anything() {
        assert_eq!("test:a:b \"c".parse(), Ok(Action::TestName("a:b \"c".into())));
        assert_eq!(
            "add-prefix:claude-haiku".parse(),
            Ok(Action::AddPrefix("claude-haiku".into()))
        );
        assert_eq!("window:7d".parse(), Ok(Action::Window(TrafficWindow::Week)));
    }

    #[test]
    fn what_no_button_sends_is_refused() {
        for text in [
            "",
            "Save",
            "save:a1",
            "remove",
            "remove:x1",
            "name:a1",
            "kit",
            "window:1y",
            "add-prefix",
        ] {
            assert_eq!(text.parse::<Action>(), Err(()), "{text:?}");
        }
    }
}
