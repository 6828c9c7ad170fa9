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
    /// When all keys of its account end.
    account_ends: Option<When>,
    old_secret: Option<When>,
    /// The new name, as typed.
    pub(super) name: Field,
    /// The chosen expiry.
    pub(super) expiry: Field,
    /// The date that goes with it.
    pub(super) expires_on: Field,
    /// How much it may use, as typed.
    pub(super) limits: LimitFields,
    /// What it may call and from where, as typed.
    pub(super) access: AccessFields,
    /// What is used of its spend limit.
    allowance: Option<Allowance>,
    /// What all keys of the account together may use, and what is used of it.
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
        let account = console.store.accounts().get(key.account).await?;
        let owner = match key.owner {
            Some(id) => console
                .store
                .people()
                .get(id)
                .await?
                .map(|person| person.email.to_string()),
            None => Some("Service key, of nobody in particular".into()),
        };
        let together = account.as_ref().map_or(Limits::NONE, |account| account.limits);
        let (mut allowance, mut allowance_together) = (None, None);
        if let Some(limit) = key.limits.spend {
            let spent = console
                .store
                .api_keys()
                .spent_since(key.id, limit.period.start(now))
                .await?;
            allowance = Some(Allowance::new(limit, spent, now));
        }
        if let Some(limit) = together.spend {
            let since = limit.period.start(now);
            let spent = console
                .store
                .api_keys()
                .spent_together_since(key.account, since)
                .await?;
            allowance_together = Some(Allowance::new(limit, spent, now));
        }
        let saved = console.store.aliases().list(frame.who.scope(), key.id).await?;
        Ok(Self {
            standing: Standing::of(&key, now),
            account: account.map(|account| account.name.into()).unwrap_or_default(),
            owner: owner.unwrap_or_else(|| "Somebody who is gone".into()),
            aliases: saved.map_or(0, |saved| saved.aliases.len()),
            requests: console.store.api_keys().requests_since(key.id, now.minus(WEEK)).await?,
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
            today: When::new(now, now).machine_date(),
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
