//! What the console does while its database is away: it says so at once, instead of letting everybody wait for the pool.
//!
//! A request that takes long has the server looked for beside the pool. A server that answers is only busy, and is waited
//! for. While none answers every request is turned away, but for one a second that looks again.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::time::timeout;

/// How long a request takes before the server is looked for.
const LONG: Duration = Duration::from_millis(300);
/// How long the server may take to be found.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// How long what was found is believed.
const BELIEVED: Duration = Duration::from_secs(1);
/// How long a request that is about to be turned away waits for a new look.
const LOOK: Duration = Duration::from_millis(300);

/// What is known of the database's server. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Outage(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    away: bool,
    /// When it was last looked for, and when that began.
    looked: Option<Instant>,
    looking: Option<Instant>,
}

impl Outage {
    /// Does some work, unless the server is away or goes away meanwhile; then the work is dropped, and the answer is `None`.
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

    /// Whether the server is away: as it was found a moment ago, or by a new look.
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
        // In a task of its own: what it finds is for all, also if this request is dropped.
        let (outage, found) = (self.clone(), look());
        let looking = tokio::spawn(async move {
            let there = found.await;
            let mut known = outage.known();
            (known.away, known.looked, known.looking) = (!there, Some(Instant::now()), None);
        });
        // Who is to be turned away does not wait for a server that is silent; who is waiting anyway loses nothing.
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
    async fn work_that_is_quick_has_nobody_looked_for() {
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
    async fn while_the_server_is_away_everybody_is_turned_away_and_one_a_second_looks() {
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

        assert!(began.elapsed() < BELIEVED, "they waited: {:?}", began.elapsed());
        assert_eq!(looks.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn nobody_waits_long_for_a_server_that_is_silent() {
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
    async fn the_first_who_finds_the_server_again_is_served() {
        let outage = Outage::default();
        outage.known().away = true;

        assert_eq!(outage.unless_away(|| async { true }, async { 7 }).await, Some(7));

        assert!(!outage.known().away);
    }
}
