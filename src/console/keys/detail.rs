//! `GET /keys/{id}`: one key and its settings.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::access_fields::AccessFields;
use super::allowance::{Allowance, rates};
use super::limit_fields::LimitFields;
use super::row::Standing;
use crate::console::format::When;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field};
use crate::domain::{ApiKey, Limits};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The page, also when one of its forms has to be shown again.
#[derive(Template)]
#[template(path = "keys/detail.html")]
pub(super) struct DetailPage {
    frame: Frame,
    key: ApiKey,
    standing: Standing,
    account: String,
    owner: String,
    aliases: usize,
    requests: i64,
    created: When,
    last_used: Option<When>,
    expires: Option<When>,
    /// When all keys of its account expire.
    account_ends: Option<When>,
    old_secret: Option<When>,
    /// The new name, as typed.
    pub(super) name: Field,
    /// The expiry, as chosen.
    pub(super) expiry: Field,
    /// The date, if a date was chosen.
    pub(super) expires_on: Field,
    /// Its limits, as typed.
    pub(super) limits: LimitFields,
    /// Its models and networks, as typed.
    pub(super) access: AccessFields,
    /// How much of its spend limit is used.
    allowance: Option<Allowance>,
    /// The limits that all keys of the account share, and how much is used.
    together: Limits,
    allowance_together: Option<Allowance>,
    today: String,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, id: web::Path<String>) -> Reply {
    let key = super::find(&console, &frame.who, &id).await?;
    reply::ok(&DetailPage::load(&console, frame, key).await?)
}

impl DetailPage {
    pub(super) async fn load(console: &Console, frame: Frame, key: ApiKey) -> Result<Self, ConsoleError> {
        let now = console.now();
        let when = |at| When::new(at, now);
        let store = &console.store;

        let account = store.accounts().get(key.account).await?;
        let together = account.as_ref().map_or(Limits::NONE, |account| account.limits);
        let saved = store.aliases().list(frame.who.scope(), key.id).await?;
        let requests = store.api_keys().requests_since(key.id, now.minus(WEEK)).await?;
        let owner = owner(console, &key).await?;
        let allowance = allowance(console, &key).await?;
        let allowance_together = allowance_together(console, &key, &together).await?;

        Ok(Self {
            standing: Standing::of(&key, now),
            account: account.map(|account| account.name.into()).unwrap_or_default(),
            owner,
            aliases: saved.map_or(0, |saved| saved.aliases.len()),
            requests,
            created: when(key.created_at),
            last_used: key.last_used_at.map(when),
            expires: key.expires_at.map(when),
            account_ends: key.account_access.expires_at.map(when),
            old_secret: key.old_secret_until.filter(|&until| until > now).map(when),
            name: Field::new(key.name.as_str()),
            expiry: Field::new("90"),
            expires_on: Field::default(),
            limits: LimitFields::of(&key.limits),
            access: AccessFields::of(&key),
            allowance,
            together,
            allowance_together,
            today: when(now).machine_date(),
            frame: frame.at(Nav::Keys),
            key,
        })
    }

    /// The page again, with messages.
    pub(super) fn refuse(&self) -> Reply {
        reply::page(StatusCode::UNPROCESSABLE_ENTITY, self)
    }

    fn rates(&self) -> Option<String> {
        rates(&self.key.limits)
    }

    fn rates_together(&self) -> Option<String> {
        rates(&self.together)
    }

    fn may_write(&self) -> bool {
        self.frame.who.may_write()
    }
}

/// The owner in words: an e-mail address, or why there is none.
async fn owner(console: &Console, key: &ApiKey) -> Result<String, ConsoleError> {
    let Some(id) = key.owner else {
        return Ok("Service key, without an owner".into());
    };
    let person = console.store.people().get(id).await?;
    Ok(person.map_or_else(|| "A person who was deleted".into(), |person| person.email.to_string()))
}

/// How much of the key's spend limit is used.
async fn allowance(console: &Console, key: &ApiKey) -> Result<Option<Allowance>, ConsoleError> {
    let Some(limit) = key.limits.spend else {
        return Ok(None);
    };
    let (keys, now) = (console.store.api_keys(), console.now());
    let spent = keys.spent_since(key.id, limit.period.start(now)).await?;
    Ok(Some(Allowance::new(limit, spent, now)))
}

/// How much of the spend limit is used that all keys of the account share.
async fn allowance_together(
    console: &Console,
    key: &ApiKey,
    together: &Limits,
) -> Result<Option<Allowance>, ConsoleError> {
    let Some(limit) = together.spend else {
        return Ok(None);
    };
    let (keys, now) = (console.store.api_keys(), console.now());
    let spent = keys.spent_together_since(key.account, limit.period.start(now)).await?;
    Ok(Some(Allowance::new(limit, spent, now)))
}
