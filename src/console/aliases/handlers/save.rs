//! `POST /keys/{id}/aliases`: the one place that stores aliases, and only for `action=save`.

use actix_session::Session;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use crate::console::aliases::build::{Checked, Show, editor, merge};
use crate::console::aliases::draft::Row;
use crate::console::aliases::draft::{Action, Draft};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::EditorPage;
use crate::console::aliases::view::Notice;
use crate::console::auth::SignedIn;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{ApiKeyId, TrafficWindow};
use crate::store::{Actor as Author, SaveOutcome};

pub use crate::console::aliases::build::Kept;

/// The form's fields in order.
pub type Fields = web::Form<Vec<(String, String)>>;

/// Stores a draft that is right; shows it again with what is wrong otherwise.
pub async fn save(
    console: web::Data<Console>,
    who: SignedIn,
    frame: Frame,
    htmx: HtmxRequest,
    key: web::Path<String>,
    session: Session,
    form: Fields,
) -> Reply {
    who.must_write()?;
    let mut draft = read(form)?;
    let data = match EditorData::open(&console, &who, &key, Some(draft.version), Some(draft.window)).await {
        Err(ConsoleError::NotFound) => return deleted(frame, htmx, &draft),
        other => other?,
    };
    if let Some(version) = draft.restore {
        let old = console
            .store
            .aliases()
            .at_version(who.scope(), data.key.id, version)
            .await?;
        draft.fill(&old.ok_or(ConsoleError::NotFound)?.aliases);
    }
    let page = Page { frame, htmx };
    draft.strict = true;
    let checked = Checked::new(&data, &draft);
    if draft.action != Some(Action::Save) {
        return page.answer(StatusCode::OK, &data, &draft, &checked, Show::default());
    }
    if !checked.is_ok() {
        let show = Show {
            summary: checked.summary(&draft),
            ..Show::default()
        };
        return page.answer(StatusCode::UNPROCESSABLE_ENTITY, &data, &draft, &checked, show);
    }
    let author = Author::person(&who.person);
    let aliases = &checked.validation.aliases;
    let outcome = console
        .store
        .aliases()
        .save(who.scope(), data.key.id, draft.version, aliases, &author, console.now())
        .await?;
    match outcome {
        SaveOutcome::Saved { version } => {
            let kept = Kept {
                key: data.key.id,
                version,
                before: (data.stored.version == draft.version).then_some(data.stored.version),
            };
            saved(&console, &who, page, &session, kept, &draft).await
        }
        SaveOutcome::Unchanged { version } => {
            let kept = Kept {
                key: data.key.id,
                version,
                before: None,
            };
            saved(&console, &who, page, &session, kept, &draft).await
        }
        SaveOutcome::Stale { current } => {
            let merged = merge(data, &draft, &checked.validation.aliases, current);
            let checked = Checked::new(&merged.data, &merged.draft);
            page.answer(StatusCode::CONFLICT, &merged.data, &merged.draft, &checked, merged.show)
        }
        SaveOutcome::Missing => deleted(page.frame, htmx, &draft),
    }
}

/// The draft that a form holds.
///
/// # Errors
/// If it is not one of our forms.
pub fn read(form: Fields) -> Result<Draft, ConsoleError> {
    Draft::parse(form.into_inner()).map_err(|error| {
        tracing::debug!(%error, "An alias form was refused");
        ConsoleError::Unreadable
    })
}

/// Who is answered, and in which shape.
pub struct Page {
    pub frame: Frame,
    pub htmx: HtmxRequest,
}

impl Page {
    /// The editor with a draft in it: alone for a script, in its page otherwise.
    pub(in crate::console) fn answer(
        self,
        status: StatusCode,
        data: &EditorData,
        draft: &Draft,
        checked: &Checked,
        show: Show,
    ) -> Reply {
        let page = !self.htmx.is_partial();
        let mut show = Show { page, ..show };
        let nothing_else = show.notice.is_none() && show.saved.is_none() && show.summary.is_empty();
        if page
            && nothing_else
            && data.who.may_write()
            && !crate::console::aliases::build::review(data, draft).is_empty()
        {
            show.notice = Some(Notice {
                focus: false,
                ..Notice::new("warn", "Not saved yet.")
            });
        }
        let editor = editor(data, draft, checked, show);
        if page {
            reply::page(
                status,
                &EditorPage {
                    frame: self.frame.at(Nav::Keys),
                    editor,
                },
            )
        } else {
            reply::page(status, &editor)
        }
    }
}

async fn saved(console: &Console, who: &SignedIn, page: Page, session: &Session, kept: Kept, draft: &Draft) -> Reply {
    let url = format!("/keys/{}/aliases", kept.key);
    if !page.htmx.is_partial() {
        kept.keep(session);
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !draft.test.is_empty() {
            query.append_pair("test", &draft.test);
        }
        if draft.window != TrafficWindow::default() {
            query.append_pair("window", draft.window.as_str());
        }
        let query = query.finish();
        let mark = if query.is_empty() { "" } else { "?" };
        return Ok(reply::see_other(&format!("{url}{mark}{query}")));
    }
    let data = EditorData::open(console, who, &kept.key.to_string(), None, Some(draft.window)).await?;
    let mut fresh = Draft::of_saved(data.stored.version, &data.stored.aliases);
    fresh.test.clone_from(&draft.test);
    fresh.many.clone_from(&draft.many);
    fresh.window = draft.window;
    let mut show = Show::default();
    kept.show(&data, &mut show);
    let checked = Checked::new(&data, &fresh);
    page.answer(StatusCode::OK, &data, &fresh, &checked, show)
}

/// The page for somebody whose key is gone: their aliases, to copy.
#[derive(Debug, Template)]
#[template(path = "aliases/deleted.html", whitespace = "minimize")]
struct DeletedPage {
    frame: Frame,
    lines: String,
}

#[derive(Debug, Template)]
#[template(path = "aliases/_deleted.html", whitespace = "minimize")]
struct Deleted {
    lines: String,
}

/// The same for a key that never was and for another account's: all that is shown is what was sent.
fn deleted(frame: Frame, htmx: HtmxRequest, draft: &Draft) -> Result<HttpResponse, ConsoleError> {
    let line = |row: &Row| {
        let star = if row.is_prefix() { "*" } else { "" };
        let keep = if row.keep_name { " keep-name" } else { "" };
        format!("{}{star} = {}{keep}", row.name, row.target)
    };
    let lines: Vec<String> = draft.rows.iter().filter(|row| !row.is_blank()).map(line).collect();
    let lines = lines.join("\n");
    if htmx.is_partial() {
        reply::page(StatusCode::NOT_FOUND, &Deleted { lines })
    } else {
        reply::page(
            StatusCode::NOT_FOUND,
            &DeletedPage {
                frame: frame.at(Nav::Keys),
                lines,
            },
        )
    }
}

/// A key's id in an address, without a look-up.
pub fn key_id(text: &str) -> Result<ApiKeyId, ConsoleError> {
    text.parse().map_err(|_| ConsoleError::NotFound)
}
