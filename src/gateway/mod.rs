//! What callers see: keys are checked, names resolved, calls sent on to providers, answers streamed back and metered.
//!
//! One request walks [`call`] → [`auth`] → [`body`] → `wire::control` → `domain::decide` → [`permit`] → [`catalog`] →
//! [`candidates`] → [`plan`] → [`spending`] → [`pump`] → [`attempts`] → [`http`] → [`opening`] → [`whole`], or [`flow`] and
//! [`relay`] → [`line`] → [`answer`]. Its [`ticket`] writes to the [`spool`] that it begins, and what it cost, which [`shipping`] moves into the tables. None of it
//! waits for the database once the key, the catalog and a lease of the balance are in memory: [`live`] keeps the first two,
//! and bounds how stale they may be.

mod answer;
mod attempts;
mod auth;
mod body;
mod breaker;
mod call;
mod candidates;
mod catalog;
mod check;
mod cors;
mod count_tokens;
mod credentials;
mod credits;
mod drains;
mod egress;
mod flow;
mod health;
mod http;
mod keys;
mod limits;
mod line;
mod live;
mod marks;
mod mask;
mod memory;
mod metrics;
mod models;
mod opening;
mod options;
mod patience;
mod permit;
mod plan;
mod proxy;
mod pump;
mod reader;
mod recovery;
mod refusal_log;
mod refusals;
mod relay;
mod retention;
mod roots;
mod routes;
mod shipping;
mod shown_key;
mod spending;
mod spool;
mod stand_in;
mod target;
mod ticket;
#[cfg(test)]
mod traces;
mod upstream;
mod whole;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::web;
use tokio::task::JoinHandle;

pub use check::check;
pub use cors::{CorsOrigins, CorsOriginsError};
pub use credentials::credential_context;
pub use options::{EnvLookup, GatewayOptions, Limits, Reserve, Retries, Timeouts};
pub use proxy::{ProviderProxy, ProxyError};
pub use roots::{CaFileError, ExtraRoots};
pub use routes::{Address, addresses};
pub use shown_key::ShownKey;
pub use spool::SpoolOptions;

use spending::Spending;

use crate::domain::{ApiKeyHasher, GatewayId};
use crate::random;
use crate::store::{Store, StoreError};

/// The gateway, running. Clones are the same gateway.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
    tasks: Arc<std::sync::Mutex<Option<Tasks>>>,
}

/// What every worker and every call shares.
struct Inner {
    options: GatewayOptions,
    hasher: ApiKeyHasher,
    live: Arc<live::Live>,
    spending: Arc<spending::Spending>,
    spool: spool::Spool,
    shipping: Arc<shipping::Shipping>,
    refusals: Arc<refusals::Refusals>,
    refusal_log: refusal_log::RefusalLog,
    metrics: metrics::Metrics,
    bodies: body::Budget,
    /// What is held of providers' answers.
    answers: memory::Memory,
    /// Answers that are read on after their clients have left.
    drains: drains::Drains,
    connector: egress::Connector,
    stopping: AtomicBool,
}

