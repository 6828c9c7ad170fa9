//! Reads the editor's form into a draft, and adds rows to it.

use super::action::Action;
use super::conflict::{Conflict, ConflictKind, Keep};
use super::error::DraftError;
use super::row::Row;
use super::row_id::RowId;
use crate::console::catalog::pick_page::Filter;
use crate::domain::{Alias, TrafficWindow};

/// The form of one editor as the browser sent it: the rows in order, and the action for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::console::aliases) struct Draft {
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
    /// The text that the person pasted for import.
    pub import: String,
    /// Lines of the import that are ticked.
    pub take: Vec<usize>,
    /// The number of the next new row.
    pub next: u32,
    /// An older version whose aliases replace the rows: the undo of a save.
    pub restore: Option<i64>,
    /// Whether the whole draft was checked once, so that messages about empty fields may be shown.
    pub strict: bool,
    /// A check while the person types, which says nothing about unfinished new rows.
    pub live: bool,
    /// The action of the pressed button; `None` if it is unknown.
    pub action: Option<Action>,
    /// The filters of the model picker page, and the model that is chosen on it.
    pub filter: Filter,
}

impl Draft {
    /// Reads the form's fields in order: every `row[]` starts a row.
    pub(in crate::console::aliases) fn parse(fields: Vec<(String, String)>) -> Result<Self, DraftError> {
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
            "row[]" => self.start_row(value.parse()?)?,
            "name[]" => self.last(field)?.name = value,
            "target[]" => self.last(field)?.target = value,
            "mode[]" => self.last(field)?.matching = value,
            // A box that is not ticked is not sent.
            "keep_name[]" => self.last(field)?.keep_name = value == "1",
            "adapt[]" => self.last(field)?.adapt = value.parse().ok(),
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
            _ => self.read_answer(field, &value),
        }
        Ok(())
    }

    fn start_row(&mut self, id: RowId) -> Result<(), DraftError> {
        if self.rows.iter().any(|row| row.id == id) {
            return Err(DraftError(format!("row {id} is there twice")));
        }
        self.rows.push(Row::empty(id));
        Ok(())
    }

    /// Reads `keep-a3`, the radio pair of one conflict. Other fields may come from a browser extension and are ignored.
    fn read_answer(&mut self, field: &str, value: &str) {
        let id = field.strip_prefix("keep-").and_then(|id| id.parse::<RowId>().ok());
        let row = id.and_then(|id| self.row_mut(id));
        if let Some(conflict) = row.and_then(|row| row.conflict.as_mut()) {
            conflict.keep = Keep::parse(value);
        }
    }

    fn last(&mut self, field: &str) -> Result<&mut Row, DraftError> {
        self.rows
            .last_mut()
            .ok_or_else(|| DraftError(format!("{field} stands before any row")))
    }

    /// A draft that equals a saved version.
    pub(in crate::console::aliases) fn of_saved(version: i64, aliases: &[Alias]) -> Self {
        let rows = (1..).zip(aliases).map(|(position, alias)| Row::saved(position, alias));
        Self {
            version,
            rows: rows.collect(),
            next: 1,
            ..Self::default()
        }
    }

    /// Appends a new row and returns its id.
    pub(in crate::console::aliases) fn push(&mut self, name: &str, matching: &str, target: &str) -> RowId {
        let id = RowId::New(self.next.max(1));
        self.next = self.next.max(1).saturating_add(1);
        self.rows.push(Row {
            name: name.into(),
            matching: matching.into(),
            target: target.into(),
            ..Row::empty(id)
        });
        id
    }

    /// Appends a new row with the values of the alias, and returns its id.
    pub(in crate::console::aliases) fn push_alias(&mut self, alias: &Alias) -> RowId {
        let id = self.push(alias.name.as_str(), alias.matching.as_str(), alias.target.as_str());
        if let Some(row) = self.row_mut(id) {
            (row.keep_name, row.adapt) = (alias.keep_name, alias.adapt);
        }
        id
    }

    /// Puts new rows with these aliases in place of all others.
    pub(in crate::console::aliases) fn fill(&mut self, aliases: &[Alias]) {
        self.rows.clear();
        for alias in aliases {
            self.push_alias(alias);
        }
    }

    /// The row with that id.
    pub(in crate::console::aliases) fn row_mut(&mut self, id: RowId) -> Option<&mut Row> {
        self.rows.iter_mut().find(|row| row.id == id)
    }

    /// How many rows are not blank. Blank ones are ignored without a message.
    pub(in crate::console::aliases) fn filled(&self) -> usize {
        self.rows.iter().filter(|row| !row.is_blank()).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Strictness;

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
            ("adapt[]", "strict"),
            ("row[]", "a3"),
            ("name[]", "fast"),
            ("mode[]", "exact"),
            ("target[]", ""),
            ("adapt[]", ""),
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
        assert_eq!(
            (draft.rows[0].adapt, draft.rows[1].adapt),
            (Some(Strictness::Strict), None)
        );
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
