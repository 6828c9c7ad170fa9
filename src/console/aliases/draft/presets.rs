//! Presets: rows for the names that a client is known to send, from a data file with a date.

use std::sync::LazyLock;

use super::form::Draft;
use super::row_id::RowId;
use crate::domain::{AliasName, Catalog, Match, ModelId};

/// Every preset, and when its names were looked up.
#[derive(Debug, Default, serde::Deserialize)]
pub struct Presets {
    /// When the names were looked up, as text for a page.
    pub as_of: String,
    /// In the order in which they are offered.
    pub presets: Vec<Preset>,
}

/// The rows that one client needs.
#[derive(Debug, serde::Deserialize)]
pub struct Preset {
    /// Value that the form sends.
    pub id: String,
    /// Name of the client.
    pub name: String,
    /// One sentence.
    pub about: String,
    /// In the order in which they are added.
    pub rows: Vec<PresetRow>,
}

/// One row of a preset.
#[derive(Debug, serde::Deserialize)]
pub struct PresetRow {
    /// The name that the client sends, or the beginning of it.
    pub name: AliasName,
    /// How the alias matches.
    #[serde(rename = "match")]
    pub matching: Match,
    /// The model that the client itself means by it; `None` if the person chooses.
    pub target: Option<ModelId>,
    /// Whether answers carry the name that the client asked for.
    #[serde(default)]
    pub keep_name: bool,
}

static PRESETS: LazyLock<Presets> = LazyLock::new(|| {
    // A data file of this folder; a test reads it, so that it cannot be broken here.
    serde_json::from_str(include_str!("presets.json")).unwrap_or_default()
});

/// How many rows a preset added to a draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// The first new row.
    pub first: Option<RowId>,
    /// How many rows were added.
    pub rows: usize,
    /// How many names the draft had already.
    pub known: usize,
    /// How many rows were left out, since a key can have no more aliases.
    pub left_out: usize,
}

impl Presets {
    /// The presets of the data file.
    pub(in crate::console) fn get() -> &'static Self {
        &PRESETS
    }

    /// The preset with that id.
    pub(in crate::console) fn find(&self, id: &str) -> Option<&Preset> {
        self.presets.iter().find(|preset| preset.id == id)
    }
}

impl Preset {
    /// Its names, prefixes with a star.
    pub(in crate::console) fn preview(&self) -> String {
        let shown = |row: &PresetRow| format!("{}{}", row.name, if row.matching == Match::Prefix { "*" } else { "" });
        self.rows.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    /// Adds its rows to a draft, except for names that are there already. A target that cannot be called is left empty.
    pub(in crate::console) fn add_to(&self, draft: &mut Draft, catalog: &Catalog) -> Added {
        let mut added = Added::default();
        for row in &self.rows {
            if draft.rows.iter().any(|other| other.name == row.name.as_str()) {
                added.known += 1;
            } else if draft.filled() >= crate::domain::Alias::LIMIT {
                added.left_out += 1;
            } else {
                let target = row.target.as_ref().filter(|id| catalog.callable(id.as_str()).is_some());
                let id = draft.push(
                    row.name.as_str(),
                    row.matching.as_str(),
                    target.map_or("", ModelId::as_str),
                );
                if let Some(new) = draft.row_mut(id) {
                    new.keep_name = row.keep_name;
                }
                added.first.get_or_insert(id);
                added.rows += 1;
            }
        }
        added
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_is_whole() {
        let presets: Presets = serde_json::from_str(include_str!("presets.json")).unwrap();
        assert!(
            presets
                .find("claude-code")
                .is_some_and(|preset| preset.preview().starts_with("claude-opus*, "))
        );
    }

    #[test]
    fn a_preset_adds_only_names_that_are_not_there_and_stops_at_twenty() {
        let mut draft = Draft::default();
        draft.push("claude-opus", "exact", "x/y");
        (0..17).for_each(|n| {
            draft.push(&format!("a{n}"), "exact", "x/y");
        });

        let added = Presets::get()
            .find("claude-code")
            .unwrap()
            .add_to(&mut draft, &Catalog::default());

        assert_eq!((added.known, added.rows, added.left_out), (1, 2, 1));
        assert_eq!(draft.rows.len(), 20);
        assert!(draft.rows[19].keep_name, "Claude Code wants its own name back");
        assert_eq!(draft.rows[19].target, "", "its target is not in this catalog");
    }
}
