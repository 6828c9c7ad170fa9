//! One query of the database for all calls that want its answer at the same time.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::db_health::DatabaseDown;

/// The answer of a query that is under way. Clones wait for the same one.
pub type Flight<T> = Shared<BoxFuture<'static, Result<T, DatabaseDown>>>;

/// The query that is under way for one thing, if there is one.
///
/// It has no lock: it lies under the lock of its owner. A lease needs that, since a call that joins a query also says how much
/// it needs, and the query's end changes the lease and its flight in one step.
pub struct SingleFlight<T>(Option<(AbortHandle, Flight<T>)>);

impl<T> Default for SingleFlight<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    /// The query under way, or a new one. `work` has to end with [`SingleFlight::land`], or with the removal of this value:
    /// before that, calls join it and get its answer.
    ///
    /// It runs in a task of its own, since the calls that wait for it may be dropped. If it panics, or its runtime ends, those
    /// calls get [`DatabaseDown`], and the next call begins a new one.
    pub fn join_or_start<W>(&mut self, runtime: &Handle, work: impl FnOnce() -> W) -> Flight<T>
    where
        W: Future<Output = Result<T, DatabaseDown>> + Send + 'static,
    {
        if let Some((task, flight)) = &self.0
            && !task.is_finished()
        {
            return flight.clone();
        }

        let task = runtime.spawn(work());
        let handle = task.abort_handle();
        let flight = async move { task.await.unwrap_or(Err(DatabaseDown)) }.boxed().shared();
        self.0 = Some((handle, flight.clone()));
        flight
    }

    /// Notes that the query has its answer: a call that comes later begins a new one.
    pub fn land(&mut self) {
        self.0 = None;
    }

    /// Whether a query is under way.
    pub fn is_under_way(&self) -> bool {
        self.0.as_ref().is_some_and(|(task, _)| !task.is_finished())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use parking_lot::Mutex;
    use tokio::sync::Semaphore;
    use tokio::task::yield_now;

    use super::*;

    /// A thing that is loaded: each load answers how many there were so far, once the gate lets it.
    #[derive(Clone)]
    struct Thing {
        flight: Arc<Mutex<SingleFlight<u32>>>,
        loads: Arc<AtomicU32>,
        gate: Arc<Semaphore>,
    }

    impl Thing {
        fn new() -> Self {
            Self {
                flight: Arc::default(),
                loads: Arc::default(),
                gate: Arc::new(Semaphore::new(0)),
            }
        }

        fn load(&self) -> Flight<u32> {
            self.load_on(&Handle::current())
        }

        fn load_on(&self, runtime: &Handle) -> Flight<u32> {
            let thing = self.clone();
            self.flight.lock().join_or_start(runtime, || async move {
                let load = thing.loads.fetch_add(1, Ordering::Relaxed) + 1;
                thing.gate.acquire().await.unwrap().forget();
                thing.flight.lock().land();
                Ok(load)
            })
        }

        fn panic(&self) -> Flight<u32> {
            self.flight
                .lock()
                .join_or_start(&Handle::current(), || async { panic!("in a test") })
        }

        fn is_under_way(&self) -> bool {
            self.flight.lock().is_under_way()
        }
    }

    #[tokio::test]
    async fn calls_that_come_while_a_query_is_under_way_share_its_answer() {
        let thing = Thing::new();
        let calls = [thing.load(), thing.load(), thing.load()];
        assert!(thing.is_under_way());
        thing.gate.add_permits(1);

        for call in calls {
            assert_eq!(call.await, Ok(1));
        }

        assert!(!thing.is_under_way());
        thing.gate.add_permits(1);
        assert_eq!(thing.load().await, Ok(2));
    }

    #[tokio::test]
    async fn the_call_that_began_a_query_may_be_dropped_without_harm_to_those_that_joined() {
        let thing = Thing::new();
        let (first, second) = (thing.clone(), thing.clone());
        let first = tokio::spawn(async move { first.load().await });
        yield_now().await;
        let second = tokio::spawn(async move { second.load().await });
        yield_now().await;

        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        thing.gate.add_permits(1);

        assert_eq!(second.await.unwrap(), Ok(1));
    }

    #[tokio::test]
    async fn a_query_goes_on_when_no_call_waits_for_it_any_more() {
        let thing = Thing::new();
        drop(thing.load());
        thing.gate.add_permits(1);

        while thing.is_under_way() {
            yield_now().await;
        }

        assert_eq!(thing.loads.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn a_query_that_panics_fails_for_all_that_wait_and_the_next_call_begins_a_new_one() {
        let thing = Thing::new();
        let calls = [thing.panic(), thing.load()];

        for call in calls {
            assert_eq!(call.await, Err(DatabaseDown));
        }

        assert!(!thing.is_under_way());
        thing.gate.add_permits(1);
        assert_eq!(thing.load().await, Ok(1));
    }

    #[tokio::test]
    async fn a_query_whose_runtime_ends_fails_for_all_that_wait_and_the_next_call_begins_a_new_one() {
        let thing = Thing::new();
        let other = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let calls = [thing.load_on(other.handle()), thing.load()];

        other.shutdown_background();
        for call in calls {
            assert_eq!(call.await, Err(DatabaseDown));
        }

        thing.gate.add_permits(1);
        assert!(thing.load().await.is_ok());
    }
}
