//! Reads everything that a page of a key's aliases needs.

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
    pub who: SignedIn,
    pub key: ApiKey,
    /// The key as templates write it.
    pub head: KeyHead,
    pub stored: SavedAliases,
    /// The version that the draft was made from: the stored one, or an older one.
    pub base: SavedAliases,
    pub catalog: Arc<Catalog>,
    /// The names that the client sent in the last week, and how often.
    pub sent: Vec<(String, i64)>,
    /// When a request last matched each alias.
    pub last_match: Vec<(AliasName, Timestamp)>,
    /// The traffic of the key in a window of time, if the page shows it.
    pub traffic: Option<(TrafficWindow, Traffic)>,
    /// When the data were read.
    pub now: Timestamp,
    /// The base URL for clients, `…/v1`.
    pub gateway_url: String,
}

impl EditorData {
    /// Reads the data for a draft that was made from `version`; `None` is the stored version. The traffic is read only
    /// with a `window`.
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
        let (store, scope, now) = (&console.store, who.scope(), console.now());

        let key = store.api_keys().get(scope, id).await?;
        let key = key.ok_or(ConsoleError::NotFound)?;
        let stored = store.aliases().list(scope, id).await?;
        let stored = stored.ok_or(ConsoleError::NotFound)?;
        let base = match version {
            Some(version) if version != stored.version => {
                // A version that was never saved, or is no longer kept, counts as the stored one.
                let older = store.aliases().at_version(scope, id, version).await?;
                older.unwrap_or_else(|| stored.clone())
            }
            _ => stored.clone(),
        };

        let usage = store.usage();
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
