//! The state that all workers and all calls share.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::http::{BodyBudget, refusal_log};
use super::metering::{refused_names, shipper, spending, spool};
use super::options::GatewayOptions;
use super::upstream::dial;
use super::{cache, drains, memory, metrics};
use crate::domain::ApiKeyHasher;

/// The state that all workers and all calls share.
pub struct Inner {
    pub options: GatewayOptions,
    pub hasher: ApiKeyHasher,
    pub cache: Arc<cache::Cache>,
    pub spending: Arc<spending::Spending>,
    pub spool: spool::Spool,
    pub shipper: Arc<shipper::Shipper>,
    pub refusals: Arc<refused_names::Refusals>,
    pub refusal_log: refusal_log::RefusalLog,
    pub metrics: metrics::Metrics,
    pub bodies: BodyBudget,
    /// The memory that providers' answers share.
    pub answers: memory::Memory,
    /// Answers that are read on after their clients have left.
    pub drains: drains::Drains,
    pub connector: dial::Connector,
    pub stopping: AtomicBool,
}
