//! The rules for new passwords: long ones that an attacker would not try first. There are no rules about digits or
//! signs, which only make passwords harder to remember.

use crate::domain::Email;

/// The least length, in characters.
pub const SHORTEST: usize = 12;
/// The greatest length, in characters.
pub const LONGEST: usize = 256;

/// The most used passwords that are long enough to pass otherwise, one a line, in lower case.
const COMMON: &str = include_str!("common.txt");
const OURS: &[&str] = &["crossmodel", "cross-model", "cross model"];
/// How many characters must be left without the product's name and the person's.
const REST: usize = 8;
/// How many different characters a password has at least.
const VARIETY: usize = 5;

/// Why a password is refused. The message can stand under the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Shorter than [`SHORTEST`].
    #[error("Use {SHORTEST} characters or more. Three or four unrelated words work well.")]
    Short,
    /// Longer than [`LONGEST`].
    #[error("Use {LONGEST} characters or fewer.")]
    Long,
    /// Among the first that an attacker would try.
    #[error("This is one of the passwords that are tried first. Choose another.")]
    Common,
    /// Little more than the product's name or the person's own.
    #[error("Don't build a password from the product's name or your e-mail address.")]
    Obvious,
}

/// Checks a new password for the person with this e-mail address.
pub fn check(password: &str, email: Option<&Email>) -> Result<(), PasswordError> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(PasswordError::Short);
    }
    if length > LONGEST {
        return Err(PasswordError::Long);
    }

    let lower = password.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < VARIETY || COMMON.lines().any(|common| common == lower) {
        return Err(PasswordError::Common);
    }

    let own = email
        .map(|email| [email.as_str(), email.local_part()])
        .into_iter()
        .flatten();
    let named = OURS
        .iter()
        .copied()
        .chain(own)
        .filter(|word| word.len() >= 3 && lower.contains(word));
    let obvious = named
        .into_iter()
        .any(|word| lower.replace(word, "").chars().count() < REST);
    if obvious { Err(PasswordError::Obvious) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_passwords_that_are_not_tried_first_will_do() {
        let maya: Email = "maya@acme.test".parse().unwrap();

        for (password, wanted) in [
            ("correct horse battery", Ok(())),
            ("short", Err(PasswordError::Short)),
            ("elevenchars", Err(PasswordError::Short)),
            ("aaaaaaaaaaaaaaaa", Err(PasswordError::Common)),
            ("Password1234", Err(PasswordError::Common)),
            ("crossmodel123", Err(PasswordError::Obvious)),
            ("maya@acme.test1", Err(PasswordError::Obvious)),
            ("crossmodel tungsten ferry", Ok(())),
        ] {
            assert_eq!(check(password, Some(&maya)), wanted, "{password}");
        }
        assert_eq!(check(&"long words ".repeat(30), None), Err(PasswordError::Long));
    }

    #[test]
    fn the_list_holds_only_what_would_pass_otherwise() {
        for common in COMMON.lines() {
            assert!(
                common.chars().count() >= SHORTEST,
                "{common} is refused for its length already"
            );
            assert_eq!(common, common.to_lowercase());
        }
    }
}
