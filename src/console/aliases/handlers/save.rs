//! `POST /keys/{id}/aliases`: the one place that stores aliases, and only for `op=save`.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use url::form_urlencoded::Serializer;

use super::deleted::deleted;
use super::page::{Fields, Page, read};
use crate::console::aliases::build::{Checked, Kept, Show, merge};
use crate::console::aliases::draft::{Action, Draft};
use crate::console::aliases::editor_data::EditorData;
use crate::console::auth::SignedIn;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{Alias, TrafficWindow};
use crate::store::{Actor, SaveOutcome, StoreError};

/// Stores a draft without mistakes; shows any other again with its mistakes.
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
        let aliases = console.store.aliases();
        let old = aliases.at_version(who.scope(), data.key.id, version).await?;
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

    let kept = |version, before| Kept {
        key: data.key.id,
        version,
        before,
    };
    match store(&console, &data, draft.version, &checked.validation.aliases).await? {
        SaveOutcome::Saved { version } => {
            let before = (data.stored.version == draft.version).then_some(data.stored.version);
            saved(&console, &who, page, &session, kept(version, before), &draft).await
        }
        SaveOutcome::Unchanged { version } => saved(&console, &who, page, &session, kept(version, None), &draft).await,
        SaveOutcome::Stale { current } => {
            let merged = merge(data, &draft, &checked.validation.aliases, current);
            let checked = Checked::new(&merged.data, &merged.draft);
            page.answer(StatusCode::CONFLICT, &merged.data, &merged.draft, &checked, merged.show)
        }
        SaveOutcome::Missing => deleted(page.frame, htmx, &draft),
    }
}

async fn store(
    console: &Console,
    data: &EditorData,
    version: i64,
    aliases: &[Alias],
) -> Result<SaveOutcome, StoreError> {
    let actor = Actor::person(&data.who.person);
    let store = console.store.by(&actor, console.now()).aliases();
    store.save(data.who.scope(), data.key.id, version, aliases).await
}

/// The confirmation: on the next page, or in the editor for a script.
async fn saved(console: &Console, who: &SignedIn, page: Page, session: &Session, kept: Kept, draft: &Draft) -> Reply {
    if !page.htmx.is_partial() {
        kept.keep(session);
        return Ok(reply::see_other(&address(&kept, draft)));
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

/// The editor's address, with the name in the test box and the window of the traffic.
fn address(kept: &Kept, draft: &Draft) -> String {
    let mut query = Serializer::new(String::new());
    if !draft.test.is_empty() {
        query.append_pair("test", &draft.test);
    }
    if draft.window != TrafficWindow::default() {
        query.append_pair("window", draft.window.as_str());
    }
    let query = query.finish();

    let mark = if query.is_empty() { "" } else { "?" };
    format!("/keys/{}/aliases{mark}{query}", kept.key)
}
