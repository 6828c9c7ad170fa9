//! Deleting a key, which cannot be undone: a page of its own, and the name to type if the key is in use.

use std::time::Duration;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::{changed, find_to_change};
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field, HtmxRequest};
use crate::domain::{ApiKey, Timestamp};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The form that confirms.
#[derive(Debug, serde::Deserialize)]
pub(super) struct DeleteForm {
    #[serde(default)]
    confirm: String,
}

#[derive(Template)]
#[template(path = "keys/delete.html")]
struct DeletePage {
    frame: Frame,
    key: ApiKey,
    requests: i64,
    in_use: bool,
    confirm: Field,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, id: web::Path<String>) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    reply::ok(&DeletePage::load(&console, frame, key).await?)
}

pub(super) async fn delete(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    htmx: HtmxRequest,
    id: web::Path<String>,
    form: web::Form<DeleteForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, name) = (frame.who.clone(), key.id, key.name.clone());

    let mut page = DeletePage::load(&console, frame, key).await?;
    if page.in_use && name != *form.confirm {
        page.confirm = Field {
            value: form.confirm.clone(),
            error: Some(format!("Type {name} exactly to confirm.")),
        };
        return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }

    let by = who.editor();
    let keys = console.store.by(&by, console.now()).api_keys();
    changed(keys.delete(who.scope(), id).await?)?;
    let text = format!("{name} deleted. Requests with it are refused within a minute.");
    flash::set(&session, Flash::new(text));
    Ok(reply::go(htmx, "/keys"))
}

impl DeletePage {
    async fn load(console: &Console, frame: Frame, key: ApiKey) -> Result<Self, ConsoleError> {
        let now = console.now();
        let keys = console.store.api_keys();
        let requests = keys.requests_since(key.id, now.minus(DAY * 7)).await?;
        let in_use = requests > 0 || used_lately(&key, now);

        Ok(Self {
            frame: frame.at(Nav::Keys),
            key,
            requests,
            in_use,
            confirm: Field::default(),
        })
    }

    /// `55 requests used it in the last 7 days.`
    fn usage(&self) -> String {
        match self.requests {
            0 => "No request used it in the last 7 days.".into(),
            1 => "1 request used it in the last 7 days.".into(),
            n => format!("{n} requests used it in the last 7 days."),
        }
    }
}

/// Whether a key was used in the last 30 days.
fn used_lately(key: &ApiKey, now: Timestamp) -> bool {
    key.last_used_at.is_some_and(|at| at >= now.minus(DAY * 30))
}
