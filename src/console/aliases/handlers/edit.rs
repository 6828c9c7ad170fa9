//! `POST /keys/{id}/aliases/draft`: every button that changes the draft, and none that stores it.

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use askama::filters::HtmlSafe;

use super::save::{Fields, Page, read};
use super::{pick, test_name};
use crate::console::aliases::build::{Checked, Show, Strictness, import, one_row, review, traffic_panel};
use crate::console::aliases::draft::{Action, Draft, Presets, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{KeyHead, Notice, ReviewLine, RowView, TrafficPanel};
use crate::console::auth::SignedIn;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{Alias, Match};

/// Does what a button asks for and shows the draft that comes of it.
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
    if !matches!(
        action,
        Action::Check | Action::Test | Action::TestName(_) | Action::Window(_) | Action::Discard
    ) {
        who.must_write()?;
    }
    if let Action::Window(window) = action {
        draft.window = window;
    }
    let data = EditorData::open(&console, &who, &key, Some(draft.version), Some(draft.window)).await?;
    let page = Page { frame, htmx };
    let partial = htmx.is_partial();
    match action {
        Action::Check | Action::Save => {
            draft.strict |= !draft.live;
            let checked = Checked::new(&data, &draft);
            if partial {
                return reply::ok(&Parts::new(&data, &draft, &checked));
            }
            page.answer(StatusCode::OK, &data, &draft, &checked, Show::default())
        }
        Action::Test if partial => test_name::answer(&data, &draft),
        Action::Test => page.show(&data, &draft, Show::default()),
        Action::TestName(name) => {
            draft.test = name;
            page.show(&data, &draft, Show::default())
        }
        Action::Window(_) if partial => reply::ok(&Parts::new(&data, &draft, &Checked::new(&data, &draft))),
        Action::Window(_) => page.show(&data, &draft, Show::default()),
        Action::Add(name) => add(page, &data, draft, &name, Match::Exact),
        Action::AddPrefix(name) => add(page, &data, draft, &name, Match::Prefix),
        Action::Remove(row) => {
            draft.rows.retain(|other| other.id != row);
            if partial {
                // The script takes the row out of the page; what is left gets new messages and counts.
                return reply::ok(&Parts::new(&data, &draft, &Checked::new(&data, &draft)));
            }
            page.show(&data, &draft, Show::default())
        }
        Action::Undo(row) => {
            put_back(&data, &mut draft, row);
            page.show(
                &data,
                &draft,
                Show {
                    focus: Some((row, "name")),
                    ..Show::default()
                },
            )
        }
        Action::Import if partial => reply::ok(&import::preview(&data, &draft)),
        Action::Import => page.show(
            &data,
            &draft,
            Show {
                import: true,
                ..Show::default()
            },
        ),
        Action::TakeImport => {
            let taken = import::take(&data, &mut draft);
            draft.import.clear();
            let notice = tell(taken.added, taken.changed, taken.left_out, 0);
            page.show(
                &data,
                &draft,
                Show {
                    notice: Some(notice),
                    ..Show::default()
                },
            )
        }
        Action::AddPreset(preset) => {
            let preset = Presets::get().find(&preset).ok_or(ConsoleError::Unreadable)?;
            let added = preset.add_to(&mut draft, &data.catalog);
            let notice = tell(added.rows, 0, added.left_out, added.known);
            page.show(
                &data,
                &draft,
                Show {
                    notice: Some(notice),
                    ..Show::default()
                },
            )
        }
        Action::Pick(row) => pick::page(&data, page.frame, &draft, row),
        Action::Use(row) => {
            let model = std::mem::take(&mut draft.filter.model);
            if !model.is_empty() {
                change(&mut draft, row, |row| row.target = model);
            }
            page.show(
                &data,
                &draft,
                Show {
                    focus: Some((row, "target")),
                    ..Show::default()
                },
            )
        }
        Action::SetName(row, name) => {
            change(&mut draft, row, |row| row.name = name);
            page.show(
                &data,
                &draft,
                Show {
                    focus: Some((row, "name")),
                    ..Show::default()
                },
            )
        }
        Action::SetTarget(row, target) => {
            change(&mut draft, row, |row| row.target = target);
            page.show(
                &data,
                &draft,
                Show {
                    focus: Some((row, "target")),
                    ..Show::default()
                },
            )
        }
        Action::SetPrefix(row, name) => {
            change(&mut draft, row, |row| {
                row.name = name;
                row.matching = "prefix".into();
            });
            page.show(
                &data,
                &draft,
                Show {
                    focus: Some((row, "name")),
                    ..Show::default()
                },
            )
        }
        Action::Discard => Ok(reply::go(htmx, &data.head.url())),
    }
}

