//! The differences between a draft and the version that it was made from.

use crate::console::aliases::draft::{Draft, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{ReviewLine, adapts, answers_with};
use crate::domain::Alias;

/// Saved rows first, in their order.
pub fn review(data: &EditorData, draft: &Draft) -> Vec<ReviewLine> {
    let base = &data.base.aliases;
    let saved = (1..).zip(base).filter_map(|(position, alias)| {
        let id = RowId::Saved(position);
        match draft.rows.iter().find(|row| row.id == id) {
            None => Some(removed(id, alias)),
            Some(row) if !row.equals(alias) => Some(changed(row, alias)),
            Some(_) => None,
        }
    });
    let fresh = draft
        .rows
        .iter()
        .filter(|row| row.id.saved(base).is_none() && !row.is_blank());

    saved.chain(fresh.map(added)).collect()
}

fn removed(id: RowId, alias: &Alias) -> ReviewLine {
    ReviewLine {
        name: alias.name.to_string(),
        text: "removed".into(),
        undo: Some(id),
    }
}

fn changed(row: &Row, alias: &Alias) -> ReviewLine {
    ReviewLine {
        name: alias.name.to_string(),
        text: difference(row, alias),
        undo: None,
    }
}

fn added(row: &Row) -> ReviewLine {
    ReviewLine {
        name: if row.name.is_empty() {
            "(no name)".into()
        } else {
            row.name.clone()
        },
        text: addition(row),
        undo: None,
    }
}

fn addition(row: &Row) -> String {
    if row.target.is_empty() {
        return "added".into();
    }

    let mut parts = vec![format!("added → {}", row.target)];
    if row.keep_name {
        parts.push(answers_with(true).into());
    }
    if row.adapt.is_some() {
        parts.push(adapts(row.adapt).into());
    }
    parts.join(", ")
}

fn difference(row: &Row, alias: &Alias) -> String {
    let mut parts = Vec::new();
    if row.name != alias.name.as_str() {
        parts.push(format!("renamed to {}", row.name));
    }
    if row.matching != alias.matching.as_str() {
        parts.push(format!("{} → {}", alias.matching, row.matching));
    }
    if row.target != alias.target.as_str() {
        parts.push(format!("{} → {}", alias.target, row.target));
    }
    if row.keep_name != alias.keep_name {
        parts.push(answers_with(row.keep_name).into());
    }
    if row.adapt != alias.adapt {
        parts.push(adapts(row.adapt).into());
    }
    parts.join(", ")
}
