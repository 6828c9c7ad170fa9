//! One-time links: set-up, password reset, and the one page that shows a new key's secret.

use crate::domain::{ApiKeyId, PersonId, Timestamp};
use crate::store::engine::{Row, Store, StoreError, Table, args, sql, transaction};

/// One-time links, found by the SHA-256 of their token.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a>(pub(in crate::store) &'a Store);

impl Store {
    /// One-time links.
    pub fn links(&self) -> Links<'_> {
        Links(self)
    }
}

/// The purpose of a link. A link of one kind cannot be used as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// Makes the first admin.
    Setup,
    /// Sets a password.
    Reset,
    /// Shows a new key's secret.
    KeySecret,
}

impl LinkKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Reset => "reset",
            Self::KeySecret => "key_secret",
        }
    }
}

/// One link.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the token that the link carries.
    pub hash: [u8; 32],
    /// The purpose of the link.
    pub kind: LinkKind,
    /// The person who may use the link.
    pub person: Option<PersonId>,
    /// The key that the link is about.
    pub key: Option<ApiKeyId>,
    /// The link's payload, sealed by the code that made the link.
    pub payload: Option<Vec<u8>>,
    /// The link is void from this time on.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("kind", &self.kind)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

sql! {
    /// A missing person or key counts as equal to another missing one: a new set-up link voids the old one.
    VOID = r"DELETE FROM link
             WHERE kind = $1 AND COALESCE(person_id, '') = COALESCE(CAST($2 AS TEXT), '') AND COALESCE(api_key_id,
               '') = COALESCE(CAST($3 AS TEXT), '')";
    ADD = "INSERT INTO link (hash, kind, person_id, api_key_id, payload, expires_at) VALUES ($1, $2, $3, $4, $5, $6)";
    PEEK = r"SELECT person_id, api_key_id, payload, expires_at FROM link
             WHERE hash = $1 AND kind = $2 AND expires_at > $3";
    /// One statement, so that of several requests only one gets the row.
    CONSUME = r"DELETE FROM link WHERE hash = $1 AND kind = $2 AND expires_at > $3
                RETURNING person_id, api_key_id, payload, expires_at";
    SWEEP = "DELETE FROM link WHERE expires_at <= $1";
}
const TABLE: Table = Table {
    name: "link",
    id: "expires_at",
};

impl Links<'_> {
    /// Adds a link. Earlier ones of the same kind for the same person or key are void from now on.
    pub async fn create(self, link: &Link) -> Result<(), StoreError> {
        let link = link.clone();
        transaction!(self.0, |tx| {
            let Link {
                hash,
                kind,
                person,
                key,
                payload,
                expires_at,
            } = link;
            tx.run(VOID, args![kind.as_str(), person, key]).await?;
            tx.run(ADD, args![hash, kind.as_str(), person, key, payload, expires_at])
                .await
                .map(drop)
        })
    }

    /// The link of that token hash, if it is of that kind and not void. It stays usable.
    pub async fn peek(self, hash: &[u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row = self.0.first(PEEK, args![*hash, kind.as_str(), now]).await?;
        row.map(|row| link(&row, *hash, kind)).transpose()
    }

    /// Uses the link up: of several requests, only one gets it.
    pub async fn consume(self, hash: &[u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let hash = *hash;
        transaction!(self.0, |tx| {
            let row = tx.first(CONSUME, args![hash, kind.as_str(), now]).await?;
            tx.run(SWEEP, args![now]).await?;
            row.map(|row| link(&row, hash, kind)).transpose()
        })
    }
}

fn link(row: &Row, hash: [u8; 32], kind: LinkKind) -> Result<Link, StoreError> {
    Ok(Link {
        hash,
        kind,
        person: row.parse_opt(TABLE, "person_id")?,
        key: row.parse_opt(TABLE, "api_key_id")?,
        payload: row.get("payload")?,
        expires_at: row.get("expires_at")?,
    })
}
