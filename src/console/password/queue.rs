//! Hashes passwords on threads of their own, a few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::hash::{PasswordCheck, hash, verify};
use crate::console::web::ConsoleError;

/// How many hashes are made at once.
const AT_ONCE: usize = 2;
/// How many requests may wait for a hash.
const WAITING: usize = 16;

/// Hashes passwords, two at a time: each takes 19 MiB and a core. Clones share the queue.
#[derive(Clone, Debug)]
pub struct Passwords {
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
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
    /// Makes the hash to store.
    ///
    /// # Errors
    /// [`ConsoleError::Busy`] if too many requests wait.
    pub async fn hash(&self, password: &str) -> Result<String, ConsoleError> {
        let password = Zeroizing::new(password.to_owned());
        self.run(move || hash(&password))
            .await?
            .map_err(|error| ConsoleError::Internal(error.to_string()))
    }

    /// Checks a password against a stored hash; without one it takes as long and is wrong.
    ///
    /// # Errors
    /// [`ConsoleError::Busy`] if too many requests wait.
    pub async fn verify(&self, password: &str, stored: Option<String>) -> Result<PasswordCheck, ConsoleError> {
        let password = Zeroizing::new(password.to_owned());
        self.run(move || verify(&password, stored.as_deref())).await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ConsoleError> {
        let waiting = Slot::take(&self.waiting).ok_or(ConsoleError::Busy)?;
        let gone = |_| ConsoleError::Internal("the password queue is closed".into());
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(gone)?;
        drop(waiting);

        // The work keeps the slot: a caller who leaves must not let a third one in.
        let run = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(slot);
            done
        });
        run.await.map_err(|error| ConsoleError::Internal(error.to_string()))
    }
}

/// A slot in the queue, free again when dropped.
struct Slot(Arc<AtomicUsize>);

impl Slot {
    fn take(waiting: &Arc<AtomicUsize>) -> Option<Self> {
        let slot = Self(Arc::clone(waiting));
        (waiting.fetch_add(1, Ordering::SeqCst) < WAITING).then_some(slot)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
