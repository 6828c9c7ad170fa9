//! Checks a draft against the rules, and makes the view of each row: its mistakes and its hints.

use super::fix::fix_button;
use crate::console::aliases::draft::{Conflict, ConflictKind, Draft, Keep, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{
    ConflictView, Hints, Message, ProblemLink, RowView, Says, Side, keep_text, who_saved,
};
use crate::domain::{Alias, AliasIssue, DraftRow, Field, Validation, validate};

/// Which mistakes the messages show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Everything, empty fields included: the person pressed a button.
    Full,
    /// Wrong text, but not the empty fields of a new row: the person is typing.
    Typing,
}

impl Strictness {
    pub(in crate::console) fn of(draft: &Draft) -> Self {
        if draft.strict { Self::Full } else { Self::Typing }
    }
}

/// A draft with the result of its check.
#[derive(Debug)]
pub struct Checked {
    /// The result of the domain's check.
    pub validation: Validation,
    /// Rows that two people changed and for which the person has not chosen a side yet.
    pub open: Vec<RowId>,
}

impl Checked {
    /// Checks a draft. Rows whose conflict is decided for the other side count as that side has them.
    pub(in crate::console) fn new(data: &EditorData, draft: &Draft) -> Self {
        let rows: Vec<DraftRow> = draft.rows.iter().map(|row| effective(data, row)).collect();
        let allowed = data.key.models();
        let validation = validate(&rows, &data.catalog, allowed.as_deref(), &data.stored.aliases);

        let is_open = |row: &&Row| row.conflict.is_some_and(|it| it.keep.is_none());
        let open = draft.rows.iter().filter(is_open).map(|row| row.id);
        Self {
            validation,
            open: open.collect(),
        }
    }

    /// Whether the draft can be saved.
    pub(in crate::console) fn is_ok(&self) -> bool {
        self.validation.is_ok() && self.open.is_empty()
    }

    /// The problems that prevent saving, each with the field where the person can correct it.
    pub(in crate::console) fn summary(&self, draft: &Draft) -> Vec<ProblemLink> {
        let questions = self.open.iter().map(|id| ProblemLink {
            text: question(draft.rows.iter().find(|row| row.id == *id)),
            field: Some(format!("keep-{id}-mine")),
        });
        let problems = self.validation.issues.iter().map(|problem| ProblemLink {
            text: problem.message.clone(),
            field: problem
                .row
                .and_then(|at| draft.rows.get(at))
                .map(|row| format!("{}-{}", input(problem.field), row.id)),
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
        // A person fills in a new row from left to right: no message about the fields that are still to come.
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
            conflict: row
                .conflict
                .map(|conflict| conflict_view(data, row, conflict, base, strictness)),
            focus: "",
            writable: data.who.may_write(),
            plain: true,
        }
    }
}

/// What an input's id begins with.
fn input(field: Field) -> &'static str {
    match field {
        Field::Match => "mode",
        Field::Target => "target",
        Field::Name | Field::Form => "name",
    }
}

fn conflict_view(
    data: &EditorData,
    row: &Row,
    conflict: Conflict,
    base: Option<&Alias>,
    strictness: Strictness,
) -> ConflictView {
    let stored = base.map(|alias| Row::saved(1, alias));
    let mine = || Side::of(row, stored.as_ref());
    let theirs = || match &stored {
        Some(stored) => Side::of(stored, Some(row)),
        None => Side::removed(),
    };
    let (mine, theirs) = match conflict.kind {
        ConflictKind::Both => (mine(), theirs()),
        ConflictKind::TheyRemoved => (mine(), Side::removed()),
        ConflictKind::DraftRemoved => (Side::removed(), theirs()),
    };

    // The message is not shown before the person tried to go on without an answer.
    let asks = strictness == Strictness::Full && conflict.keep.is_none();
    ConflictView {
        kind: conflict.kind.as_str(),
        name: row.name.clone(),
        whose: format!("{}'s", who_saved(&data.base)),
        keep: keep_text(conflict.keep),
        mine,
        theirs,
        message: asks.then(|| question(Some(row))),
    }
}

fn question(row: Option<&Row>) -> String {
    format!(
        "Choose a version for {}.",
        row.map_or("this alias", |row| row.name.as_str())
    )
}

/// The row as it will be saved. A row that the answer to its conflict drops is empty, and so the check passes over it.
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
