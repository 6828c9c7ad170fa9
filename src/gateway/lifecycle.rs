//! The gateway as a whole: how it starts, which tasks run beside the calls, and how it stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web;
use parking_lot::Mutex;
use tokio::task::JoinHandle;

use super::endpoints::routes;
use super::error::GatewayError;
use super::http::{BodyBudget, refusal_log};
use super::metering::spending::{self, Spending};
use super::metering::{recovery, retention, shipper, spool};
use super::options::GatewayOptions;
use super::state::Inner;
use super::upstream::dial;
use super::{cache, drains, memory, metrics};
use crate::domain::GatewayId;
use crate::random;
use crate::store::Store;

/// The gateway, running. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
    tasks: Arc<Mutex<Option<Tasks>>>,
}

impl Gateway {
    /// Reads the catalog, and starts the tasks that keep the caches fresh and write usage records. Call it on the
    /// runtime that lives as long as the gateway.
    ///
    /// # Errors
    /// If the database does not answer, the spool cannot be written, or TLS cannot be set up.
    pub async fn start(store: Store, options: GatewayOptions) -> Result<Self, GatewayError> {
        let gateway = GatewayId::new(options.clock.now(), random::bytes());
        let patience = options.timeouts.database;
        let spending = Arc::new(Spending::new(store.clone(), options.clock.clone(), gateway, patience));
        let cache = Arc::new(cache::Cache::start(store.clone(), &options, Arc::clone(&spending)).await?);

        // Register the gateway first: a lease whose gateway is unknown counts as free.
        store.gateways().seen(gateway, options.clock.now()).await?;
        let unwritable = |error| GatewayError::Spool(options.spool.folder.clone(), error);
        let spool = spool::Spool::start(&options.spool, gateway).map_err(unwritable)?;

        let inner = Arc::new(Inner {
            hasher: options.master.api_key_hasher(),
            cache,
            spending,
            shipper: Arc::new(shipper::Shipper::new(spool.clone())),
            spool,
            refusals: Arc::default(),
            refusal_log: refusal_log::RefusalLog::default(),
            metrics: metrics::Metrics::default(),
            bodies: BodyBudget::default(),
            answers: memory::Memory::of(options.limits.answers),
            drains: drains::Drains::default(),
            connector: dial::connector(&options)?,
            stopping: AtomicBool::new(false),
            options,
        });
        let tasks = Tasks::start(&inner, &store);

        Ok(Self {
            inner,
            tasks: Arc::new(Mutex::new(Some(tasks))),
        })
    }

    /// Mounts `/v1/*`, `/healthz`, `/readyz` and `/metrics`. Call the function that it returns once in each worker: each worker
    /// has its own connections to providers, so that no call wakes another thread.
    ///
    /// Set `tcp_nodelay(true)` on the server, or a stream's chunks wait up to 40 ms, and `h1_allow_half_closed(false)`, or
    /// a client that hangs up before the first byte is noticed only when that byte is sent.
    pub fn configure(&self) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static {
        let inner = Arc::clone(&self.inner);
        move |config| routes::mount(config, &inner)
    }

    /// Writes every waiting usage record into the tables.
    pub async fn flush(&self) {
        self.inner.refusals.flush(&self.inner.spending.store).await;
        self.inner.shipper.flush().await;
    }

    /// Makes `/readyz` say that this gateway is about to stop, so that load balancers send it no new calls. It answers
    /// calls as before.
    pub fn drain(&self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
    }

    /// Stops the gateway: makes `/readyz` say so, and writes the records of finished calls. Call it after the server
    /// has stopped.
    pub async fn stop(&self) {
        self.drain();
        let patience = self.inner.options.timeouts.database;
        drop(tokio::time::timeout(patience, self.inner.refusals.flush(&self.inner.spending.store)).await);
        self.inner.spending.end_sweeps().await;
        self.inner.shipper.stop();

        let Some(Tasks { shipper, others }) = self.tasks.lock().take() else {
            return;
        };
        for task in others {
            task.abort();
        }
        if shipper.await.is_err() {
            tracing::error!("The writer of usage records did not end well");
        }

        self.inner.spool.stop();
        self.inner.spool.release_folder();
    }
}

/// The sweep: every few seconds, compares the cache with the database, and writes the held amounts and the refused
/// names into it. It runs until it is aborted.
pub async fn sweep(inner: Arc<Inner>) {
    let mut ticks = tokio::time::interval(inner.options.sweep_every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick comes at once, when everything is still fresh.
    ticks.tick().await;

    loop {
        ticks.tick().await;
        inner.cache.sweep().await;
        inner.spending.sweep().await;
        inner.refusals.flush(&inner.spending.store).await;
    }
}

/// The tasks that run beside the calls.
pub struct Tasks {
    shipper: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
}

impl Tasks {
    fn start(inner: &Arc<Inner>, store: &Store) -> Self {
        let spending = &inner.spending;
        let others = vec![
            tokio::spawn(sweep(Arc::clone(inner))),
            tokio::spawn(recovery::recover(inner.options.spool.clone(), Arc::clone(spending))),
            tokio::spawn(spending::hear(Arc::clone(spending), store.changes())),
            tokio::spawn(retention::run_housekeeping(
                Arc::clone(spending),
                inner.options.keep_records,
            )),
        ];

        Self {
            shipper: shipper::start(Arc::clone(&inner.shipper), Arc::clone(spending)),
            others,
        }
    }
}
