//! Changing how much a key may use, which models it may call and where it may be used from.

use actix_session::Session;
use actix_web::web;

use super::access_fields::AccessFields;
use super::detail::DetailPage;
use super::limit_fields::{LimitFields, SpendFields};
use super::{changed, find_to_change};
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::Field;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};

/// The form of the amounts.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct LimitsForm {
    rpm: String,
    tpm: String,
    per: String,
    amount: String,
}

/// The form of models and addresses.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct AccessForm {
    which: String,
    models: String,
    addresses: String,
}

pub(super) async fn limits(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    id: web::Path<String>,
    form: web::Form<LimitsForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, name, before) = (frame.who.clone(), key.id, key.name.clone(), key.limits);

    let mut fields = LimitFields {
        requests: Field::new(&form.rpm),
        tokens: Field::new(&form.tpm),
        spend: SpendFields::typed(&form.per, &form.amount),
    };
    let Some(limits) = fields.parse() else {
        let mut page = DetailPage::load(&console, frame, key).await?;
        page.limits = fields;
        return page.refuse();
    };

    if limits != before {
        let by = who.editor();
        let keys = console.store.by(&by, console.now()).api_keys();
        changed(keys.set_limits(who.scope(), id, limits).await?)?;
    }

    let text = format!("Limits of {name} saved. Live on every gateway within a minute.");
    flash::set(&session, Flash::new(text));
    Ok(reply::see_other(&format!("/keys/{id}")))
}

pub(super) async fn access(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    id: web::Path<String>,
    form: web::Form<AccessForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, name) = (frame.who.clone(), key.id, key.name.clone());

    let mut fields = AccessFields {
        which: Field::new(&form.which),
        models: Field::new(&form.models),
        addresses: Field::new(&form.addresses),
    };
    let catalog = console.catalog().await?;
    let Some((models, addresses)) = fields.parse(&catalog) else {
        let mut page = DetailPage::load(&console, frame, key).await?;
        page.access = fields;
        return page.refuse();
    };

    if models != key.allowed_models || addresses != key.allowed_addresses {
        let by = who.editor();
        let keys = console.store.by(&by, console.now()).api_keys();
        changed(keys.set_allowed(who.scope(), id, models.as_deref(), &addresses).await?)?;
    }

    let text = format!("What {name} may call, and from where, is saved. Live on every gateway within a minute.");
    flash::set(&session, Flash::new(text));
    Ok(reply::see_other(&format!("/keys/{id}")))
}
