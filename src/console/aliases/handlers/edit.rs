//! `POST /keys/{id}/aliases/draft`: every button that changes the draft, and none that stores it.

use actix_web::http::StatusCode;
use actix_web::web;

use super::additions::Additions;
use super::page::{Fields, Page, read};
use super::parts::{AddedRow, Parts};
use super::{pick, test_name};
use crate::console::aliases::build::{Checked, Show, import, one_row};
use crate::console::aliases::draft::{Action, Draft, Presets, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::Notice;
use crate::console::auth::SignedIn;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{Alias, Match};

/// Does what a button asks for and shows the draft as it then is.
pub async fn edit(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    htmx: HtmxRequest,
    key: web::Path<String>,
    form: Fields,
) -> Reply {
    let mut draft = read(form)?;
    let action = draft.action.clone().ok_or(ConsoleError::Unreadable)?;
    if !only_looks(&action) {
        who.must_write()?;
    }
    if let Action::Window(window) = action {
        draft.window = window;
    }

    let data = EditorData::open(&console, &who, &key, Some(draft.version), Some(draft.window)).await?;
    let page = Page { frame, htmx };
    let editing = Editing { data, draft, page };
    editing.run(action)
}

/// Whether a button changes neither the draft nor what is stored, so that a viewer may press it.
fn only_looks(action: &Action) -> bool {
    matches!(
        action,
        Action::Check | Action::Test | Action::TestName(_) | Action::Window(_) | Action::Discard
    )
}

/// A draft that a button acts on, with everything that it takes to answer.
struct Editing {
    data: EditorData,
    draft: Draft,
    page: Page,
}

impl Editing {
    fn run(mut self, action: Action) -> Reply {
        match action {
            Action::Check | Action::Save => self.check(),
            Action::Test if self.is_partial() => test_name::answer(&self.data, &self.draft),
            Action::Test => self.show(Show::default()),
            Action::TestName(name) => {
                self.draft.test = name;
                self.show(Show::default())
            }
            Action::Window(_) => self.parts_or_page(),
            Action::Add(name) => self.add(&name, Match::Exact),
            Action::AddPrefix(name) => self.add(&name, Match::Prefix),
            Action::Remove(id) => {
                self.draft.rows.retain(|row| row.id != id);
                // A script takes the row out of the page itself; the rows that stay get new messages and counts.
                self.parts_or_page()
            }
            Action::Undo(id) => {
                self.put_back(id);
                self.show_at(id, "name")
            }
            Action::Import if self.is_partial() => reply::ok(&import::preview(&self.data, &self.draft)),
            Action::Import => self.show(Show {
                import: true,
                ..Show::default()
            }),
            Action::TakeImport => self.take_import(),
            Action::AddPreset(id) => self.add_preset(&id),
            Action::Pick(id) => pick::page(&self.data, self.page.frame, &self.draft, id),
            Action::Use(id) => self.use_model(id),
            Action::SetName(id, name) => self.change(id, "name", |row| row.name = name),
            Action::SetTarget(id, target) => self.change(id, "target", |row| row.target = target),
            Action::SetPrefix(id, name) => self.change(id, "name", |row| {
                row.name = name;
                row.matching = "prefix".into();
            }),
            Action::Discard => Ok(reply::go(self.page.htmx, &self.data.head.url())),
        }
    }

    fn is_partial(&self) -> bool {
        self.page.htmx.is_partial()
    }

    fn checked(&self) -> Checked {
        Checked::new(&self.data, &self.draft)
    }

    /// The editor with the draft as it is now.
    fn show(self, show: Show) -> Reply {
        self.show_with(StatusCode::OK, show)
    }

    fn show_with(self, status: StatusCode, show: Show) -> Reply {
        let checked = self.checked();
        self.page.answer(status, &self.data, &self.draft, &checked, show)
    }

    /// The editor with focus in an input of a row.
    fn show_at(self, id: RowId, input: &'static str) -> Reply {
        self.show(Show {
            focus: Some((id, input)),
            ..Show::default()
        })
    }

    fn show_notice(self, status: StatusCode, notice: Notice) -> Reply {
        let show = Show {
            notice: Some(notice),
            ..Show::default()
        };
        self.show_with(status, show)
    }

    fn parts(&self, status: StatusCode) -> Reply {
        let parts = Parts::new(&self.data, &self.draft, &self.checked());
        reply::page(status, &parts)
    }

    /// For a script the parts around the inputs, else the whole page.
    fn parts_or_page(self) -> Reply {
        if self.is_partial() {
            self.parts(StatusCode::OK)
        } else {
            self.show(Show::default())
        }
    }

    fn check(mut self) -> Reply {
        self.draft.strict |= !self.draft.live;
        self.parts_or_page()
    }

    fn add(mut self, name: &str, matching: Match) -> Reply {
        if self.draft.rows.len() >= Alias::LIMIT {
            return self.refuse_to_add();
        }

        let id = self.draft.push(name, matching.as_str(), "");
        let focus = if name.is_empty() { "name" } else { "target" };
        if !self.is_partial() {
            return self.show_at(id, focus);
        }

        let row = one_row(&self.data, &self.draft, id, focus).ok_or(ConsoleError::Unreadable)?;
        let parts = Parts::around(&self.data, &self.draft, &self.checked());
        reply::ok(&AddedRow { row, parts })
    }

    fn refuse_to_add(self) -> Reply {
        if self.is_partial() {
            return self.parts(StatusCode::UNPROCESSABLE_ENTITY);
        }
        let notice = Notice::new("warn", "20 of 20 aliases. Remove one to add another.");
        self.show_notice(StatusCode::UNPROCESSABLE_ENTITY, notice)
    }

    /// Puts a removed saved alias back where it stood.
    fn put_back(&mut self, id: RowId) {
        let (RowId::Saved(position), Some(alias)) = (id, id.saved(&self.data.base.aliases)) else {
            return;
        };
        if self.draft.row_mut(id).is_some() {
            return;
        }

        let rows = &mut self.draft.rows;
        let is_before = |row: &Row| matches!(row.id, RowId::Saved(other) if other < position);
        let index = rows.iter().position(|row| !is_before(row)).unwrap_or(rows.len());
        rows.insert(index, Row::saved(position, alias));
    }

    fn take_import(mut self) -> Reply {
        let taken = import::take(&self.data, &mut self.draft);
        self.draft.import.clear();

        let additions = Additions {
            added: taken.added,
            changed: taken.changed,
            left_out: taken.left_out,
            ..Additions::default()
        };
        self.show_notice(StatusCode::OK, additions.notice())
    }

    fn add_preset(mut self, id: &str) -> Reply {
        let preset = Presets::get().find(id).ok_or(ConsoleError::Unreadable)?;
        let added = preset.add_to(&mut self.draft, &self.data.catalog);

        let additions = Additions {
            added: added.rows,
            known: added.known,
            left_out: added.left_out,
            ..Additions::default()
        };
        self.show_notice(StatusCode::OK, additions.notice())
    }

    /// Takes the model that the picker page chose, if it chose one.
    fn use_model(mut self, id: RowId) -> Reply {
        let model = std::mem::take(&mut self.draft.filter.model);
        if model.is_empty() {
            return self.show_at(id, "target");
        }
        self.change(id, "target", |row| row.target = model)
    }

    fn change(mut self, id: RowId, input: &'static str, how: impl FnOnce(&mut Row)) -> Reply {
        if let Some(row) = self.draft.row_mut(id) {
            how(row);
        }
        self.show_at(id, input)
    }
}
