//! Two people, two tabs: brings a draft together with a save that came in between.

use crate::console::aliases::view::who_saved;
use std::time::Duration;

use super::editor::Show;
use crate::console::aliases::draft::{Conflict, ConflictKind, Draft, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::Notice;
use crate::console::format::in_words;
use crate::domain::{self, Alias, AliasName, MergedRow};
use crate::store::SavedAliases;

/// A draft that now stands on what somebody else saved.
#[derive(Debug)]
pub struct Merged {
    /// The desk, with the new version as the draft's base.
    pub data: EditorData,
    /// The draft: theirs where the person changed nothing, the person's where they changed nothing, a question where
    /// both changed the same alias.
    pub draft: Draft,
    /// What to say about it.
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
        let (values, conflict) = match row {
            MergedRow::Same(alias) | MergedRow::Mine(alias) => (alias, None),
            MergedRow::Theirs(alias) => {
                // What both left alone is nobody's.
                if !data.base.aliases.contains(alias) {
                    marks.extend(stored_place(&current.aliases, &alias.name).map(|id| (id, whose.clone())));
                }
                (alias, None)
            }
            MergedRow::Conflict {
                mine: Some(mine),
                theirs: Some(_),
            } => (mine, Some(ConflictKind::Both)),
            MergedRow::Conflict {
                mine: Some(mine),
                theirs: None,
            } => (mine, Some(ConflictKind::TheyRemoved)),
            MergedRow::Conflict {
                mine: None,
                theirs: Some(theirs),
            } => (theirs, Some(ConflictKind::DraftRemoved)),
            MergedRow::Conflict {
                mine: None,
                theirs: None,
            } => continue,
        };
        let id = match stored_place(&current.aliases, &values.name) {
            Some(id) => {
                out.rows.push(Row {
                    id,
                    ..Row::saved(1, values)
                });
                id
            }
            None => out.push_alias(values),
        };
        if let Some(row) = out.row_mut(id) {
            row.conflict = conflict.map(|kind| Conflict { kind, keep: None });
        }
    }
    // Saved rows stand in the order in which they are stored, new ones after them.
    out.rows.sort_by_key(|row| match row.id {
        RowId::Saved(place) => (0, place),
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

fn stored_place(stored: &[Alias], name: &AliasName) -> Option<RowId> {
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
