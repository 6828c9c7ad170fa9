//! A call that is about to be made, as its record needs it.

use std::sync::Arc;

use crate::domain::{AliasName, Match, RequestId, RequestUse, ServiceTier, Timestamp};
use crate::gateway::cache::CompiledKey;
use crate::gateway::metering::spending::{CostBound, Holds};
use crate::gateway::upstream::Progress;
use crate::wire::operation::Operation;

/// A call that is about to be made.
pub struct NewCall {
    pub id: RequestId,
    pub key: Arc<CompiledKey>,
    pub at: Timestamp,
    pub requested: String,
    pub alias: Option<(AliasName, Match)>,
    pub operation: Operation,
    pub stream: bool,
    pub agent: Option<String>,
    pub prompt_bytes: usize,
    /// What the request uses.
    pub used: RequestUse,
    /// The most that it may cost. `holds` reserves that much.
    pub bound: CostBound,
    pub holds: Holds,
    pub tier: Option<ServiceTier>,
    pub progress: Arc<Progress>,
}
