//! Passwords: which ones will do, and their Argon2id hashes, made off the threads that answer requests.

mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

pub use rules::{LONGEST, PasswordError, SHORTEST, check};

use super::web::ConsoleError;

/// 19 MiB, two passes, one lane: the least that OWASP recommends, and 0.15 s of one core.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const AT_ONCE: usize = 2;
const WAITING: usize = 16;

/// A hash of nothing that anybody knows, with today's cost. Checking it takes as long as checking a real one, so that the
/// time of an answer does not tell which addresses exist.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Q3Jvc3NNb2RlbE5vYm9keQ$Yr0sU5fGzW0o4mJmvQd2l7QxqH6v1H0c2x3yqZ8n9bA";

/// Hashes passwords, two at a time: each takes 19 MiB and a core. Clones share the queue.
#[derive(Clone, Debug)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// What checking a password found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordCheck {
    /// It is another password.
    Wrong,
    /// It is the password.
    Right,
    /// It is the password, and its hash was made with less work than today's: make a new one.
    RightButStale,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::default(),
        }
    }
}

impl Passwords {
    /// The hash to store.
    ///
    /// # Errors
    /// [`ConsoleError::Busy`] with too many waiting.
    pub async fn hash(&self, password: &str) -> Result<String, ConsoleError> {
        let password = Zeroizing::new(password.to_owned());
        self.run(move || hash(&password))
            .await?
            .map_err(|error| ConsoleError::Internal(error.to_string()))
    }

    /// Checks a password against a stored hash, or, for the same work, against nobody's.
    ///
    /// # Errors
    /// [`ConsoleError::Busy`] with too many waiting.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<PasswordCheck, ConsoleError> {
        let password = Zeroizing::new(password.to_owned());
        self.run(move || verify(&password, stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ConsoleError> {
        let place = Slot::take(&self.waiting).ok_or(ConsoleError::Busy)?;
        let gone = |_| ConsoleError::Internal("the password queue is closed".into());
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(gone)?;
        drop(place);
        // The slot goes with the work: a caller who leaves must not let a third one in.
        let run = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        run.await.map_err(|error| ConsoleError::Internal(error.to_string()))
    }
}

/// A place in the queue, given back when dropped.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(waiting: &Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(Arc::clone(waiting));
        (waiting.fetch_add(1, Ordering::SeqCst) < WAITING).then_some(place)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The hash of a password, on the thread that asks: for the command line. Takes about 0.15 s.
///
/// # Errors
/// If the password is longer than Argon2 can take (4 GiB).
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt: [u8; 16] = crate::random::bytes();
    Ok(argon2()
        .hash_password_with_salt(password.as_bytes(), &salt)?
        .to_string())
}

fn verify(password: &str, stored: Option<&str>) -> PasswordCheck {
    let right = argon2()
        .verify_password(password.as_bytes(), stored.unwrap_or(NOBODY))
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
    fn nobody_costs_as_much_as_somebody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();

        let params = Params::try_from(&nobody).unwrap();

        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (MEMORY_KIB, PASSES, LANES)
        );
        assert!(nobody.hash.is_some_and(|hash| hash.len() == 32));
    }

    #[tokio::test]
    async fn a_full_queue_turns_the_next_one_away() {
        let passwords = Passwords::default();
        let _held = passwords.slots.clone().acquire_many_owned(2).await.unwrap();
        passwords.waiting.store(WAITING, Ordering::SeqCst);

        let answer = passwords.verify("whatever", None).await;

        assert!(matches!(answer, Err(ConsoleError::Busy)));
        assert_eq!(passwords.waiting.load(Ordering::SeqCst), WAITING);
    }
}
