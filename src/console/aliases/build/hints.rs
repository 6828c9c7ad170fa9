//! The hints of each row, as the page shows them. The text comes from the domain.

use super::fix::{fix_button, model_line};
use crate::console::aliases::draft::{Draft, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{HintLine, Hints};
use crate::domain::{Hint, HintContext, Match, Severity, Validation, hints};

/// The lines under each row, in the draft's order. Rows with a mistake have the line of their target only.
pub fn of_rows(data: &EditorData, draft: &Draft, checked: &Validation) -> Vec<Hints> {
    let allowed = data.key.models();
    let context = HintContext {
        catalog: &data.catalog,
        allowed: allowed.as_deref(),
        saved: &data.base.aliases,
        saved_at: data.base.saved_at,
        sent: &data.sent,
        last_match: &data.last_match,
        now: data.now,
    };

    let rows = draft.rows.iter();
    let mut lines: Vec<Hints> = rows
        .map(|row| Hints {
            model: model_line(data, &row.target),
            hints: moves(data, row.id, &row.matching).into_iter().collect(),
        })
        .collect();
    for (found, &at) in hints(&checked.aliases, &context).into_iter().zip(&checked.rows) {
        if let (Some(line), Some(row)) = (lines.get_mut(at), draft.rows.get(at)) {
            line.hints
                .extend(found.iter().map(|hint| hint_line(data, row.id, hint)));
        }
    }

    lines
}

fn hint_line(data: &EditorData, row: RowId, hint: &Hint) -> HintLine {
    HintLine {
        tone: match hint.severity {
            Severity::Error => "bad",
            Severity::Warning => "warn",
            Severity::Quiet => "quiet",
        },
        badge: hint.kind.badge().unwrap_or_default(),
        text: hint.text.clone(),
        fix: hint
            .fix
            .as_ref()
            .filter(|_| data.who.may_write())
            .map(|fix| fix_button(data, row, fix)),
        // The sentence names one or two already.
        more: if hint.ids.len() > 2 {
            hint.ids.iter().map(ToString::to_string).collect()
        } else {
            Vec::new()
        },
    }
}

/// While it is edited a row keeps its band, so a line says where it moves.
fn moves(data: &EditorData, row: RowId, matching: &str) -> Option<HintLine> {
    let saved = row.saved(&data.base.aliases)?;
    let text = match (saved.matching, matching) {
        (Match::Exact, "prefix") => "Moves to the prefixes when you save.",
        (Match::Prefix, "exact") => "Moves to the exact names when you save.",
        _ => return None,
    };
    Some(HintLine {
        tone: "quiet",
        badge: "",
        text: text.into(),
        fix: None,
        more: Vec::new(),
    })
}
