//! The one page that shows a new secret, once.

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use crate::console::clients::{self, ClientView};
use crate::console::{Console, ConsoleError, Frame, Nav, Reply, SignedIn, reply, token};
use crate::domain::{ApiKey, ApiKeyId, ApiKeySecret, Sealed};
use crate::store::{Link, LinkKind};

/// How long a secret waits to be shown. The browser is sent to its page at once.
const LIFE: std::time::Duration = std::time::Duration::from_secs(10 * 60);

/// The query of `GET /keys/{id}/created`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Ticket {
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

/// Keeps a secret, sealed, until it is shown, and answers the address that shows it. The address holds no secret: what it
/// holds opens nothing once used, nothing for anybody else, and nothing without this installation's master key.
pub(super) async fn offer(
    console: &Console,
    who: &SignedIn,
    key: ApiKeyId,
    secret: &ApiKeySecret,
) -> Result<String, ConsoleError> {
    let sealed = console.options.master.seal(&purpose(who, key), secret.expose().as_bytes(), crate::random::bytes());
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

/// Binds a sealed secret to the key and to the person who made it.
fn purpose(who: &SignedIn, key: ApiKeyId) -> String {
    format!("key-secret/{key}/{}", who.person.id)
}

pub(super) async fn show(
    console: web::Data<Console>,
    frame: Frame,
    request: HttpRequest,
    id: web::Path<String>,
    ticket: web::Query<Ticket>,
) -> Reply {
    let key = super::find(&console, &frame.who, &id).await?;
    let frame = frame.at(Nav::Keys);
    if *request.method() == Method::HEAD {
        // Looking must not use up the only look.
        return Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish());
    }
    let hash = token::hash(&ticket.ticket);
    let link = console.store.links().consume(&hash, LinkKind::KeySecret, console.now()).await?;
    let payload = link.filter(|link| link.key == Some(key.id)).and_then(|link| link.payload);
    let opened = payload.and_then(|payload| {
        console.options.master.open(&purpose(&frame.who, key.id), &Sealed::from_bytes(payload)).ok()
    });
    let secret = opened.as_deref().and_then(|bytes| std::str::from_utf8(bytes).ok());
    match secret {
        Some(secret) => {
            let clients = clients::with_secret(&console, &frame, &key, secret).await?;
            reply::secret(StatusCode::OK, &CreatedPage { frame, key, secret, clients })
        }
        None => reply::secret(StatusCode::GONE, &ShownPage { frame, key }),
    }
}
