//! The audit log: who changed what. Each change writes its row in its own transaction; rows are never changed.

use super::writer::By;
use crate::domain::{AccountId, PersonId, Scope, Timestamp};
use crate::store::engine::Row;
use crate::store::engine::{Store, StoreError, Table, Tx, args, sql};

/// Reads the audit log.
#[derive(Clone, Copy, Debug)]
pub struct Audit<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// The audit log: who changed what.
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
}

/// One change in the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When the change was made.
    pub at: Timestamp,
    /// The actor, if it is a person.
    pub person: Option<PersonId>,
    /// The actor's name: an e-mail address, or `command line`.
    pub actor: String,
    /// The action, for example `api_key.rename`.
    pub action: String,
    /// The kind of the changed thing, for example `api_key`.
    pub subject_kind: String,
    /// The id of the changed thing.
    pub subject_id: String,
    /// A JSON object with the values before and after the change; never a secret.
    pub detail: String,
}

sql! {
    ADD = r"INSERT INTO audit_log (at, person_id, actor, account_id, action, subject_kind, subject_id, detail)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST = r"SELECT at, person_id, actor, action, subject_kind, subject_id, detail
             FROM audit_log WHERE CAST($1 AS TEXT) IS NULL OR account_id = $1
             ORDER BY id DESC LIMIT $2";
}
const TABLE: Table = Table {
    name: "audit_log",
    id: "subject_id",
};

impl Audit<'_> {
    /// The last changes in the scope, the newest first.
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

/// The thing that a change is about.
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
    /// Writes a change to the audit log. `action` is the last part of the entry's action; the subject's kind comes before
    /// it.
    pub(in crate::store) async fn note(
        &mut self,
        by: &By,
        subject: &Subject,
        action: &'static str,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let action = format!("{}.{action}", subject.kind);
        let id = subject.id.as_str();
        let args = args![
            by.now,
            by.actor.person,
            by.actor.name.as_str(),
            subject.account,
            action,
            subject.kind,
            id,
            detail.to_string()
        ];
        self.run(ADD, args).await.map(drop)
    }
}
