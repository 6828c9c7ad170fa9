//! The actor of a change, for the audit log.

use crate::domain::{Person, PersonId};

/// Who makes a change: a person, or the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The person; `None` for the command line.
    pub person: Option<PersonId>,
    /// The name on pages and in the audit log: the e-mail address, or `command line`.
    pub name: String,
}

impl Actor {
    /// The command line; any operator may run it.
    pub fn command_line() -> Self {
        Self {
            person: None,
            name: "command line".into(),
        }
    }

    /// A signed-in person.
    pub fn person(person: &Person) -> Self {
        Self {
            person: Some(person.id),
            name: person.email.to_string(),
        }
    }
}
