//! The traffic under the list: the names that the client really sent, resolved by the saved aliases and by the draft.

mod change;
mod cost;
mod rows;

use crate::console::aliases::draft::{Draft, snippets};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{NoTraffic, TrafficPanel};
use crate::console::format::figures;
use crate::domain::{AliasSet, TrafficWindow, Validation};
use change::TrafficChange;
use cost::cost;
use rows::rows;

/// The panel; `None` if the editor's data hold no traffic.
pub fn traffic_panel(data: &EditorData, draft: &Draft, checked: &Validation) -> Option<TrafficPanel> {
    let (window, traffic) = data.traffic.as_ref()?;
    let saved = AliasSet::new(data.stored.aliases.clone());
    let next = AliasSet::new(checked.aliases.clone());

    let names = traffic.names.iter();
    let changes: Vec<Option<TrafficChange<'_>>> = names
        .map(|sent| {
            sent.is_a_name()
                .then(|| TrafficChange::new(data, &saved, &next, &sent.name))
        })
        .collect();
    let (cost, mut notes) = cost(traffic, &changes);
    if changes.iter().flatten().any(TrafficChange::is_changed) {
        notes.extend(checked.ignored_rows());
    }

    Some(TrafficPanel {
        url: data.head.url(),
        window: *window,
        none: traffic.is_empty().then(|| nothing(data, *window)),
        rows: rows(data, draft, traffic, &changes),
        others: traffic.others.as_ref().map(|ran| figures::count(ran.requests)),
        cost,
        notes,
    })
}

/// The text for a window without traffic. A key that no client used yet gets a call that works.
fn nothing(data: &EditorData, window: TrafficWindow) -> NoTraffic {
    if data.key.last_used_at.is_some() {
        return NoTraffic {
            text: format!("No requests in the last {}.", window.label()),
            curl: None,
        };
    }

    let alias = data.stored.aliases.first().map(|alias| alias.name.as_str());
    let allowed = data.key.models();
    let allowed = allowed.as_deref();
    let model = || {
        data.catalog
            .all_callable()
            .find(|model| allowed.is_none_or(|list| list.contains(&model.id)))
    };
    let name = alias
        .or_else(|| model().map(|model| model.id.as_str()))
        .unwrap_or("any-name-you-like");
    NoTraffic {
        text: "No requests yet. Try the curl below.".into(),
        curl: Some(snippets::curl(&data.gateway_url, name)),
    }
}
