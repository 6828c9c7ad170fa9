//! Merges a draft with a save that another person or tab made in the meantime.

use std::time::Duration;

use super::editor::Show;
use crate::console::aliases::draft::{Conflict, ConflictKind, Draft, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Notice, who_saved};
use crate::console::format::in_words;
use crate::domain::{self, Alias, AliasName, MergedRow};
use crate::store::SavedAliases;

/// The result of [`merge`]: a draft that now starts from the save in between.
#[derive(Debug)]
pub struct Merged {
    /// The data of the page, with the new version as the draft's base.
    pub data: EditorData,
    /// The other save where the person changed nothing, the person's rows where the other save changed nothing, and a
    /// question where both changed the same alias.
    pub draft: Draft,
    /// The message and the marks for the page.
    pub show: Show,
}

/// Merges the aliases of a draft, which was made from `data.base`, with what is stored now. Stores nothing.
pub fn merge(data: EditorData, draft: &Draft, mine: &[Alias], current: SavedAliases) -> Merged {
    let whose = who_saved(&current);
    let merged = domain::merge(&data.base.aliases, &current.aliases, mine);
    let mut out = Draft {
        version: current.version,
        test: draft.test.clone(),
        many: draft.many.clone(),
        window: draft.window,
        import: draft.import.clone(),
        ..Draft::default()
    };
    let mut marks = Vec::new();
    for row in &merged.rows {
        let Some((alias, conflict)) = values(row) else {
            continue;
        };
        let id = put(&mut out, &current.aliases, alias, conflict);
        // An alias that neither side changed gets no mark.
        if matches!(row, MergedRow::Theirs(_)) && !data.base.aliases.contains(alias) && matches!(id, RowId::Saved(_)) {
            marks.push((id, whose.clone()));
        }
    }

    // Saved rows stand in the order in which they are stored, new ones after them.
    out.rows.sort_by_key(|row| match row.id {
        RowId::Saved(position) => (0, position),
        RowId::New(_) => (1, 0),
    });
    out.next = out.next.max(1);

    let removed: Vec<&str> = merged.removed_by_them.iter().map(|alias| alias.name.as_str()).collect();
    let show = Show {
        notice: Some(notice(&data, &current, &whose, &removed)),
        marks,
        ..Show::default()
    };
    Merged {
        draft: out,
        show,
        data: EditorData {
            base: current.clone(),
            stored: current,
            ..data
        },
    }
}

/// The alias that a merged row shows, and the question if both sides changed it; `None` if both removed it.
fn values(row: &MergedRow) -> Option<(&Alias, Option<ConflictKind>)> {
    match row {
        MergedRow::Same(alias) | MergedRow::Mine(alias) | MergedRow::Theirs(alias) => Some((alias, None)),
        MergedRow::Conflict { mine, theirs } => match (mine, theirs) {
            (Some(mine), Some(_)) => Some((mine, Some(ConflictKind::Both))),
            (Some(mine), None) => Some((mine, Some(ConflictKind::TheyRemoved))),
            (None, Some(theirs)) => Some((theirs, Some(ConflictKind::DraftRemoved))),
            (None, None) => None,
        },
    }
}

/// Adds a row for an alias: under the id of the stored alias of that name, or else as a new row.
fn put(draft: &mut Draft, stored: &[Alias], alias: &Alias, conflict: Option<ConflictKind>) -> RowId {
    let id = match stored_row(stored, &alias.name) {
        Some(id) => {
            draft.rows.push(Row {
                id,
                ..Row::saved(1, alias)
            });
            id
        }
        None => draft.push_alias(alias),
    };
    if let Some(row) = draft.row_mut(id) {
        row.conflict = conflict.map(|kind| Conflict { kind, keep: None });
    }
    id
}

fn stored_row(stored: &[Alias], name: &AliasName) -> Option<RowId> {
    stored
        .iter()
        .position(|alias| alias.name == *name)
        .map(|at| RowId::Saved(at + 1))
}

fn notice(data: &EditorData, current: &SavedAliases, whose: &str, removed: &[&str]) -> Notice {
    let ago = current.saved_at.map_or(Duration::ZERO, |at| data.now.since(at));
    let when = if ago < Duration::from_secs(60) {
        "just now".to_owned()
    } else {
        format!("{} ago", in_words(ago))
    };

    let mut text = "We merged them with yours. Check and save.".to_owned();
    if !removed.is_empty() {
        text.push_str(&format!(" {whose} removed {}.", removed.join(", ")));
    }
    Notice::new("warn", format!("{whose} saved changes {when}.")).text(text)
}
