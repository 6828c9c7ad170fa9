//! Argon2id hashes of passwords.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};

/// 19 MiB, two passes, one lane: the least that OWASP recommends, and 0.15 s of one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash of no known password, with today's cost. Checking it takes as long as checking a real one, so the time of an
/// answer does not tell which addresses exist.
const NO_PERSON: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Q3Jvc3NNb2RlbE5vYm9keQ$Yr0sU5fGzW0o4mJmvQd2l7QxqH6v1H0c2x3yqZ8n9bA";

/// The result of checking a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// The hash is of another password, or there is none.
    Wrong,
    /// The hash is of this password.
    Right,
    /// The same, but the hash took less work than today's: make a new one.
    RightButStale,
}

/// The hash of a password, made on the calling thread: for the command line. Takes about 0.15 s.
///
/// # Errors
/// If the password is longer than Argon2 can take (4 GiB).
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt: [u8; 16] = crate::random::bytes();
    Ok(argon2()
        .hash_password_with_salt(password.as_bytes(), &salt)?
        .to_string())
}

/// Checks a password against a stored hash, or, for the same work, against [`NO_PERSON`].
pub(super) fn verify(password: &str, stored: Option<&str>) -> PasswordCheck {
    let right = argon2()
        .verify_password(password.as_bytes(), stored.unwrap_or(NO_PERSON))
        .is_ok();

    match stored {
        Some(stored) if right && is_stale(stored) => PasswordCheck::RightButStale,
        Some(_) if right => PasswordCheck::Right,
        _ => PasswordCheck::Wrong,
    }
}

fn is_stale(stored: &str) -> bool {
    let params = PasswordHash::new(stored)
        .ok()
        .and_then(|hash| Params::try_from(&hash).ok());
    params.is_none_or(|params| params.m_cost() < MEMORY_KIB || params.t_cost() < PASSES)
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_is_right() {
        let stored = hash("correct horse battery").unwrap();

        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(verify("correct horse battery", Some(&stored)), PasswordCheck::Right);
        assert_eq!(verify("correct horse batterz", Some(&stored)), PasswordCheck::Wrong);
        assert_eq!(verify("correct horse battery", None), PasswordCheck::Wrong);
    }

    #[test]
    fn a_hash_of_less_work_is_right_but_stale() {
        let weak = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(8_192, 1, 1, None).unwrap(),
        );
        let stored = weak
            .hash_password_with_salt(b"correct horse battery", &[7; 16])
            .unwrap()
            .to_string();

        assert_eq!(
            verify("correct horse battery", Some(&stored)),
            PasswordCheck::RightButStale
        );
    }

    #[test]
    fn an_unknown_person_costs_as_much_as_a_known_one() {
        let none = PasswordHash::new(NO_PERSON).unwrap();

        let params = Params::try_from(&none).unwrap();

        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert!(none.hash.is_some_and(|hash| hash.len() == 32));
    }
}
