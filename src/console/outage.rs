//! Refuses requests at once while the database is away, instead of letting each wait for the pool.
//!
//! A request that takes long looks for the database's server beside the pool. A server that answers is only busy, and the
//! request goes on. While no server answers, every request is refused, except one a second that looks again.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How long a request takes before it looks for the server.
const LONG: Duration = Duration::from_millis(300);
/// How long the server may take to answer a look.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How long the result of a look counts.
const BELIEVED: Duration = Duration::from_secs(1);
/// How long a request waits for a new look before it is refused.
const LOOK: Duration = Duration::from_millis(300);

/// Whether the database's server is away, as far as is known. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Outage(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    away: bool,
    /// When the last look ended.
    looked: Option<Instant>,
    /// When the look that is under way began.
    looking: Option<Instant>,
}

impl Outage {
    /// Runs `work`. If the database's server is away, or goes away meanwhile, drops the work and returns `None`. `look`
    /// asks whether the server answers.
    pub(super) async fn unless_away<T, L>(&self, look: impl Fn() -> L, work: impl Future<Output = T>) -> Option<T>
    where
        L: Future<Output = bool> + Send + 'static,
    {
        if self.known().away && self.is_away(&look).await {
            return None;
        }

        let mut work = pin!(work);
        loop {
            if let Ok(done) = timeout(LONG, work.as_mut()).await {
                return Some(done);
            }
            tokio::select! {
                done = &mut work => return Some(done),
                away = self.is_away(&look) => if away { return None },
            }
        }
    }

    /// Whether the server is away, by the last look or by a new one.
    async fn is_away<L>(&self, look: &impl Fn() -> L) -> bool
    where
        L: Future<Output = bool> + Send + 'static,
    {
        {
            let mut known = self.known();
            let fresh = |at: Option<Instant>, time| at.is_some_and(|at| at.elapsed() < time);
            if fresh(known.looked, BELIEVED) || fresh(known.looking, PATIENCE) {
                return known.away;
            }
            known.looking = Some(Instant::now());
        }

        // In a task of its own: the result is for all requests, also if this one is dropped.
        let (outage, look) = (self.clone(), look());
        let looking = tokio::spawn(async move {
            let there = look.await;
            let mut known = outage.known();
            (known.away, known.looked, known.looking) = (!there, Some(Instant::now()), None);
        });

        // A request that is to be refused does not wait long for a silent server; one that waits anyway loses nothing.
        drop(timeout(LOOK, looking).await);
        self.known().away
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    async fn for_ever() {
        std::future::pending::<()>().await;
    }

    #[tokio::test]
    async fn work_that_is_quick_looks_for_no_server() {
        let looks = AtomicUsize::new(0);
        let look = || {
            looks.fetch_add(1, Ordering::SeqCst);
            async { false }
        };

        assert_eq!(Outage::default().unless_away(look, async { 7 }).await, Some(7));

        assert_eq!(looks.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn a_server_that_is_only_busy_is_waited_for() {
        let slow = tokio::time::sleep(Duration::from_millis(1_500));

        let done = Outage::default().unless_away(|| async { true }, slow).await;

        assert_eq!(done, Some(()));
    }

    #[tokio::test]
    async fn while_the_server_is_away_requests_are_refused_and_one_a_second_looks() {
        let (outage, looks) = (Outage::default(), Arc::new(AtomicUsize::new(0)));
        let look = || {
            looks.fetch_add(1, Ordering::SeqCst);
            async { false }
        };
        assert_eq!(outage.unless_away(look, for_ever()).await, None);

        let began = Instant::now();
        for _ in 0..50 {
            assert_eq!(outage.unless_away(look, for_ever()).await, None);
        }

        assert!(began.elapsed() < BELIEVED, "the requests waited: {:?}", began.elapsed());
        assert_eq!(looks.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn no_request_waits_long_for_a_server_that_is_silent() {
        let outage = Outage::default();
        outage.known().away = true;
        let silent = || async {
            for_ever().await;
            true
        };

        let began = Instant::now();
        assert_eq!(outage.unless_away(silent, for_ever()).await, None);
        let first = began.elapsed();
        assert_eq!(outage.unless_away(silent, for_ever()).await, None);

        assert!(
            first < LOOK * 2 && began.elapsed() - first < LOOK / 2,
            "{first:?}, {:?}",
            began.elapsed()
        );
    }

    #[tokio::test]
    async fn the_first_request_that_finds_the_server_again_is_served() {
        let outage = Outage::default();
        outage.known().away = true;

        assert_eq!(outage.unless_away(|| async { true }, async { 7 }).await, Some(7));

        assert!(!outage.known().away);
    }
}
