//! Changes of a key on its own page: its name, when it expires, and how much its requests may be changed.

use actix_session::Session;
use actix_web::web;

use super::detail::DetailPage;
use super::expiry::{end_of, parse_expiry};
use super::{changed, find_to_change};
use crate::console::format::When;
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::domain::Strictness;
use crate::store::StoreError;

/// The form that renames.
#[derive(Debug, serde::Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    name: String,
}

/// The form that changes when the key expires.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ExpiryForm {
    expires: String,
    expires_on: String,
}

/// The form that says how much requests may be changed.
#[derive(Debug, serde::Deserialize)]
pub(super) struct AdaptForm {
    adapt: Strictness,
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

    let by = who.editor();
    let keys = console.store.by(&by, console.now()).api_keys();
    match keys.rename(who.scope(), id, &name).await {
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

    let by = who.editor();
    let keys = console.store.by(&by, now).api_keys();
    changed(keys.set_expiry(who.scope(), id, end).await?)?;

    let text = match end {
        Some(end) => format!("{name} expires on {}.", When::new(end, now).exact()),
        None => format!("{name} doesn't expire."),
    };
    flash::set(&session, Flash::new(text));
    Ok(reply::see_other(&format!("/keys/{id}")))
}

pub(super) async fn adapt(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    id: web::Path<String>,
    form: web::Form<AdaptForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, name) = (frame.who.clone(), key.id, key.name.clone());

    if form.adapt != key.adapt {
        let by = who.editor();
        let keys = console.store.by(&by, console.now()).api_keys();
        changed(keys.set_adapt(who.scope(), id, form.adapt).await?)?;

        let text = format!(
            "Requests of {name}: {}. Live on every gateway within a minute.",
            form.adapt.label()
        );
        let undo = Flash::new(text)
            .undo(format!("/keys/{id}/adapt"))
            .field("adapt", key.adapt.as_str());
        flash::set(&session, undo);
    }
    Ok(reply::see_other(&format!("/keys/{id}")))
}
