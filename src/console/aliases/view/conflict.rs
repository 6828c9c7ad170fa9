//! The question about an alias that two people changed.

use super::super::draft::{Keep, Row};
use super::wording::{adapts, answers_with};
use crate::domain::Strictness;

/// Both sides of an alias that two people changed.
#[derive(Clone, Debug)]
pub(in super::super) struct ConflictView {
    /// Value that the form carries.
    pub kind: &'static str,
    pub name: String,
    /// Whose version the other one is, for example `Maya's`.
    pub whose: String,
    /// `mine`, `theirs` or nothing yet.
    pub keep: &'static str,
    pub mine: Side,
    pub theirs: Side,
    /// The message, once the person tried to save without an answer.
    pub message: Option<String>,
}

/// One side of a conflict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in super::super) struct Side {
    pub name: String,
    /// `exact` or `prefix`.
    pub mode: String,
    pub target: String,
    /// `1` if answers carry the name that the client asked for, else `0`.
    pub keep_name: &'static str,
    /// `adapt`, `strict`, `off` or nothing.
    pub adapt: &'static str,
    /// The side in few words.
    pub text: String,
}

impl Side {
    /// The side that says what `row` says. How it matches, which name answers carry and how requests are fitted
    /// stands there only if the sides differ in it.
    pub(in super::super) fn of(row: &Row, other: Option<&Row>) -> Self {
        let same_match = other.is_none_or(|other| other.matching == row.matching);

        let mut text = if same_match {
            row.target.clone()
        } else {
            format!("{} ({})", row.target, row.matching)
        };
        if other.is_some_and(|other| other.keep_name != row.keep_name) {
            text = format!("{text}, {}", answers_with(row.keep_name));
        }

        if other.is_some_and(|other| other.adapt != row.adapt) {
            text = format!("{text}, {}", adapts(row.adapt));
        }

        let keep_name = if row.keep_name { "1" } else { "0" };
        Self {
            name: row.name.clone(),
            mode: row.matching.clone(),
            target: row.target.clone(),
            keep_name,
            adapt: row.adapt.map_or("", Strictness::as_str),
            text,
        }
    }

    /// The side that removed it.
    pub(in super::super) fn removed() -> Self {
        Self {
            text: "removed".into(),
            ..Self::default()
        }
    }
}

/// Value of the form's radio button; empty if none is chosen.
pub(in super::super) fn keep_text(keep: Option<Keep>) -> &'static str {
    match keep {
        None => "",
        Some(Keep::Mine) => "mine",
        Some(Keep::Theirs) => "theirs",
    }
}
