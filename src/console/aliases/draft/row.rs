//! One row of a draft.

use super::conflict::Conflict;
use super::row_id::RowId;
use crate::domain::{Alias, DraftRow, Strictness};

/// One row of the draft, as the person typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::console::aliases) struct Row {
    /// Which row: one of the saved version's aliases, or a new one.
    pub id: RowId,
    pub name: String,
    /// `exact` or `prefix`, or anything else that the form sent.
    pub matching: String,
    pub target: String,
    /// Whether answers carry the name that the client asked for.
    pub keep_name: bool,
    /// How much requests may be changed; `None`: as the key says.
    pub adapt: Option<Strictness>,
    /// The conflict, with the person's answer, if two people changed this alias.
    pub conflict: Option<Conflict>,
}

impl Row {
    pub(super) fn empty(id: RowId) -> Self {
        Self {
            id,
            name: String::new(),
            matching: "exact".into(),
            target: String::new(),
            keep_name: false,
            adapt: None,
            conflict: None,
        }
    }

    /// The row of a saved alias; `position` counts from 1.
    pub(in crate::console::aliases) fn saved(position: usize, alias: &Alias) -> Self {
        Self {
            id: RowId::Saved(position),
            name: alias.name.to_string(),
            matching: alias.matching.as_str().into(),
            target: alias.target.to_string(),
            keep_name: alias.keep_name,
            adapt: alias.adapt,
            conflict: None,
        }
    }

    /// The row as the domain checks it.
    pub(in crate::console::aliases) fn to_domain(&self) -> DraftRow {
        DraftRow {
            id: self.id.to_string(),
            name: self.name.clone(),
            matching: self.matching.clone(),
            target: self.target.clone(),
            keep_name: self.keep_name,
            adapt: self.adapt,
        }
    }

    /// Whether it is a prefix alias as it stands.
    pub(in crate::console::aliases) fn is_prefix(&self) -> bool {
        self.matching == "prefix"
    }

    /// Whether the person typed nothing.
    pub(in crate::console::aliases) fn is_blank(&self) -> bool {
        self.name.trim().is_empty() && self.target.trim().is_empty()
    }

    /// Whether the row has the values of the alias.
    pub(in crate::console::aliases) fn equals(&self, alias: &Alias) -> bool {
        self.name == alias.name.as_str()
            && self.matching == alias.matching.as_str()
            && self.target == alias.target.as_str()
            && self.keep_name == alias.keep_name
            && self.adapt == alias.adapt
    }
}
