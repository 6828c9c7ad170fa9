//! A draft against the rules: what is wrong with each row, what to know about it, and what differs from what was saved.

use super::fix::fix_button;
use crate::console::aliases::draft::{ConflictKind, Draft, Keep, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{ConflictView, Hints, Message, ProblemLink, ReviewLine, RowView, Says, Side};
use crate::console::aliases::view::{answers_with, who_saved};
use crate::domain::{Alias, AliasIssue, DraftRow, Field, Validation, validate};

/// How much is pointed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Everything, what is still empty included: somebody asked.
    Full,
    /// What is wrong, but not what a new row still lacks: somebody is typing.
    Typing,
}

/// A draft that was looked at.
#[derive(Debug)]
pub struct Checked {
    /// What the rules say.
    pub validation: Validation,
    /// Questions about aliases that two people changed, which have no answer yet.
    pub open: Vec<RowId>,
}

impl Checked {
    /// Checks a draft. Rows whose conflict is decided for the other side count as that side has them.
    pub(in crate::console) fn new(data: &EditorData, draft: &Draft) -> Self {
        let rows: Vec<DraftRow> = draft.rows.iter().map(|row| effective(data, row)).collect();
        let allowed = data.key.models();
        let allowed = allowed.as_deref();
        let open = draft
            .rows
            .iter()
            .filter(|row| row.conflict.is_some_and(|it| it.keep.is_none()))
            .map(|row| row.id);
        Self {
            validation: validate(&rows, &data.catalog, allowed, &data.stored.aliases),
            open: open.collect(),
        }
    }

    /// Whether it can be saved.
    pub(in crate::console) fn is_ok(&self) -> bool {
        self.validation.is_ok() && self.open.is_empty()
    }

    /// What stands in the way of saving, with the field where each thing can be mended.
    pub(in crate::console) fn summary(&self, draft: &Draft) -> Vec<ProblemLink> {
        let questions = self.open.iter().map(|id| ProblemLink {
            text: question(draft.rows.iter().find(|row| row.id == *id)),
            field: Some(format!("keep-{id}-mine")),
        });
        let problems = self.validation.issues.iter().map(|problem| ProblemLink {
            text: problem.message.clone(),
            field: problem.row.and_then(|at| draft.rows.get(at)).map(|row| {
                let field = match problem.field {
                    Field::Match => "mode",
                    Field::Target => "target",
                    Field::Name | Field::Form => "name",
                };
                format!("{field}-{}", row.id)
            }),
        });
        questions.chain(problems).collect()
    }

    /// The views of all rows, in the draft's order.
    pub(in crate::console) fn rows(&self, data: &EditorData, draft: &Draft, strictness: Strictness) -> Vec<RowView> {
        let hints = super::hints::of_rows(data, draft, &self.validation);
        let views = draft.rows.iter().enumerate().zip(hints);
        views
            .map(|((at, row), hints)| self.row(data, at, row, hints, strictness))
            .collect()
    }

    fn row(&self, data: &EditorData, at: usize, row: &Row, hints: Hints, strictness: Strictness) -> RowView {
        // Somebody who fills in a new row from left to right is not told on the way what is still to come.
        let unfinished = strictness == Strictness::Typing && row.id.new_number().is_some();
        let says = |field: Field| {
            let mut problems = self.validation.of_row(at).filter(|problem| problem.field == field);
            let empty = match field {
                Field::Target => row.target.trim().is_empty(),
                _ => row.name.is_empty(),
            };
            problems
                .next()
                .filter(|_| !(unfinished && empty))
                .map_or_else(Says::default, |it| says(data, row.id, it))
        };
        let base = row.id.saved(&data.base.aliases);
        RowView {
            key: data.head.clone(),
            row: row.clone(),
            base: base.cloned(),
            name_says: says(Field::Name),
            target_says: says(Field::Target),
            hints,
            mark: None,
            conflict: row.conflict.map(|_| self.conflict(data, row, base, strictness)),
            focus: "",
            writable: data.who.may_write(),
            plain: true,
        }
    }

