//! The audit log: the actors of changes, how they write, and who changed what.

mod actor;
mod audit;
mod writer;

pub use actor::Actor;
pub use audit::{Audit, AuditEntry, Subject};
pub use writer::{By, Writer};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[audit::STATEMENTS];