impl Page {
    /// The editor with the draft as it is now.
    fn show(self, data: &EditorData, draft: &Draft, show: Show) -> Reply {
        let checked = Checked::new(data, draft);
        self.answer(StatusCode::OK, data, draft, &checked, show)
    }
}

fn add(page: Page, data: &EditorData, mut draft: Draft, name: &str, matching: Match) -> Reply {
    if draft.rows.len() >= Alias::LIMIT {
        let checked = Checked::new(data, &draft);
        let notice = Notice::new("warn", "20 of 20 aliases. Remove one to add another.");
        if page.htmx.is_partial() {
            return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &Parts::new(data, &draft, &checked));
        }
        return page.answer(
            StatusCode::UNPROCESSABLE_ENTITY,
            data,
            &draft,
            &checked,
            Show {
                notice: Some(notice),
                ..Show::default()
            },
        );
    }
    let id = draft.push(name, matching.as_str(), "");
    let focus = if name.is_empty() { "name" } else { "target" };
    if !page.htmx.is_partial() {
        return page.show(
            data,
            &draft,
            Show {
                focus: Some((id, focus)),
                ..Show::default()
            },
        );
    }
    let row = one_row(data, &draft, id, focus).ok_or(ConsoleError::Unreadable)?;
    let checked = Checked::new(data, &draft);
    reply::ok(&AddedRow {
        row,
        parts: Parts::around(data, &draft, &checked),
    })
}

fn change(draft: &mut Draft, row: RowId, how: impl FnOnce(&mut Row)) {
    if let Some(row) = draft.row_mut(row) {
        how(row);
    }
}

/// Puts a removed saved alias back where it stood.
fn put_back(data: &EditorData, draft: &mut Draft, id: RowId) {
    let (RowId::Saved(place), Some(alias)) = (id, id.saved(&data.base.aliases)) else {
        return;
    };
    if draft.row_mut(id).is_none() {
        let after = draft
            .rows
            .iter()
            .position(|row| !matches!(row.id, RowId::Saved(other) if other < place));
        draft
            .rows
            .insert(after.unwrap_or(draft.rows.len()), Row::saved(place, alias));
    }
}

fn tell(added: usize, changed: usize, left_out: usize, known: usize) -> Notice {
    let rows = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 row {what}")),
        count => Some(format!("{count} rows {what}")),
    };
    let done: Vec<String> = [rows(added, "added"), rows(changed, "changed")]
        .into_iter()
        .flatten()
        .collect();
    let title = if done.is_empty() {
        "Nothing was added.".to_owned()
    } else {
        format!("{} in the draft.", done.join(", "))
    };
    let mut text = if done.is_empty() {
        String::new()
    } else {
        "Not saved yet.".to_owned()
    };
    if known > 0 {
        let names = if known == 1 {
            "1 name is"
        } else {
            &format!("{known} names are")
        };
        text = format!("{text} {names} here already.");
    }
    if left_out > 0 {
        text = format!(
            "{text} {left_out} did not fit: a key can have up to {} aliases.",
            Alias::LIMIT
        );
    }
    Notice::new("info", title).text(text.trim().to_owned())
}

/// What changes around a draft's inputs, each part with its own place in the page. The inputs are never among them.
#[derive(Debug, Template)]
#[template(path = "aliases/_parts.html", whitespace = "minimize")]
struct Parts {
    key: KeyHead,
    rows: Vec<RowView>,
    review: Vec<ReviewLine>,
    filled: usize,
    next: u32,
    strict: bool,
    traffic: Option<TrafficPanel>,
}

/// A new row, and the counts that it changes.
#[derive(Debug, Template)]
#[template(path = "aliases/_added.html", whitespace = "minimize")]
struct AddedRow {
    row: RowView,
    parts: Parts,
}

impl HtmlSafe for Parts {}

impl Parts {
    fn new(data: &EditorData, draft: &Draft, checked: &Checked) -> Self {
        let strictness = if draft.strict {
            Strictness::Full
        } else {
            Strictness::Typing
        };
        Self {
            rows: checked.rows(data, draft, strictness),
            ..Self::around(data, draft, checked)
        }
    }

    /// What stands around the rows.
    fn around(data: &EditorData, draft: &Draft, checked: &Checked) -> Self {
        Self {
            key: data.head.clone(),
            rows: Vec::new(),
            review: review(data, draft),
            filled: draft.rows.len().max(draft.filled()),
            next: draft.next,
            strict: draft.strict,
            traffic: traffic_panel(data, draft, &checked.validation),
        }
    }
}
