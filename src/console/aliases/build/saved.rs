//! The confirmation of a save: when it is live, what clients see, how to call it, and how to undo it.

use std::time::Duration;

use actix_session::Session;
use jiff::tz::TimeZone;

use super::editor::Show;
use crate::console::aliases::draft::snippets;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::SavedPanel;
use crate::console::format::When;
use crate::domain::{AliasSet, ApiKeyId};
use crate::wire;

/// The longest time that a gateway serves the version before.
const LIVE_WITHIN: Duration = Duration::from_secs(60);
/// How many entries of the model list are shown.
const LISTED: usize = 2;
const SESSION_KEY: &str = "aliases_saved";

/// A save, kept in the session for the page that confirms it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Kept {
    /// The key of the aliases.
    pub key: ApiKeyId,
    /// The version that the save stored.
    pub version: i64,
    /// The version before, if the save can be undone.
    pub before: Option<i64>,
}

impl Kept {
    /// Keeps the save in the session, for the next page.
    pub(in crate::console) fn keep(self, session: &Session) {
        if let Err(error) = session.insert(SESSION_KEY, self) {
            tracing::warn!(%error, "The confirmation of a save was lost");
        }
    }

    /// Takes the save out of the session, if it is of this key and still the last one.
    pub(in crate::console) fn take(session: &Session, key: ApiKeyId, version: i64) -> Option<Self> {
        if !session.contains_key(SESSION_KEY) {
            return None;
        }
        let kept: Self = session.remove_as(SESSION_KEY)?.ok()?;
        (kept.key == key && kept.version == version).then_some(kept)
    }

    /// Adds the confirmation to what an editor shows.
    pub(in crate::console) fn show(self, data: &EditorData, show: &mut Show) {
        let live = data.stored.saved_at.unwrap_or(data.now).plus(LIVE_WITHIN);
        let when = When::new(live, data.now);
        let clock = jiff::Timestamp::from_millisecond(live.millis()).map(|at| at.to_zoned(TimeZone::UTC));
        let first = data.stored.aliases.first();

        show.saved = Some(SavedPanel {
            live_clock: clock.map(|at| at.strftime("%H:%M:%S").to_string()).unwrap_or_default(),
            live_machine: when.machine(),
            live_exact: when.exact(),
            url: data.head.url(),
            version: data.stored.version,
            undo: self.before,
            listing: listing(data),
            snippets: first
                .map(|alias| snippets::all(&data.gateway_url, alias.name.as_str()))
                .unwrap_or_default(),
        });
    }
}

/// An entry of the model list, cut down to what an alias changes.
#[derive(serde::Serialize)]
struct Entry<'a> {
    id: &'a str,
    object: &'static str,
    root: &'a str,
    context_length: u64,
    architecture: Modalities<'a>,
}

#[derive(serde::Serialize)]
struct Modalities<'a> {
    input_modalities: &'a [String],
    output_modalities: &'a [String],
}

/// The first entries of the model list, and how many follow.
fn listing(data: &EditorData) -> String {
    let aliases = AliasSet::new(data.stored.aliases.clone());
    let allowed = data.key.models();
    let rows = wire::models::rows(&aliases, &data.catalog, allowed.as_deref());
    let named: Vec<_> = rows.iter().take_while(|row| row.alias).collect();
    let shown: Vec<String> = named.iter().take(LISTED).filter_map(|row| entry(row)).collect();

    let more = match named.len().saturating_sub(shown.len()) {
        0 => String::new(),
        more => format!("{more} more of your names, then "),
    };
    format!(
        "{}\n… {more}the {} models of the catalog",
        shown.join(",\n"),
        rows.len() - named.len()
    )
}

fn entry(row: &wire::models::Row<'_>) -> Option<String> {
    let architecture = &row.model.architecture;
    let entry = Entry {
        id: row.id,
        object: "model",
        root: row.model.id.as_str(),
        context_length: row.model.context_length,
        architecture: Modalities {
            input_modalities: &architecture.input_modalities,
            output_modalities: &architecture.output_modalities,
        },
    };
    serde_json::to_string_pretty(&entry).ok()
}
