//! The names that people give to accounts and keys.

use std::fmt;
use std::str::FromStr;

/// The name of an account or a key: 1 to 80 characters on one line, with no blanks around them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Name(String);

/// Why a text is no name, in words that can stand under the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There is nothing but blanks.
    #[error("Enter a name.")]
    Empty,
    /// There are more characters than [`Name::MAX`].
    #[error("Use {max} characters or fewer. This has {0}.", max = Name::MAX)]
    TooLong(usize),
    /// It holds a line break or another control character, which not every database could keep.
    #[error("Use one line of plain text.")]
    Control,
}

impl Name {
    /// The most characters that a name has.
    pub const MAX: usize = 80;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let text = text.trim();
        match text.chars().count() {
            0 => Err(NameError::Empty),
            length if length > Self::MAX => Err(NameError::TooLong(length)),
            _ if text.chars().any(char::is_control) => Err(NameError::Control),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_without_the_blanks_around_it() {
        assert_eq!("  Maya's laptop \n".parse::<Name>().unwrap().as_str(), "Maya's laptop");
    }

    #[test]
    fn a_name_has_1_to_80_characters_however_many_bytes_they_take() {
        let name = |length| "é".repeat(length).parse::<Name>();
        assert_eq!(name(0), Err(NameError::Empty));
        assert!(name(1).is_ok() && name(80).is_ok());
        assert_eq!(name(81), Err(NameError::TooLong(81)));
        assert_eq!(
            name(81).unwrap_err().to_string(),
            "Use 80 characters or fewer. This has 81."
        );
    }

    #[test]
    fn a_name_has_no_control_characters() {
        for text in ["a\0b", "a\nb", "a\tb", "a\u{1b}[1mb", "a\u{7f}b", "a\u{85}b"] {
            assert_eq!(text.parse::<Name>(), Err(NameError::Control), "{text:?}");
        }
    }
}