    fn conflict(&self, data: &EditorData, row: &Row, base: Option<&Alias>, strictness: Strictness) -> ConflictView {
        let (kind, keep) = row.conflict.map_or((ConflictKind::Both, None), |it| (it.kind, it.keep));
        let stored = base.map(|alias| Row::saved(1, alias));
        let mine = || Side::of(row, stored.as_ref());
        let theirs = || {
            stored
                .as_ref()
                .map_or_else(Side::removed, |stored| Side::of(stored, Some(row)))
        };
        let (mine, theirs) = match kind {
            ConflictKind::Both => (mine(), theirs()),
            ConflictKind::TheyRemoved => (mine(), Side::removed()),
            ConflictKind::DraftRemoved => (Side::removed(), theirs()),
        };
        ConflictView {
            kind: kind.as_str(),
            name: row.name.clone(),
            whose: format!("{}'s", who_saved(&data.base)),
            keep: crate::console::aliases::view::keep_text(keep),
            mine,
            theirs,
            // Not before somebody tried to go on without an answer.
            message: (strictness == Strictness::Full && self.open.contains(&row.id)).then(|| question(Some(row))),
        }
    }
}

fn question(row: Option<&Row>) -> String {
    format!(
        "Choose a version for {}.",
        row.map_or("this alias", |row| row.name.as_str())
    )
}

/// The row as it will be saved. A row that its conflict's answer drops is empty, and so passed over.
fn effective(data: &EditorData, row: &Row) -> DraftRow {
    let theirs = || {
        row.id
            .saved(&data.base.aliases)
            .map(|alias| DraftRow::of(row.id.to_string(), alias))
    };
    let dropped = || DraftRow {
        id: row.id.to_string(),
        ..DraftRow::default()
    };
    match row.conflict.map(|it| (it.kind, it.keep)) {
        Some((ConflictKind::Both | ConflictKind::DraftRemoved, Some(Keep::Theirs))) => theirs().unwrap_or_else(dropped),
        Some((ConflictKind::TheyRemoved, Some(Keep::Theirs))) => dropped(),
        Some((ConflictKind::DraftRemoved, Some(Keep::Mine))) => dropped(),
        _ => row.to_domain(),
    }
}

fn says(data: &EditorData, row: RowId, problem: &AliasIssue) -> Says {
    let fix = problem.fix.as_ref().map(|fix| fix_button(data, row, fix));
    Says {
        says: Some(Message {
            text: problem.message.clone(),
            fix,
        }),
    }
}

/// What differs between a draft and the version that it was made from, saved rows first.
pub fn review(data: &EditorData, draft: &Draft) -> Vec<ReviewLine> {
    let base = &data.base.aliases;
    let mut lines = Vec::new();
    for (at, alias) in base.iter().enumerate() {
        let id = RowId::Saved(at + 1);
        match draft.rows.iter().find(|row| row.id == id) {
            None => lines.push(ReviewLine {
                name: alias.name.to_string(),
                text: "removed".into(),
                undo: Some(id),
            }),
            Some(row) if !row.equals(alias) => {
                lines.push(ReviewLine {
                    name: alias.name.to_string(),
                    text: difference(row, alias),
                    undo: None,
                });
            }
            Some(_) => {}
        }
    }
    let fresh = draft
        .rows
        .iter()
        .filter(|row| row.id.saved(base).is_none() && !row.is_blank());
    lines.extend(fresh.map(|row| ReviewLine {
        name: if row.name.is_empty() {
            "(no name)".into()
        } else {
            row.name.clone()
        },
        text: match (row.target.is_empty(), row.keep_name) {
            (true, _) => "added".into(),
            (false, false) => format!("added → {}", row.target),
            (false, true) => format!("added → {}, {}", row.target, answers_with(true)),
        },
        undo: None,
    }));
    lines
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
    parts.join(", ")
}
