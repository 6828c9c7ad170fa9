//! A new secret for a key. The old one can keep working for a while, so that clients can change one by one.

use std::time::Duration;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::{changed, created, find_to_change};
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{Field, HtmxRequest};
use crate::domain::{ApiKey, ApiKeySecret, Timestamp};

/// The choices: the value and its words.
const OVERLAPS: [(&str, &str); 4] = [
    ("now", "Stop now"),
    ("1h", "Keep working for 1 hour"),
    ("24h", "Keep working for 24 hours"),
    ("7d", "Keep working for 7 days"),
];

/// The form that makes a new secret.
#[derive(Debug, serde::Deserialize)]
pub(super) struct RollForm {
    #[serde(default)]
    overlap: String,
}

#[derive(Template)]
#[template(path = "keys/roll.html")]
struct RollPage {
    frame: Frame,
    key: ApiKey,
    overlap: Field,
}

pub(super) async fn show(console: web::Data<Console>, frame: Frame, id: web::Path<String>) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    reply::ok(&RollPage {
        frame: frame.at(Nav::Keys),
        key,
        overlap: Field::new("24h"),
    })
}

pub(super) async fn roll(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    htmx: HtmxRequest,
    id: web::Path<String>,
    form: web::Form<RollForm>,
) -> Reply {
    let key = find_to_change(&console, &frame.who, &id).await?;
    let (who, id, now) = (frame.who.clone(), key.id, console.now());

    let mut page = RollPage {
        frame: frame.at(Nav::Keys),
        key,
        overlap: Field::new(&form.overlap),
    };
    let Some(old_until) = page.overlap.check(until(&form.overlap, now)) else {
        return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };

    let secret = ApiKeySecret::generate(crate::random::bytes);
    let hash = console.hasher.hash(&secret);
    let by = who.editor();
    let keys = console.store.by(&by, now).api_keys();
    changed(keys.roll(who.scope(), id, &hash, &secret.display(), old_until).await?)?;

    let shown_at = created::offer(&console, &session, &who, id, &secret).await?;
    Ok(reply::go(htmx, &shown_at))
}

impl RollPage {
    fn overlaps(&self) -> &'static [(&'static str, &'static str)] {
        &OVERLAPS
    }
}

/// Until when the old secret works.
fn until(choice: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    let hours = match choice {
        "now" => return Ok(None),
        "1h" => 1,
        "24h" => 24,
        "7d" => 24 * 7,
        _ => return Err("Choose how long the old key keeps working."),
    };
    Ok(Some(now.plus(Duration::from_secs(hours * 3_600))))
}
