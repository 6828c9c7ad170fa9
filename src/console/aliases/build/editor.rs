//! Puts an editor together: rows in their bands, messages, counts, the test box.

use super::check::{Checked, Strictness};
use super::import;
use super::review::review;
use super::test_box::test_box;
use super::traffic::traffic_panel;
use crate::console::aliases::draft::{Draft, Presets, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Editor, Last, Notice, ProblemLink, RowView, SavedPanel};
use crate::console::format::When;
use crate::domain::Match;

/// What an editor shows beside the draft itself.
#[derive(Debug, Default)]
pub struct Show {
    /// The problems that prevent saving.
    pub summary: Vec<ProblemLink>,
    /// A message above the list.
    pub notice: Option<Notice>,
    /// The confirmation of a save.
    pub saved: Option<SavedPanel>,
    /// Which input gets focus.
    pub focus: Option<(RowId, &'static str)>,
    /// Rows that another person's save has added or changed, with the name of that person.
    pub marks: Vec<(RowId, String)>,
    /// Whether the import box shows its preview.
    pub import: bool,
    /// Whether this is a whole page.
    pub page: bool,
}

impl Show {
    /// Whether no message stands above the list.
    pub(in crate::console) fn is_silent(&self) -> bool {
        self.notice.is_none() && self.saved.is_none() && self.summary.is_empty()
    }
}

/// The editor of a draft.
pub fn editor(data: &EditorData, draft: &Draft, checked: &Checked, show: Show) -> Editor {
    let strictness = Strictness::of(draft);
    let (mut exact, mut prefixes, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
    for mut row in checked.rows(data, draft, strictness) {
        dress(&mut row, &show);
        // While it is edited, a row keeps its band: a saved one the band that it was saved in.
        match row.base.as_ref().map(|alias| alias.matching) {
            Some(Match::Exact) => exact.push(row),
            Some(Match::Prefix) => prefixes.push(row),
            None => fresh.push(row),
        }
    }

    let last = (data.base.version > 0).then(|| Last {
        by: data.base.saved_by.clone(),
        at: data.base.saved_at.map(|at| When::new(at, data.now)),
    });
    let writable = data.who.may_write();
    let catalog_ids = if show.page && writable {
        catalog_ids(data)
    } else {
        Vec::new()
    };

    Editor {
        version: data.base.version,
        last,
        filled: draft.filled(),
        next: draft.next.max(1),
        saved_rows: data.base.aliases.len(),
        strict: draft.strict,
        exact,
        prefixes,
        fresh,
        summary: show.summary,
        notice: show.notice,
        saved: show.saved,
        review: review(data, draft),
        test: test_box(data, draft, &checked.validation),
        traffic: traffic_panel(data, draft, &checked.validation),
        import: import::import_box(data, draft, show.import),
        presets: Presets::get(),
        writable,
        plain: show.page,
        catalog_ids,
        key: data.head.clone(),
    }
}

/// One new row, as a script adds it to a form that is on screen.
pub fn one_row(data: &EditorData, draft: &Draft, id: RowId, focus: &'static str) -> Option<RowView> {
    let checked = Checked::new(data, draft);
    let mut row = checked
        .rows(data, draft, Strictness::Typing)
        .into_iter()
        .find(|row| row.row.id == id)?;
    dress(
        &mut row,
        &Show {
            focus: Some((id, focus)),
            ..Show::default()
        },
    );
    Some(row)
}

fn dress(row: &mut RowView, show: &Show) {
    let id = row.row.id;
    row.plain = show.page;
    row.mark = show
        .marks
        .iter()
        .find(|(marked, _)| *marked == id)
        .map(|(_, whose)| whose.clone());
    if let Some((focused, field)) = show.focus
        && focused == id
    {
        row.focus = field;
    }
}

/// The ids that can be a target, as suggestions in a browser that runs no scripts.
fn catalog_ids(data: &EditorData) -> Vec<String> {
    let allowed = data.key.models();
    let allowed = allowed.as_deref();
    let usable = data
        .catalog
        .all_callable()
        .filter(|model| allowed.is_none_or(|list| list.contains(&model.id)));
    usable.map(|model| model.id.to_string()).collect()
}
