//! People, who sign in to the console.

use std::fmt;
use std::str::FromStr;

use crate::domain::values::{AccountId, PersonId, Timestamp};

/// The permissions of a person in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the installation: sees every account.
    Admin,
    /// Manages one account's keys and aliases.
    Owner,
    /// Sees and tests one account's keys and aliases, changes nothing.
    Viewer,
}

/// The text names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("choose admin, owner or viewer")]
pub struct RoleError;

impl Role {
    /// The value as the store and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Owner => "owner",
            Self::Viewer => "viewer",
        }
    }

    /// Whether the role may change keys and aliases.
    pub const fn may_write(self) -> bool {
        matches!(self, Self::Admin | Self::Owner)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = RoleError;
    fn from_str(text: &str) -> Result<Self, RoleError> {
        match text {
            "admin" => Ok(Self::Admin),
            "owner" => Ok(Self::Owner),
            "viewer" => Ok(Self::Viewer),
            _ => Err(RoleError),
        }
    }
}

/// An e-mail address in lower case: the name a person signs in with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Email(String);

/// The text is no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter an e-mail address, for example maya@example.com.")]
pub struct EmailError;

impl Email {
    /// The address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the @, which stands for the person in short texts.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or(self.0.as_str(), |(local, _)| local)
    }

    /// The part after the @.
    pub fn host(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, host)| host)
    }
}

impl FromStr for Email {
    type Err = EmailError;
    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let plain = text.len() <= 254 && text.chars().all(|c| !c.is_whitespace() && !c.is_control());
        match text.split_once('@') {
            Some((local, host)) if plain && !local.is_empty() && !host.is_empty() && !host.contains('@') => {
                Ok(Self(text.to_lowercase()))
            }
            _ => Err(EmailError),
        }
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A person who signs in to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Identifies the person.
    pub id: PersonId,
    /// The name that the person signs in with.
    pub email: Email,
    /// The person's permissions.
    pub role: Role,
    /// The account that the person belongs to; an admin may have none.
    pub account: Option<AccountId>,
    /// A disabled person cannot sign in, and all sessions of a disabled person end.
    pub enabled: bool,
    /// When the person was added.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_in_lower_case_without_blanks_around_it() {
        let email: Email = " Maya@Example.COM ".parse().unwrap();
        assert_eq!((email.as_str(), email.local_part()), ("maya@example.com", "maya"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("{}@example.com", "x".repeat(250));
        for text in [
            "",
            "maya",
            "@example.com",
            "maya@",
            "a@b@c",
            "ma ya@example.com",
            "maya@exa\nmple.com",
            &long,
        ] {
            assert_eq!(text.parse::<Email>(), Err(EmailError), "{text:?}");
        }
    }

    #[test]
    fn a_viewer_may_not_write() {
        assert_eq!(
            ["admin", "owner", "viewer"].map(|role| role.parse::<Role>().unwrap().may_write()),
            [true, true, false]
        );
        assert!("root".parse::<Role>().is_err());
    }
}
