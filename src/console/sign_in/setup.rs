//! First-run set-up: a one-time link makes the first account and its first person, an admin.

use std::time::Duration;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::web;
use askama::Template;
use url::Url;

use crate::console::auth::session;
use crate::console::password;
use crate::console::state::Console;
use crate::console::web::reply::{self, Reply};
use crate::console::web::{Address, ConsoleError, Field, token};
use crate::domain::{Account, AccountId, Email, Name, Person, PersonId, Role, Timestamp};
use crate::store::{Actor, Link, LinkKind, StoreError};

const LIFE: Duration = Duration::from_secs(60 * 60);

#[derive(Template)]
#[template(path = "sign_in/setup.html")]
struct SetupPage {
    account: Field,
    email: Field,
    password: Field,
}

/// The form that makes the first admin.
#[derive(serde::Deserialize)]
pub struct Answers {
    #[serde(default)]
    account: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
}

pub(in crate::console) const ROUTES: &[Address] = &[
    Address::page("/setup/{token}", |to| to.to(show)).open(),
    Address::form("/setup/{token}", |to| to.to(create)).open(),
];

/// A link that makes the first admin, valid once and for an hour; `None` once there is a person. It is a secret: print it
/// to the operator's terminal only.
pub async fn first_run_link(console: &Console) -> Result<Option<Url>, StoreError> {
    if console.store.people().count().await? > 0 {
        return Ok(None);
    }
    let token = token::new();
    let link = Link {
        hash: token::hash(&token),
        kind: LinkKind::Setup,
        person: None,
        key: None,
        payload: None,
        expires_at: console.now().plus(LIFE),
    };
    console.store.links().create(&link).await?;
    Ok(console.options.public_url.join(&format!("/setup/{token}")).ok())
}

async fn show(console: web::Data<Console>, token: web::Path<String>) -> Reply {
    usable(&console, &token).await?;
    let page = SetupPage {
        account: Field::default(),
        email: Field::default(),
        password: Field::default(),
    };
    reply::secret(StatusCode::OK, &page)
}

async fn create(
    console: web::Data<Console>,
    session: Session,
    token: web::Path<String>,
    form: web::Form<Answers>,
) -> Reply {
    usable(&console, &token).await?;

    let mut page = SetupPage {
        account: Field::new(&form.account),
        email: Field::new(&form.email),
        password: Field::default(),
    };
    let name: Option<Name> = page.account.check(form.account.parse());
    let email: Option<Email> = page.email.check(form.email.parse());
    let strong = page.password.check(password::check(&form.password, email.as_ref()));
    let (Some(name), Some(email), Some(())) = (name, email, strong) else {
        return reply::secret(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };

    let hash = console.passwords.hash(&form.password).await?;
    let now = console.now();
    // From here on the link is used up: of two people who hold it, one goes on.
    let links = console.store.links();
    let link = links.consume(&token::hash(&token), LinkKind::Setup, now).await?;
    if link.is_none() {
        return Err(ConsoleError::NotFound);
    }

    let by = Actor {
        person: None,
        name: "first-run set-up".into(),
    };
    let account = find_or_create(&console, name, &by, now).await?;
    let person = Person {
        id: PersonId::new(now, crate::random::bytes()),
        email,
        role: Role::Admin,
        account: Some(account.id),
        enabled: true,
        created_at: now,
    };
    console.store.by(&by, now).people().add(&person, Some(&hash)).await?;

    session::begin(&session, person.id)?;
    Ok(reply::see_other("/keys"))
}

async fn find_or_create(console: &Console, name: Name, by: &Actor, now: Timestamp) -> Result<Account, StoreError> {
    if let Some(account) = console.store.accounts().by_name(name.as_str()).await? {
        return Ok(account);
    }

    let account = Account::new(AccountId::new(now, crate::random::bytes()), name, now);
    console.store.by(by, now).accounts().create(&account).await?;
    Ok(account)
}

/// Refuses a link that is unknown, used, too old, or older than a person who was added another way.
async fn usable(console: &Console, token: &str) -> Result<(), ConsoleError> {
    let link = console
        .store
        .links()
        .peek(&token::hash(token), LinkKind::Setup, console.now())
        .await?;

    if link.is_none() || console.store.people().count().await? > 0 {
        return Err(ConsoleError::NotFound);
    }
    Ok(())
}
