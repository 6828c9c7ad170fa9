//! The draft: every alias row as it stands on screen, byte for byte, whether or not it is valid.

mod action;
mod presets;
mod row_id;
pub mod snippets;

pub use action::Action;
pub use presets::Presets;
pub use row_id::RowId;

use crate::console::catalog::pick::Filter;
use crate::domain::{Alias, DraftRow, TrafficWindow};

/// What the browser sent of one editor: rows in order, and what to do with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Draft {
    /// The saved version that the draft was made from.
    pub version: i64,
    /// The rows, in the order in which they stand on screen.
    pub rows: Vec<Row>,
    /// The name in the test box.
    pub test: String,
    /// How far back the traffic under the list reaches.
    pub window: TrafficWindow,
    /// The names in the *test many* box, one a line.
    pub many: String,
    /// What was pasted for import.
    pub import: String,
    /// Lines of the import that are ticked.
    pub take: Vec<usize>,
    /// The number of the next new row.
    pub next: u32,
    /// An older version whose aliases are meant instead of rows: the way back of a save.
    pub restore: Option<i64>,
    /// Whether the whole draft was checked once, so that what is still empty may be pointed out.
    pub strict: bool,
    /// A check while the person types, which leaves unfinished new rows alone.
    pub live: bool,
    /// What to do; `None` if it is nothing that a button of ours sends.
    pub action: Option<Action>,
    /// The filters of the model picker page, and the model that is chosen on it.
    pub filter: Filter,
}

/// One row of the draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Which row: one of the saved version's aliases, or a new one.
    pub id: RowId,
    /// As typed.
    pub name: String,
    /// As chosen: `exact` or `prefix`.
    pub matching: String,
    /// As typed.
    pub target: String,
    /// Whether answers are to carry the name that the client asked for.
    pub keep_name: bool,
    /// If two people changed this alias: what is asked, and the answer.
    pub conflict: Option<Conflict>,
}

/// A question about one alias that two people changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conflict {
    /// What each side did.
    pub kind: ConflictKind,
    /// Which side to keep, once chosen.
    pub keep: Option<Keep>,
}

/// What each side did to an alias that both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConflictKind {
    /// Both have it, differently.
    Both,
    /// They removed it, the draft changed it.
    TheyRemoved,
    /// The draft removed it, they changed it.
    DraftRemoved,
}

/// Whose version of a row to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// The draft's.
    Mine,
    /// The stored one.
    Theirs,
}

/// The form is not one of ours: a field is out of place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("This form was not understood: {0}")]
pub struct DraftError(String);

impl Draft {
    /// Reads the form's fields in order: every `row[]` starts a row.
    ///
    /// # Errors
    /// If a field is out of place.
    pub(super) fn parse(fields: Vec<(String, String)>) -> Result<Self, DraftError> {
        let mut draft = Self::default();
        for (name, value) in fields {
            draft.read(&name, value)?;
        }
        let highest = draft
            .rows
            .iter()
            .filter_map(|row| row.id.new_number())
            .max()
            .unwrap_or(0);
        draft.next = draft.next.max(highest.saturating_add(1));
        Ok(draft)
    }

    fn read(&mut self, field: &str, value: String) -> Result<(), DraftError> {
        match field {
            "row[]" => {
                let id: RowId = value.parse()?;
                if self.rows.iter().any(|row| row.id == id) {
                    return Err(DraftError(format!("row {id} is there twice")));
                }
                self.rows.push(Row::empty(id));
            }
            "name[]" => self.last(field)?.name = value,
            "target[]" => self.last(field)?.target = value,
            "mode[]" => self.last(field)?.matching = value,
            // A box that is not ticked is not sent.
            "keep_name[]" => self.last(field)?.keep_name = value == "1",
            "conflict[]" => {
                let kind = ConflictKind::parse(&value).ok_or_else(|| DraftError(format!("conflict {value:?}")))?;
                self.last(field)?.conflict = Some(Conflict { kind, keep: None });
            }
            "version" => self.version = value.parse().map_err(|_| DraftError(format!("version {value:?}")))?,
            "next" => self.next = value.parse().unwrap_or(0),
            "restore" => self.restore = value.parse().ok(),
            "strict" => self.strict = value == "1",
            "live" => self.live = value == "1",
            "test" => self.test = value,
            "window" => self.window = TrafficWindow::parse(&value).unwrap_or_default(),
            "many" => self.many = value,
            "import" => self.import = value,
            "take" => self.take.extend(value.parse::<usize>().ok()),
            "op" => self.action = value.parse().ok(),
            "q" => self.filter.query = value,
            "provider" => self.filter.provider = value,
            "context" => self.filter.context = value.parse().unwrap_or(0),
            "model" => self.filter.model = value,
            _ => {
                // `keep-a3`, the radio pair of one conflict; anything else a browser extension may have added is ignored.
                let row = field.strip_prefix("keep-").and_then(|id| id.parse::<RowId>().ok());
                if let Some(conflict) = row
                    .and_then(|id| self.row_mut(id))
                    .and_then(|row| row.conflict.as_mut())
                {
                    conflict.keep = match value.as_str() {
                        "mine" => Some(Keep::Mine),
                        "theirs" => Some(Keep::Theirs),
                        _ => None,
                    };
                }
            }
        }
        Ok(())
    }

