//! The audit log: who changed what, and when.

mod actor;
mod audit;

pub use actor::Actor;
pub use audit::{Audit, AuditEntry, Subject};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[audit::STATEMENTS];
