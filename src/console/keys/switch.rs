//! Enables and disables a key.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::row::Row;
use super::{changed, find_to_change};
use crate::console::auth::SignedIn;
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{ApiKey, KeyState, Scope};
use crate::store::KeyFilter;

/// Where a plain form returns to.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct BackForm {
    back: String,
}

/// A changed row and what was done, for a list that htmx keeps.
#[derive(Template)]
#[template(path = "keys/_changed.html")]
struct Changed {
    row: Row,
    accounts_shown: bool,
    writes: bool,
    flash: Flash,
}

pub(super) async fn enable(
    console: web::Data<Console>,
    who: SignedIn,
    session: Session,
    htmx: HtmxRequest,
    id: web::Path<String>,
    form: web::Form<BackForm>,
) -> Reply {
    let key = find_to_change(&console, &who, &id).await?;
    let text = format!("{} enabled. Requests with it are answered within a minute.", key.name);
    let flash = Flash::new(text).undo(format!("/keys/{}/disable", key.id));

    set_state(&console, &who, &key, KeyState::Active).await?;
    answer(&console, &who, &session, htmx, &key, flash, &form.back).await
}

pub(super) async fn disable(
    console: web::Data<Console>,
    who: SignedIn,
    session: Session,
    htmx: HtmxRequest,
    id: web::Path<String>,
    form: web::Form<BackForm>,
) -> Reply {
    let key = find_to_change(&console, &who, &id).await?;
    let text = format!("{} disabled. Requests with it are refused within a minute.", key.name);
    let flash = Flash::new(text).undo(format!("/keys/{}/enable", key.id));

    set_state(&console, &who, &key, KeyState::Disabled).await?;
    answer(&console, &who, &session, htmx, &key, flash, &form.back).await
}

async fn set_state(console: &Console, who: &SignedIn, key: &ApiKey, state: KeyState) -> Result<(), ConsoleError> {
    let by = who.editor();
    let keys = console.store.by(&by, console.now()).api_keys();
    changed(keys.set_state(who.scope(), key.id, state).await?)
}

/// The changed row for htmx; else the page that the form came from.
async fn answer(
    console: &Console,
    who: &SignedIn,
    session: &Session,
    htmx: HtmxRequest,
    key: &ApiKey,
    flash: Flash,
    back: &str,
) -> Reply {
    if htmx.is_partial() {
        return answer_with_row(console, who, key, flash).await;
    }

    let own = format!("/keys/{}", key.id);
    // The list, or the key's own page: no other address is taken for a way back.
    let back = if back == "/keys" { back } else { own.as_str() };
    flash::set(session, flash.field("back", back));
    Ok(reply::go(htmx, back))
}

async fn answer_with_row(console: &Console, who: &SignedIn, key: &ApiKey, flash: Flash) -> Reply {
    let now = console.now();
    // Only the list's own query knows what a row counts; the name finds the row in its account.
    let filter = KeyFilter {
        query: Some(key.name.to_string()),
        per_page: 200,
        ..KeyFilter::default()
    };
    let keys = console.store.api_keys();
    let found = keys.page(Scope::Account(key.account), &filter, now).await?;
    let row = found.rows.into_iter().find(|row| row.key.id == key.id);
    let row = row.ok_or(ConsoleError::NotFound)?;
    let catalog = console.catalog().await?;
    let accounts_shown = who.is_admin() && console.store.accounts().list().await?.len() > 1;

    let body = Changed {
        row: Row {
            focus: true,
            ..Row::new(row, &catalog, now)
        },
        accounts_shown,
        writes: who.may_write(),
        flash: flash.field("back", "/keys"),
    };
    reply::page(StatusCode::OK, &body)
}