/// Why the gateway cannot start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The catalog cannot be read.
    #[error("the gateway cannot read the catalog: {0}")]
    Store(#[from] StoreError),
    /// Calls cannot be written down before they are made.
    #[error("the spool in {0} cannot be written: {1}")]
    Spool(std::path::PathBuf, std::io::Error),
    /// TLS cannot be set up.
    #[error("the gateway cannot speak TLS: {0}")]
    Tls(#[from] rustls::Error),
}

impl Gateway {
    /// Reads the catalog and starts the tasks that keep what is in memory fresh and write usage records. Call it on the
    /// runtime that lives as long as the gateway.
    ///
    /// # Errors
    /// If the database does not answer, or TLS cannot be set up.
    pub async fn start(store: Store, options: GatewayOptions) -> Result<Self, GatewayError> {
        let gateway = GatewayId::new(options.clock.now(), random::bytes());
        let patience = options.timeouts.database;
        let spending = Arc::new(Spending::new(store.clone(), options.clock.clone(), gateway, patience));
        let live = Arc::new(live::Live::start(store.clone(), &options, Arc::clone(&spending)).await?);
        // Known before anything refers to it: a lease of nobody's is free.
        store.gateways().seen(gateway, options.clock.now()).await?;
        let unwritable = |error| GatewayError::Spool(options.spool.folder.clone(), error);
        let spool = spool::Spool::start(&options.spool, gateway).map_err(unwritable)?;
        let shipping = Arc::new(shipping::Shipping::new(spool.clone()));
        let inner = Arc::new(Inner {
            hasher: options.master.api_key_hasher(),
            live,
            spending: Arc::clone(&spending),
            spool,
            shipping: Arc::clone(&shipping),
            refusals: Arc::default(),
            refusal_log: refusal_log::RefusalLog::default(),
            metrics: metrics::Metrics::default(),
            bodies: body::Budget::default(),
            answers: memory::Memory::of(options.limits.answers),
            drains: drains::Drains::default(),
            connector: egress::connector(&options)?,
            stopping: AtomicBool::new(false),
            options,
        });
        let others = vec![
            tokio::spawn(sweep(Arc::clone(&inner))),
            tokio::spawn(recovery::recover(inner.options.spool.clone(), Arc::clone(&spending))),
            tokio::spawn(spending::hear(Arc::clone(&spending), store.changes())),
            tokio::spawn(retention::keep_house(Arc::clone(&spending), inner.options.keep_records)),
        ];
        let shipper = shipping::start(shipping, spending);
        Ok(Self { inner, tasks: Arc::new(std::sync::Mutex::new(Some(Tasks { shipper, others }))) })
    }

    /// Mounts `/v1/*`, `/healthz`, `/readyz` and `/metrics`. Call the answer once in each worker: each has connections to
    /// providers of its own, so that no call wakes another thread.
    ///
    /// Set `tcp_nodelay(true)` on the server, or a stream's chunks wait up to 40 ms, and `h1_allow_half_closed(false)`, or
    /// a client that hangs up before the first byte is noticed only when that byte is sent.
    pub fn configure(&self) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static {
        let inner = Arc::clone(&self.inner);
        move |config| routes::mount(config, &inner)
    }

    /// Writes every usage record that is waiting.
    pub async fn flush(&self) {
        self.inner.refusals.flush(&self.inner.spending.store).await;
        self.inner.shipping.flush().await;
    }

    /// Says in `/readyz` from now on that this gateway is about to stop, so that no new work is sent to it. Calls are
    /// answered as before.
    pub fn drain(&self) {
        self.inner.stopping.store(true, Ordering::SeqCst);
    }

    /// Stops: `/readyz` says so from now on, and the records of finished calls are written. Call it after the server has
    /// stopped.
    pub async fn stop(&self) {
        self.drain();
        let patience = self.inner.options.timeouts.database;
        drop(tokio::time::timeout(patience, self.inner.refusals.flush(&self.inner.spending.store)).await);
        self.inner.spending.end_sweeps().await;
        self.inner.shipping.stop();
        let Some(Tasks { shipper, others }) = lock(&self.tasks).take() else { return };
        for task in others {
            task.abort();
        }
        if shipper.await.is_err() {
            tracing::error!("The writer of usage records did not end well");
        }
        self.inner.spool.stop();
        self.inner.spool.let_go();
    }
}

/// Compares what is in memory with the database, and tells it what it should know, for ever.
async fn sweep(inner: Arc<Inner>) {
    let mut ticks = tokio::time::interval(inner.options.sweep_every);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    // The first tick is at once, when everything is fresh.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        inner.live.sweep().await;
        inner.spending.sweep().await;
        inner.refusals.flush(&inner.spending.store).await;
    }
}

/// What runs beside the calls.
struct Tasks {
    shipper: JoinHandle<()>,
    others: Vec<JoinHandle<()>>,
}

/// A lock whose holder panicked still guards good data here: nothing panics between two writes.
fn lock<T: ?Sized>(mutex: &std::sync::Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
