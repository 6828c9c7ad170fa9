//! The one page that shows a new secret, once.

use actix_session::Session;
use actix_web::http::header::HeaderMap;
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use zeroize::Zeroizing;

use crate::console::auth::{SignedIn, session};
use crate::console::clients::{self, ClientView};
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{ConsoleError, token};
use crate::domain::{ApiKey, ApiKeyId, ApiKeySecret, Sealed};
use crate::store::{Link, LinkKind};

/// How long a secret waits to be shown. The browser is sent to its page at once.
const LIFE: std::time::Duration = std::time::Duration::from_secs(10 * 60);

/// The query of `GET /keys/{id}/created`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct ShowOnceQuery {
    ticket: String,
}

#[derive(Template)]
#[template(path = "keys/created.html")]
struct CreatedPage<'a> {
    frame: Frame,
    key: ApiKey,
    secret: &'a str,
    clients: Vec<ClientView>,
}

#[derive(Template)]
#[template(path = "keys/shown.html")]
struct ShownPage {
    frame: Frame,
    key: ApiKey,
}

/// Stores a secret, sealed, until the page shows it, and returns the address of that page. The address holds no secret: its
/// ticket opens nothing once used, nothing in another session, and nothing without this installation's master key.
pub(super) async fn offer(
    console: &Console,
    session: &Session,
    who: &SignedIn,
    key: ApiKeyId,
    secret: &ApiKeySecret,
) -> Result<String, ConsoleError> {
    let sealed = console.options.master.seal(
        &purpose(session, who, key),
        secret.expose().as_bytes(),
        crate::random::bytes(),
    );
    let sealed = sealed.map_err(|error| ConsoleError::Internal(error.to_string()))?;
    let ticket = token::new();
    let link = Link {
        hash: token::hash(&ticket),
        kind: LinkKind::KeySecret,
        person: None,
        key: Some(key),
        payload: Some(sealed.as_bytes().to_vec()),
        expires_at: console.now().plus(LIFE),
    };
    console.store.links().create(&link).await?;
    Ok(format!("/keys/{key}/created?ticket={ticket}"))
}

/// Binds a sealed secret to the key, to the person who made it, and to that person's session.
fn purpose(session: &Session, who: &SignedIn, key: ApiKeyId) -> String {
    format!("key-secret/{key}/{}/{}", who.person.id, session::mark(session))
}

pub(super) async fn show(
    console: web::Data<Console>,
    frame: Frame,
    session: Session,
    request: HttpRequest,
    id: web::Path<String>,
    query: web::Query<ShowOnceQuery>,
) -> Reply {
    let key = super::find(&console, &frame.who, &id).await?;
    let frame = frame.at(Nav::Keys);
    if *request.method() == Method::HEAD {
        // A HEAD request must not use up the one time that the page shows the secret.
        return Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish());
    }
    if is_ahead_of_time(request.headers()) {
        // The browser throws an error away and asks again once the person wants the page.
        return Err(ConsoleError::Conflict(
            "Open this page again to see the new key.".into(),
        ));
    }

    let opened = open_once(&console, &session, &frame, &key, &query.ticket).await?;
    let secret = opened.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());

    let Some(secret) = secret else {
        return reply::secret(StatusCode::GONE, &ShownPage { frame, key });
    };
    let clients = clients::with_secret(&console, &frame, &key, secret).await?;
    let page = CreatedPage {
        frame,
        key,
        secret,
        clients,
    };
    reply::secret(StatusCode::OK, &page)
}

/// The secret of a ticket, which is used up by this; `None` if the ticket opens nothing here.
async fn open_once(
    console: &Console,
    session: &Session,
    frame: &Frame,
    key: &ApiKey,
    ticket: &str,
) -> Result<Option<Zeroizing<Vec<u8>>>, ConsoleError> {
    let (hash, now, links) = (token::hash(ticket), console.now(), console.store.links());
    let link = links.peek(&hash, LinkKind::KeySecret, now).await?;
    let payload = link
        .filter(|link| link.key == Some(key.id))
        .and_then(|link| link.payload);
    let purpose = purpose(session, &frame.who, key.id);
    let opened = payload.and_then(|payload| console.options.master.open(&purpose, &Sealed::from_bytes(payload)).ok());

    // Only a session that can open it uses it up: the address alone, in other hands, must not cost the owner the secret.
    let Some(opened) = opened else { return Ok(None) };
    let consumed = links.consume(&hash, LinkKind::KeySecret, now).await?;
    Ok(consumed.map(|_| opened))
}

/// Whether a browser loads a page that the person has not asked for yet.
fn is_ahead_of_time(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].into_iter().any(|name| {
        let value = headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        value.contains("prefetch") || value.contains("prerender") || value.contains("preview")
    })
}
