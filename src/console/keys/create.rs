//! Creates a key.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;

use super::created;
use super::expiry::USUAL_EXPIRY;
use super::new_page::{NewForm, NewPage};
use crate::console::layout::Frame;
use crate::console::state::Console;
use crate::console::web::HtmxRequest;
use crate::console::web::reply::{self, Reply};
use crate::domain::{ApiKey, ApiKeyId, ApiKeySecret, Limits};
use crate::store::{NewKey, StoreError};

/// The query of `GET /keys/new`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewQuery {
    /// The key whose aliases to copy.
    from: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<NewQuery>) -> Reply {
    frame.who.must_write()?;
    let mut form = NewForm {
        from: query.from.clone(),
        expires: USUAL_EXPIRY.into(),
        ..NewForm::default()
    };

    if let Ok(source) = super::find(&console, &frame.who, &query.from).await {
        form.name = format!("{}-copy", source.name).chars().take(80).collect();
        form.account = source.account.to_string();
        form.owner = if source.owner.is_some() {
            String::new()
        } else {
            "service".into()
        };
    }

    reply::ok(&NewPage::new(&console, frame, &form).await?)
}

pub(super) async fn create(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    htmx: HtmxRequest,
    form: web::Form<NewForm>,
) -> Reply {
    frame.who.must_write()?;
    let (who, now) = (frame.who.clone(), console.now());

    let mut page = NewPage::new(&console, frame, &form).await?;
    let name = page.name.check(form.name.parse());
    let account = page.account(&who.account, &form.account);
    let owner = account.and_then(|account| page.owner(account, who.person.account, who.person.id, &form.owner));
    let expires_at = page.expiry(&form, now);
    let spend = page.spend.parse();
    let aliases = page.aliases(&console, who.scope(), &form.from).await?;
    let (Some(name), Some(account), Some(owner), Some(expires_at), Some(spend), Some(aliases)) =
        (name, account, owner, expires_at, spend, aliases)
    else {
        return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };

    let secret = ApiKeySecret::generate(crate::random::bytes);
    let id = ApiKeyId::new(now, crate::random::bytes());
    let limits = Limits {
        spend,
        ..Limits::NEW_KEY
    };
    let new = NewKey {
        hash: console.hasher.hash(&secret),
        key: ApiKey {
            owner,
            expires_at,
            limits,
            ..ApiKey::new(id, account, name, &secret, now)
        },
        aliases,
    };
    match console.store.by(&who.editor(), now).api_keys().create(&new).await {
        Ok(()) => {}
        Err(StoreError::Taken { .. }) => {
            page.name.error = Some(format!("You already have a key named {}.", new.key.name));
            return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(error) => return Err(error.into()),
    }

    let shown_at = created::offer(&console, &session, &who, id, &secret).await?;
    Ok(reply::go(htmx, &shown_at))
}
