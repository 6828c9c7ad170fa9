//! Who changed what. Rows are written by the changes themselves, in their transactions, and never changed.

use super::actor::Actor;
use crate::domain::{AccountId, PersonId, Scope, Timestamp};
use crate::store::engine::Row;
use crate::store::engine::{Store, StoreError, Table, Tx, args, sql};

/// Who changed what.
#[derive(Clone, Copy, Debug)]
pub struct Audit<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// Who changed what.
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

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

sql! {
    ADD = "INSERT INTO audit_log (at, person_id, actor, account_id, action, subject_kind, subject_id, detail) \
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = "SELECT at, person_id, actor, action, subject_kind, subject_id, detail FROM audit_log \
            WHERE CAST($1 AS TEXT) IS NULL OR account_id = $1 ORDER BY id DESC LIMIT $2";
}
const TABLE: Table = Table {
    name: "audit_log",
    id: "subject_id",
};

impl Audit<'_> {
    /// The last changes in the scope, the newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn list(self, scope: Scope, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = self.0.all(LIST, args![scope.account(), limit]).await?;
        let entry = |row: &Row| {
            Ok(AuditEntry {
                at: row.get("at")?,
                person: row.parse_opt(TABLE, "person_id")?,
                actor: row.get("actor")?,
                action: row.get("action")?,
                subject_kind: row.get("subject_kind")?,
                subject_id: row.get("subject_id")?,
                detail: row.get("detail")?,
            })
        };
        rows.iter().map(entry).collect()
    }
}

/// What a change was done to.
pub struct Subject {
    kind: &'static str,
    id: String,
    account: Option<AccountId>,
}

impl Subject {
    /// Something of an account, or of the whole installation.
    pub(in crate::store) fn new(kind: &'static str, id: impl ToString, account: Option<AccountId>) -> Self {
        Self {
            kind,
            id: id.to_string(),
            account,
        }
    }
}

impl Tx {
    /// Writes down a change. `action` is the last part of the entry's action; the subject's kind comes before it.
    pub(in crate::store) async fn note(
        &mut self,
        by: &Actor,
        now: Timestamp,
        subject: &Subject,
        action: &'static str,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let action = format!("{}.{action}", subject.kind);
        let id = subject.id.as_str();
        let args = args![
            now,
            by.person,
            by.name.as_str(),
            subject.account,
            action,
            subject.kind,
            id,
            detail.to_string()
        ];
        self.run(ADD, args).await.map(drop)
    }
}
