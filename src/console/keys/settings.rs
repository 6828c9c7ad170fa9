//! Changes of a key that can be taken back: its name, whether it is on, when it ends.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::create::{end_of, parse_expiry};
use super::detail::DetailPage;
use super::row::Row;
use super::{changed, find_to_change};
use crate::console::auth::SignedIn;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, HtmxRequest};
use crate::domain::{ApiKey, KeyState, Scope};
use crate::store::{KeyFilter, StoreError};

/// The form that renames.
#[derive(Debug, serde::Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    name: String,
}

/// The form that moves the end.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ExpiryForm {
    expires: String,
    expires_on: String,
}

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

pub(super) async fn rename(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    id: web::Path<String>,
    form: web::Form<NameForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, old) = (frame.who.clone(), key.id, key.name.clone());
    let mut page = DetailPage::load(&console, frame, key).await?;
    page.name.value.clone_from(&form.name);
    let Some(name) = page.name.check(form.name.parse()) else {
        return page.refuse();
    };
    match console
        .store
        .api_keys()
        .rename(who.scope(), id, &name, &who.editor(), console.now())
        .await
    {
        Ok(found) => changed(found)?,
        Err(StoreError::Taken { .. }) => {
            page.name.error = Some(format!("You already have a key named {name}."));
            return page.refuse();
        }
        Err(error) => return Err(error.into()),
    }
    if name != old {
        let undo = Flash::new(format!("Renamed to {name}."))
            .undo(format!("/keys/{id}/name"))
            .field("name", old);
        flash::set(&session, undo);
    }
    Ok(reply::see_other(&format!("/keys/{id}")))
}

pub(super) async fn expiry(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    id: web::Path<String>,
    form: web::Form<ExpiryForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, name, now) = (frame.who.clone(), key.id, key.name.clone(), console.now());
    let mut page = DetailPage::load(&console, frame, key).await?;
    page.expiry.value.clone_from(&form.expires);
    page.expires_on.value.clone_from(&form.expires_on);
    let end = match form.expires.as_str() {
        "date" => page.expires_on.check(end_of(&form.expires_on, now)).map(Some),
        choice => page.expiry.check(parse_expiry(choice, now)),
    };
    let Some(end) = end else { return page.refuse() };
    changed(
        console
            .store
            .api_keys()
            .set_expiry(who.scope(), id, end, &who.editor(), now)
            .await?,
    )?;
    let text = match end {
        Some(end) => format!(
            "{name} expires on {}.",
            crate::console::format::When::new(end, now).exact()
        ),
        None => format!("{name} doesn't expire."),
    };
    flash::set(&session, Flash::new(text));
    Ok(reply::see_other(&format!("/keys/{id}")))
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
    switch(&console, &who, &session, htmx, key, KeyState::Active, flash, &form.back).await
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
    switch(
        &console,
        &who,
        &session,
        htmx,
        key,
        KeyState::Disabled,
        flash,
        &form.back,
    )
    .await
}

#[expect(clippy::too_many_arguments, reason = "the shared half of two handlers")]
async fn switch(
    console: &Console,
    who: &SignedIn,
    session: &Session,
    htmx: HtmxRequest,
    key: ApiKey,
    state: KeyState,
    flash: Flash,
    back: &str,
) -> Reply {
    changed(
        console
            .store
            .api_keys()
            .set_state(who.scope(), key.id, state, &who.editor(), console.now())
            .await?,
    )?;
    if htmx.is_partial() {
        return answer_with_row(console, who, &key, flash).await;
    }
    let own = format!("/keys/{}", key.id);
    // The list, or the key's own page: nothing else is taken for a way back.
    let back = if back == "/keys" { back } else { own.as_str() };
    flash::set(session, flash.field("back", back));
    Ok(reply::go(htmx, back))
}

async fn answer_with_row(
    console: &Console,
    who: &SignedIn,
    key: &ApiKey,
    flash: Flash,
) -> Result<HttpResponse, ConsoleError> {
    let now = console.now();
    // The list's own query is the one place that knows what a row counts; the name finds the row in its account.
    let filter = KeyFilter {
        query: Some(key.name.to_string()),
        per_page: 200,
        ..KeyFilter::default()
    };
    let found = console
        .store
        .api_keys()
        .page(Scope::Account(key.account), &filter, now)
        .await?;
    let row = found
        .rows
        .into_iter()
        .find(|row| row.key.id == key.id)
        .ok_or(ConsoleError::NotFound)?;
    let catalog = console.catalog().await?;
    let accounts_shown = who.is_admin() && console.store.accounts().list().await?.len() > 1;
    let row = Row {
        steer: true,
        ..Row::new(row, &catalog, now)
    };
    let body = Changed {
        row,
        accounts_shown,
        writes: who.may_write(),
        flash: flash.field("back", "/keys"),
    };
    reply::page(StatusCode::OK, &body)
}
