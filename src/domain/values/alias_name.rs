//! Names of aliases, and why a text is no such name.

use std::fmt;
use std::str::FromStr;

/// A name that a client may send: 1 to 64 characters of `a-z 0-9 . _ : / -`.
///
/// ```
/// use crossmodel::domain::AliasName;
/// assert!("cross-model-basic".parse::<AliasName>().is_ok());
/// let error = "Claude".parse::<AliasName>().unwrap_err();
/// assert_eq!(error.to_string(), "Alias names must be lowercase. Did you mean \"claude\"?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AliasName(String);

impl AliasName {
    /// The most characters (all ASCII, so bytes too) that a name may have.
    pub const MAX: usize = 64;

    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name may hold this character.
    pub const fn allows(c: char) -> bool {
        matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | ':' | '/' | '-')
    }
}

/// Why a text is no alias name. The message can stand under the input that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AliasNameError {
    /// The text is empty.
    #[error("Enter an alias name.")]
    Empty,
    /// Only the letter case is wrong.
    #[error("Alias names must be lowercase. Did you mean \"{lowercase}\"?")]
    Uppercase {
        /// The same name in lower case, valid as it stands.
        lowercase: String,
    },
    /// Some characters are not allowed. `found` names each once, invisible ones in words.
    #[error("Use lowercase letters, digits and . _ : / - only. Remove: {}.", found.join(", "))]
    Forbidden {
        /// The characters to remove, as text to show.
        found: Vec<String>,
    },
    /// Too many characters.
    #[error("Use {} characters or fewer. This has {length}.", AliasName::MAX)]
    TooLong {
        /// How many characters it has.
        length: usize,
    },
}

/// How many forbidden characters an error names at most.
const NAMED: usize = 8;

impl FromStr for AliasName {
    type Err = AliasNameError;

    fn from_str(text: &str) -> Result<Self, AliasNameError> {
        if text.is_empty() {
            return Err(AliasNameError::Empty);
        }

        let lowercase = text.to_ascii_lowercase();
        let mut found: Vec<String> = Vec::new();
        for shown in lowercase.chars().filter(|&c| !Self::allows(c)).map(describe) {
            if found.len() == NAMED {
                found.push("and others".into());
                break;
            }
            if !found.contains(&shown) {
                found.push(shown);
            }
        }

        if !found.is_empty() {
            return Err(AliasNameError::Forbidden { found });
        }
        if text.len() > Self::MAX {
            return Err(AliasNameError::TooLong { length: text.len() });
        }
        if lowercase != text {
            return Err(AliasNameError::Uppercase { lowercase });
        }

        Ok(Self(lowercase))
    }
}

/// A character in a form that a person can find: quoted if it is visible, else in words.
fn describe(c: char) -> String {
    match c {
        ' ' => "space".into(),
        '\t' => "tab".into(),
        '\n' | '\r' => "line break".into(),
        '\u{a0}' => "non-breaking space".into(),
        '\u{200b}' => "zero-width space".into(),
        '\u{feff}' => "byte order mark".into(),
        c if c.is_control() || c.is_whitespace() || is_invisible(c) => {
            format!("invisible character U+{:04X}", u32::from(c))
        }
        c => format!("\"{c}\""),
    }
}

/// Whether a character takes no room or changes the direction of text, so that a reader cannot see it.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl TryFrom<String> for AliasName {
    type Error = AliasNameError;
    fn try_from(text: String) -> Result<Self, AliasNameError> {
        text.parse()
    }
}

impl From<AliasName> for String {
    fn from(name: AliasName) -> Self {
        name.0
    }
}

impl fmt::Display for AliasName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::aliases::Alias;

    #[test]
    fn a_name_holds_exactly_these_characters() {
        let allowed = "abcdefghijklmnopqrstuvwxyz0123456789._:/-";
        for c in (0..=0x2ff_u32)
            .chain(0x2010..=0x2030)
            .chain([0xfeff, 0xff41, 0x1f600])
            .filter_map(char::from_u32)
        {
            let name = format!("a{c}b");
            assert_eq!(name.parse::<AliasName>().is_ok(), allowed.contains(c), "{name:?}");
            assert_eq!(c.to_string().parse::<AliasName>().is_ok(), allowed.contains(c), "{c:?}");
        }
    }

    #[test]
    fn a_name_has_1_to_64_characters() {
        assert_eq!("".parse::<AliasName>(), Err(AliasNameError::Empty));
        assert!("x".repeat(64).parse::<AliasName>().is_ok());
        assert_eq!(
            "x".repeat(65).parse::<AliasName>(),
            Err(AliasNameError::TooLong { length: 65 })
        );
    }

    #[test]
    fn the_worst_fault_is_named_first() {
        let says = |name: &str| name.parse::<AliasName>().unwrap_err().to_string();
        assert_eq!(
            says("My Alias!"),
            "Use lowercase letters, digits and . _ : / - only. Remove: space, \"!\"."
        );
        assert!(
            says("äöüÄÖÜßéè").ends_with("Remove: \"ä\", \"ö\", \"ü\", \"Ä\", \"Ö\", \"Ü\", \"ß\", \"é\", and others.")
        );
        assert_eq!(says(&"X".repeat(65)), "Use 64 characters or fewer. This has 65.");
        assert_eq!(
            says("a  b\u{2060}\u{7}"),
            "Use lowercase letters, digits and . _ : / - only. Remove: space, \
            invisible character U+2060, invisible character U+0007."
        );
    }

    #[test]
    fn json_is_checked_like_any_other_text() {
        assert!(serde_json::from_str::<AliasName>("\"Claude\"").is_err());

        let row = r#"{"name":"claude","match":"prefix","target":"anthropic/claude-opus-4-8"}"#;
        let alias: Alias = serde_json::from_str(row).unwrap();

        assert_eq!(serde_json::to_string(&alias).unwrap(), row);

        let kept = serde_json::to_string(&Alias {
            keep_name: true,
            ..alias
        })
        .unwrap();
        assert_eq!(kept, row.replace('}', r#","keep_name":true}"#));
        assert!(serde_json::from_str::<Alias>(&kept).unwrap().keep_name);
    }

    proptest! {
        #[test]
        fn a_name_that_is_taken_is_the_text_that_was_given(text in "[a-z0-9._:/-]{1,64}") {
            let name: AliasName = text.parse().unwrap();
            prop_assert_eq!(name.as_str(), text.as_str());
            prop_assert_eq!(serde_json::to_string(&name).unwrap(), format!("\"{text}\""));
        }

        #[test]
        fn a_suggested_name_is_a_name(text in "[a-zA-Z0-9._:/-]{1,64}") {
            if let Err(AliasNameError::Uppercase { lowercase }) = text.parse::<AliasName>() {
                prop_assert!(lowercase.parse::<AliasName>().is_ok());
            }
        }
    }
}
