//! Everything that one look at a key's aliases needs, read once.

use std::sync::Arc;
use std::time::Duration;

use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::domain::{AliasName, ApiKey, ApiKeyId, Catalog, Timestamp, Traffic, TrafficWindow};
use crate::store::SavedAliases;

use super::view::KeyHead;

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The key, its saved aliases, the version that a draft was made from, and the catalog.
#[derive(Debug)]
pub(super) struct EditorData {
    /// Who is looking.
    pub who: SignedIn,
    /// The key.
    pub key: ApiKey,
    /// What templates need of it.
    pub head: KeyHead,
    /// What is stored.
    pub stored: SavedAliases,
    /// What the draft was made from: what is stored, or an older version.
    pub base: SavedAliases,
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// The names that the client sent in the last week, and how often.
    pub sent: Vec<(String, i64)>,
    /// When a request last matched each alias.
    pub last_match: Vec<(AliasName, Timestamp)>,
    /// What the client sent in that time, if the page shows it.
    pub traffic: Option<(TrafficWindow, Traffic)>,
    /// The moment of the look.
    pub now: Timestamp,
    /// Where clients call.
    pub gateway_url: String,
}

impl EditorData {
    /// Reads what is needed for a draft that was made from `version`; `None` starts from what is stored. What the client
    /// sent is read if there is a `window` for it.
    ///
    /// # Errors
    /// [`ConsoleError::NotFound`] if there is no such key or it belongs to another account.
    pub(super) async fn open(
        console: &Console,
        who: &SignedIn,
        key: &str,
        version: Option<i64>,
        window: Option<TrafficWindow>,
    ) -> Result<Self, ConsoleError> {
        let id: ApiKeyId = key.parse().map_err(|_| ConsoleError::NotFound)?;
        let scope = who.scope();
        let key = console
            .store
            .api_keys()
            .get(scope, id)
            .await?
            .ok_or(ConsoleError::NotFound)?;
        let stored = console
            .store
            .aliases()
            .list(scope, id)
            .await?
            .ok_or(ConsoleError::NotFound)?;
        let base = match version {
            Some(version) if version != stored.version => {
                // A version that was never saved, or is no longer kept, is taken for what is stored.
                let older = console.store.aliases().at_version(scope, id, version).await?;
                older.unwrap_or_else(|| stored.clone())
            }
            _ => stored.clone(),
        };
        let usage = console.store.usage();
        let now = console.now();
        let traffic = match window {
            Some(window) => Some((window, usage.traffic(id, window, now).await?)),
            None => None,
        };
        Ok(Self {
            traffic,
            sent: usage.names_sent(id, now.minus(WEEK)).await?,
            last_match: usage.last_match(id).await?,
            head: KeyHead::of(&key),
            who: who.clone(),
            key,
            stored,
            base,
            catalog: console.catalog().await?,
            now,
            gateway_url: console.options.gateway_url.clone(),
        })
    }
}
