//! One-time links: set-up, password reset, and the one page that shows a new key's secret.

use super::{Store, StoreError};
use crate::domain::{ApiKeyId, PersonId, Timestamp};

/// One-time links, found by the SHA-256 of their token.
#[derive(Debug)]
pub struct Links<'a>(pub(super) &'a Store);

/// What a link is for. One kind never passes for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// Makes the first admin.
    Setup,
    /// Sets a password.
    Reset,
    /// Shows a new key's secret.
    KeySecret,
}

/// One link.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the token that the link carries.
    pub hash: [u8; 32],
    /// What it is for.
    pub kind: LinkKind,
    /// Whom it is for.
    pub person: Option<PersonId>,
    /// Which key it is about.
    pub key: Option<ApiKeyId>,
    /// What it carries, sealed by whoever made it.
    pub payload: Option<Vec<u8>>,
    /// From when on it is void.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link").field("kind", &self.kind).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Links<'_> {
    /// Adds a link. Earlier ones of the same kind for the same person or key are void from now on.
    pub async fn create(&self, link: &Link) -> Result<(), StoreError> {
        todo!()
    }

    /// The link, if it is of that kind and not void; it stays usable.
    pub async fn peek(&self, hash: &[u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Link>, StoreError> {
        todo!()
    }

    /// Takes the link: of all who ask for it, one gets it.
    pub async fn consume(&self, hash: &[u8; 32], kind: LinkKind, now: Timestamp) -> Result<Option<Link>, StoreError> {
        todo!()
    }
}
