//! Who changed what. Rows are written by the changes themselves, in their transactions, and never changed.

use super::{Store, StoreError};
use crate::domain::{PersonId, Scope, Timestamp};

/// Who changed what.
#[derive(Debug)]
pub struct Audit<'a>(pub(super) &'a Store);

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, if it was a person.
    pub person: Option<PersonId>,
    /// Who, in words: an e-mail address, or `command line`.
    pub actor: String,
    /// What was done, for example `api_key.rename`.
    pub action: String,
    /// What kind of thing it was done to, for example `api_key`.
    pub subject_kind: String,
    /// To which.
    pub subject_id: String,
    /// A JSON object with what was before and after; never a secret.
    pub detail: String,
}

impl Audit<'_> {
    /// The last changes in the scope, the newest first.
    pub async fn list(&self, scope: Scope, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        todo!()
    }
}
