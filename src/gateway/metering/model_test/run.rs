//! One run of a gateway in a trace.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::model::End;
use super::trace::Trace;
use crate::domain::{Budget, CallState, GatewayId, RequestId, Tokens, UsageSource};
use crate::gateway::metering::shipper::Shipper;
use crate::gateway::metering::spending::{Holds, KeyLeases, Spending};
use crate::gateway::metering::spool::{CallEnded, Spool, SpoolHandle};

/// A gateway that runs.
pub(super) struct Run {
    pub(super) gateway: GatewayId,
    pub(super) spending: Arc<Spending>,
    pub(super) spool_handle: SpoolHandle,
    pub(super) spool: Spool,
    pub(super) shipper: Arc<Shipper>,
    pub(super) shipper_task: JoinHandle<()>,
    pub(super) recovery: Option<JoinHandle<()>>,
    pub(super) leases: KeyLeases,
    pub(super) open: Vec<(RequestId, Holds)>,
    /// Flushes that are under way.
    pub(super) flushes: Vec<JoinHandle<()>>,
}

impl Run {
    /// Cuts the recovery short.
    pub(super) fn stop_recovery(&self) {
        if let Some(recovery) = &self.recovery {
            recovery.abort();
        }
    }

    /// Waits until all calls that have ended are in the tables.
    pub(super) async fn flush(&self) {
        self.shipper.flush().await;
    }

    /// Ends a call that never began.
    pub(super) fn end_without_start(&self, id: RequestId) {
        drop(self.spool_handle.end(&ended_as(
            id,
            End {
                state: CallState::Settled,
                cost: 1,
            },
        )));
    }

    /// The same, while the next steps go on.
    pub(super) fn flush_later(&mut self) {
        let shipper = Arc::clone(&self.shipper);
        self.flushes.push(tokio::spawn(async move { shipper.flush().await }));
    }

    /// Gives back what is unused, as if another gateway needed it.
    pub(super) async fn give_back(&self, trace: &Trace) {
        self.spending.recalled(Budget::Balance(trace.account)).await;
        self.spending.recalled(Budget::Key(trace.key)).await;
    }

    /// The sweep that runs every few seconds.
    pub(super) async fn sweep(&self) {
        self.spending.sweep().await;
    }
}

/// The end of a call, with usual values for all that does not matter here.
pub(super) fn ended_as(id: RequestId, end: End) -> CallEnded {
    CallEnded {
        id,
        ran: None,
        state: end.state,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 10,
            completion: 5,
            ..Tokens::default()
        },
        searches: 0,
        tier: None,
        source: UsageSource::Provider,
        price: None,
        cost: end.cost,
        latency_ms: 1,
        first_byte_ms: None,
        attempts: Vec::new(),
        adapted: (end.cost % 2 == 0).then(|| "max_tokens".into()),
    }
}

/// The segments of a run's folder with their offsets, in order.
pub(super) fn segments(folder: &std::path::Path) -> Vec<(u64, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<(u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name()?.to_str()?.strip_suffix(".log")?;
            Some((u64::from_str_radix(name, 16).unwrap(), path.clone()))
        })
        .collect();
    found.sort();
    found
}

/// Ends a task, at whatever step it is.
pub(super) async fn abort(task: JoinHandle<()>) {
    task.abort();
    drop(task.await);
}
