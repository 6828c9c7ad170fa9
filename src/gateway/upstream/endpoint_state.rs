//! The state of an address that calls have shown.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use parking_lot::Mutex;

use super::breaker::Breaker;
use super::lessons::Lessons;
use crate::domain::ModelId;

/// What calls have shown about an address. Each catalog snapshot hands it on to the next.
#[derive(Debug, Default)]
pub struct EndpointState {
    takes_usage: AtomicU8,
    /// One breaker for each model: a model that fails says nothing of the others.
    breakers: Mutex<HashMap<ModelId, Arc<Breaker>>>,
    /// What refusals have taught, model by model.
    lessons: Mutex<HashMap<ModelId, Arc<Lessons>>>,
}

/// Whether a provider accepts `stream_options`: known from the catalog, or learned from a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesUsage {
    Unknown = 0,
    Yes = 1,
    No = 2,
}

impl EndpointState {
    /// The circuit breaker of a model at this address.
    pub fn breaker(&self, model: &ModelId) -> Arc<Breaker> {
        Arc::clone(self.breakers.lock().entry(model.clone()).or_default())
    }

    /// What refusals have taught about a model at this address.
    pub fn lessons(&self, model: &ModelId) -> Arc<Lessons> {
        Arc::clone(self.lessons.lock().entry(model.clone()).or_default())
    }

    /// Whether any model is paused at this address after failures.
    pub fn any_open(&self) -> bool {
        self.breakers.lock().values().any(|breaker| breaker.is_open())
    }

    pub(super) fn takes_usage(&self) -> TakesUsage {
        match self.takes_usage.load(Ordering::Relaxed) {
            1 => TakesUsage::Yes,
            2 => TakesUsage::No,
            _ => TakesUsage::Unknown,
        }
    }

    /// Remembers whether the provider accepted `stream_options`.
    pub fn set_takes_usage(&self, takes_usage: TakesUsage) {
        self.takes_usage.store(takes_usage as u8, Ordering::Relaxed);
    }
}