    fn last(&mut self, field: &str) -> Result<&mut Row, DraftError> {
        self.rows
            .last_mut()
            .ok_or_else(|| DraftError(format!("{field} stands before any row")))
    }

    /// A draft that equals a saved version.
    pub(super) fn of_saved(version: i64, aliases: &[Alias]) -> Self {
        let rows = aliases
            .iter()
            .enumerate()
            .map(|(at, alias)| Row::saved(at + 1, alias))
            .collect();
        Self {
            version,
            rows,
            next: 1,
            ..Self::default()
        }
    }

    /// Appends a new row and answers its id.
    pub(super) fn push(&mut self, name: &str, matching: &str, target: &str) -> RowId {
        let id = RowId::New(self.next.max(1));
        self.next = self.next.max(1).saturating_add(1);
        let (name, matching, target) = (name.into(), matching.into(), target.into());
        self.rows.push(Row {
            name,
            matching,
            target,
            ..Row::empty(id)
        });
        id
    }

    /// Appends a new row that says what the alias says, and answers its id.
    pub(super) fn push_alias(&mut self, alias: &Alias) -> RowId {
        let id = self.push(alias.name.as_str(), alias.matching.as_str(), alias.target.as_str());
        if let Some(row) = self.row_mut(id) {
            row.keep_name = alias.keep_name;
        }
        id
    }

    /// Puts new rows with these aliases in place of all others.
    pub(super) fn fill(&mut self, aliases: &[Alias]) {
        self.rows.clear();
        for alias in aliases {
            self.push_alias(alias);
        }
    }

    /// The row of that id.
    pub(super) fn row_mut(&mut self, id: RowId) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// Rows in which something was typed: the others are ignored without a word.
    pub(super) fn filled(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_blank()).count()
    }
}

impl Row {
    fn empty(id: RowId) -> Self {
        let (name, target) = (String::new(), String::new());
        Self {
            id,
            name,
            matching: "exact".into(),
            target,
            keep_name: false,
            conflict: None,
        }
    }

    /// The row of a saved alias; `place` counts from 1.
    pub(super) fn saved(place: usize, alias: &Alias) -> Self {
        Self {
            id: RowId::Saved(place),
            name: alias.name.to_string(),
            matching: alias.matching.as_str().into(),
            target: alias.target.to_string(),
            keep_name: alias.keep_name,
            conflict: None,
        }
    }

    /// The row as the domain checks it.
    pub(super) fn to_domain(&self) -> DraftRow {
        DraftRow {
            id: self.id.to_string(),
            name: self.name.clone(),
            matching: self.matching.clone(),
            target: self.target.clone(),
            keep_name: self.keep_name,
        }
    }

    /// Whether it is, as it stands, a prefix alias.
    pub(super) fn is_prefix(&self) -> bool {
        self.matching == "prefix"
    }

    /// Whether nothing was typed.
    pub(super) fn is_blank(&self) -> bool {
        self.name.trim().is_empty() && self.target.trim().is_empty()
    }

    /// Whether the row says what the alias says.
    pub(super) fn equals(&self, alias: &Alias) -> bool {
        self.name == alias.name.as_str()
            && self.matching == alias.matching.as_str()
            && self.target == alias.target.as_str()
            && self.keep_name == alias.keep_name
    }
}

impl ConflictKind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "both" => Some(Self::Both),
            "they-removed" => Some(Self::TheyRemoved),
            "draft-removed" => Some(Self::DraftRemoved),
            _ => None,
        }
    }

    /// As the form carries it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::TheyRemoved => "they-removed",
            Self::DraftRemoved => "draft-removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }

    #[test]
    fn every_row_field_starts_a_row_and_order_is_kept() {
        let draft = Draft::parse(fields(&[
            ("version", "7"),
            ("op", "check"),
            ("row[]", "n1"),
            ("name[]", " Claude "),
            ("mode[]", "prefix"),
            ("target[]", "x"),
            ("keep_name[]", "1"),
            ("row[]", "a3"),
            ("name[]", "fast"),
            ("mode[]", "exact"),
            ("target[]", ""),
            ("test", "gpt 5"),
        ]))
        .unwrap();

        assert_eq!(draft.version, 7);
        assert_eq!(
            draft.rows.iter().map(|row| row.id.to_string()).collect::<Vec<_>>(),
            ["n1", "a3"]
        );
        assert_eq!(
            (draft.rows[0].name.as_str(), draft.rows[0].matching.as_str()),
            (" Claude ", "prefix")
        );
        assert_eq!((draft.rows[0].keep_name, draft.rows[1].keep_name), (true, false));
        assert_eq!((draft.test.as_str(), draft.next), ("gpt 5", 2));
    }

    #[test]
    fn a_field_before_any_row_and_a_doubled_row_are_refused() {
        assert!(Draft::parse(fields(&[("name[]", "x")])).is_err());
        assert!(Draft::parse(fields(&[("row[]", "a1"), ("row[]", "a1")])).is_err());
        assert!(Draft::parse(fields(&[("row[]", "b1")])).is_err());
        assert_eq!(Draft::parse(fields(&[("op", "launch")])).unwrap().action, None);
    }
}
