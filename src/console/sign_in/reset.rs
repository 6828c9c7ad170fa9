//! A new password by a one-time link, which an admin or the command line makes and the person opens.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use url::Url;

use crate::console::auth::SignedIn;
use crate::console::password;
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{Address, ConsoleError, Field, token};
use crate::domain::{Person, PersonId, Timestamp};
use crate::store::{Actor, Link, LinkKind, Store, StoreError};

const LIFE: Duration = Duration::from_secs(30 * 60);

#[derive(Template)]
#[template(path = "sign_in/reset.html")]
struct ResetPage {
    email: String,
    password: Field,
}

/// The form that sets a password.
#[derive(serde::Deserialize)]
pub struct Answer {
    #[serde(default)]
    password: String,
}

pub(in crate::console) const ROUTES: &[Address] = &[
    Address::page("/reset/{token}", |to| to.to(show)).open(),
    Address::form("/reset/{token}", |to| to.to(set)).open(),
];

/// A link that sets a person's password, valid once and for half an hour. It is a secret of that person. `None` only if
/// `public_url` is no base for a path.
pub async fn link(
    store: &Store,
    public_url: &Url,
    person: PersonId,
    now: Timestamp,
) -> Result<Option<Url>, StoreError> {
    let token = token::new();
    let link = Link {
        hash: token::hash(&token),
        kind: LinkKind::Reset,
        person: Some(person),
        key: None,
        payload: None,
        expires_at: now.plus(LIFE),
    };
    store.links().create(&link).await?;
    Ok(public_url.join(&format!("/reset/{token}")).ok())
}

async fn show(console: web::Data<Console>, token: web::Path<String>) -> Reply {
    let person = holder(&console, &token).await?;
    reply::secret(
        StatusCode::OK,
        &ResetPage {
            email: person.email.to_string(),
            password: Field::default(),
        },
    )
}

async fn set(console: web::Data<Console>, token: web::Path<String>, form: web::Form<Answer>) -> Reply {
    let person = holder(&console, &token).await?;
    let mut page = ResetPage {
        email: person.email.to_string(),
        password: Field::default(),
    };
    let strong = password::check(&form.password, Some(&person.email));
    if page.password.check(strong).is_none() {
        return reply::secret(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }

    let hash = console.passwords.hash(&form.password).await?;
    let now = console.now();
    let links = console.store.links();
    let link = links.consume(&token::hash(&token), LinkKind::Reset, now).await?;
    if link.is_none() {
        return Err(ConsoleError::NotFound);
    }

    console
        .store
        .by(&Actor::person(&person), now)
        .people()
        .set_password(person.id, &hash)
        .await?;
    Ok(reply::see_other("/sign-in?after=reset"))
}

/// The person of a link. An unknown, used or old link is no page, and neither is that of a person who may not come in.
async fn holder(console: &Console, token: &str) -> Result<Person, ConsoleError> {
    let link = console
        .store
        .links()
        .peek(&token::hash(token), LinkKind::Reset, console.now())
        .await?;
    let Some(id) = link.and_then(|link| link.person) else {
        return Err(ConsoleError::NotFound);
    };
    let who = SignedIn::find(&console.store, id).await?;
    who.map(|who| who.person).ok_or(ConsoleError::NotFound)
}
