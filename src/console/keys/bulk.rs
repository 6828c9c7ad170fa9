//! One change to several keys at once.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;

use super::export;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::flash::{self, Flash};
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, Field};
use crate::domain::{ApiKey, ApiKeyId, KeyState};

/// The most keys of one form; a page has fewer.
const MOST: usize = 200;

#[derive(Template)]
#[template(path = "keys/bulk_delete.html")]
struct BulkDeletePage {
    frame: Frame,
    keys: Vec<ApiKey>,
    confirm: Field,
}

pub(super) async fn act(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    form: web::Form<Vec<(String, String)>>,
) -> Reply {
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value.as_str())
    };
    let op = field("op");
    if op != "export" {
        frame.who.must_write()?;
    }

    let keys = selected(&console, &frame, &form).await?;
    if keys.is_empty() {
        flash::set(&session, Flash::new("No key was selected, so nothing was changed."));
        return Ok(reply::see_other("/keys"));
    }

    match op {
        "enable" => switch(&console, &frame, &session, &keys, KeyState::Active).await,
        "disable" => switch(&console, &frame, &session, &keys, KeyState::Disabled).await,
        "export" => export::some(&console, frame.who.scope(), &keys).await,
        "delete" => reply::ok(&BulkDeletePage::new(frame, keys, Field::default())),
        "delete-confirmed" => delete(&console, frame, &session, keys, field("confirm")).await,
        _ => Err(ConsoleError::Unreadable),
    }
}

/// The selected keys that this person may see; anything else is passed over.
async fn selected(console: &Console, frame: &Frame, form: &[(String, String)]) -> Result<Vec<ApiKey>, ConsoleError> {
    let ids = form
        .iter()
        .filter(|(name, _)| name == "ids[]")
        .filter_map(|(_, id)| id.parse::<ApiKeyId>().ok());
    let mut keys: Vec<ApiKey> = Vec::new();
    for id in ids.take(MOST) {
        if let Some(key) = console.store.api_keys().get(frame.who.scope(), id).await?
            && keys.iter().all(|other| other.id != key.id)
        {
            keys.push(key);
        }
    }
    Ok(keys)
}

async fn switch(console: &Console, frame: &Frame, session: &Session, keys: &[ApiKey], state: KeyState) -> Reply {
    let (who, actor) = (&frame.who, frame.who.editor());
    let mut done = 0;
    for key in keys {
        let store = console.store.by(&actor, console.now()).api_keys();
        done += usize::from(store.set_state(who.scope(), key.id, state).await?);
    }

    let (word, then, undo) = match state {
        KeyState::Active => ("enabled", "answered", "disable"),
        KeyState::Disabled => ("disabled", "refused", "enable"),
    };
    let counted = counted(done);
    let mut flash = Flash::new(format!(
        "{counted} {word}. Requests with them are {then} within a minute."
    ))
    .undo("/keys/bulk")
    .field("op", undo);
    for key in keys {
        flash = flash.field("ids[]", key.id.to_string());
    }
    flash::set(session, flash);
    Ok(reply::see_other("/keys"))
}

async fn delete(console: &Console, frame: Frame, session: &Session, keys: Vec<ApiKey>, confirm: &str) -> Reply {
    let mut page = BulkDeletePage::new(frame, keys, Field::new(confirm));
    if confirm != page.phrase() {
        page.confirm.error = Some(format!("Type {} exactly to confirm.", page.phrase()));
        return reply::page(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }

    let (who, actor) = (&page.frame.who, page.frame.who.editor());
    let mut done = 0;
    for key in &page.keys {
        let store = console.store.by(&actor, console.now()).api_keys();
        done += usize::from(store.delete(who.scope(), key.id).await?);
    }
    let counted = counted(done);
    let text = format!("{counted} deleted. Requests with them are refused within a minute.");
    flash::set(session, Flash::new(text));
    Ok(reply::see_other("/keys"))
}

fn counted(keys: usize) -> String {
    if keys == 1 {
        "1 key".into()
    } else {
        format!("{keys} keys")
    }
}

impl BulkDeletePage {
    fn new(frame: Frame, keys: Vec<ApiKey>, confirm: Field) -> Self {
        Self {
            frame: frame.at(Nav::Keys),
            keys,
            confirm,
        }
    }

    fn counted(&self) -> String {
        counted(self.keys.len())
    }

    /// The phrase that confirms: `delete 3 keys`.
    fn phrase(&self) -> String {
        format!("delete {}", self.counted())
    }
}
