//! Signing in and out.

pub mod reset;
pub mod setup;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::auth::{SignedIn, session, throttle};
use super::password::PasswordCheck;
use super::state::Console;
use super::web::reply::{self, Reply};
use super::web::{Address, ConsoleError};
use crate::domain::{Email, Person};

/// One message for an unknown address, a wrong password and a person without a password: it does not tell who exists.
const WRONG: &str = "The e-mail address or the password is wrong.";

#[derive(Template)]
#[template(path = "sign_in/index.html")]
struct SignInPage {
    email: String,
    next: String,
    notice: Option<&'static str>,
    error: Option<String>,
}

/// The query of `GET /sign-in`.
#[derive(Debug, serde::Deserialize)]
pub struct Arrival {
    #[serde(default)]
    next: String,
    #[serde(default)]
    after: String,
}

/// The form that signs in.
#[derive(serde::Deserialize)]
pub struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) const ROUTES: &[Address] = &[
    Address::page("/sign-in", |to| to.to(show)).open(),
    Address::form("/sign-in", |to| to.to(enter)).open(),
    Address::form("/sign-out", |to| to.to(leave)),
];

async fn show(request: HttpRequest, arrival: web::Query<Arrival>) -> Reply {
    if SignedIn::of(&request).is_some() {
        return Ok(reply::see_other(local(&arrival.next)));
    }
    let notice = match arrival.after.as_str() {
        "sign-out" => Some("You've signed out."),
        "reset" => Some("Your new password is set. Sign in with it."),
        _ => None,
    };

    reply::ok(&SignInPage {
        email: String::new(),
        next: local(&arrival.next).into(),
        notice,
        error: None,
    })
}

async fn enter(
    console: web::Data<Console>,
    request: HttpRequest,
    session: Session,
    form: web::Form<Credentials>,
) -> Reply {
    let form = form.into_inner();
    let next = local(&form.next).to_owned();
    match check(&console, &request, &form).await {
        Ok(Some(person)) => {
            session::begin(&session, person.id)?;
            tracing::info!(person.id = %person.id, "Signed in");
            Ok(reply::see_other(&next))
        }
        Ok(None) => again(form, next, StatusCode::UNPROCESSABLE_ENTITY, WRONG.into()),
        Err(ConsoleError::TooMany(wait)) => {
            let text = format!("Too many tries. Try again in {}.", super::format::in_words(wait));
            let mut response = again(form, next, StatusCode::TOO_MANY_REQUESTS, text)?;
            response
                .headers_mut()
                .insert(RETRY_AFTER, reply::whole_seconds(wait).into());
            Ok(response)
        }
        Err(error) => Err(error),
    }
}

/// The person, if address and password are right and the person may come in.
async fn check(console: &Console, request: &HttpRequest, form: &Credentials) -> Result<Option<Person>, ConsoleError> {
    let email: Option<Email> = form.email.parse().ok();
    let subject = email.as_ref().map_or("?", Email::as_str);
    let attempt = throttle::begin(console, request, subject).await?;
    let found = match &email {
        Some(email) => console.store.people().by_email(email).await?,
        None => None,
    };
    let (person, stored) = found.map_or((None, None), |(person, stored)| (Some(person), stored));

    // An unknown person costs the same work.
    let checked = console.passwords.verify(&form.password, stored).await?;
    let Some(person) = person.filter(|person| person.enabled && checked != PasswordCheck::Wrong) else {
        tracing::info!("A sign-in failed");
        return Ok(None);
    };

    let account = match person.account {
        Some(id) => console.store.accounts().get(id).await?,
        None => None,
    };
    if SignedIn::new(person.clone(), account).is_none() {
        return Ok(None);
    }

    attempt.succeeded(console).await?;
    if checked == PasswordCheck::RightButStale {
        let hash = console.passwords.hash(&form.password).await?;
        console.store.people().rehash(person.id, &hash).await?;
    }
    Ok(Some(person))
}

fn again(form: Credentials, next: String, status: StatusCode, error: String) -> Reply {
    reply::page(
        status,
        &SignInPage {
            email: form.email,
            next,
            notice: None,
            error: Some(error),
        },
    )
}

async fn leave(session: Session) -> HttpResponse {
    session.purge();
    let mut response = reply::see_other("/sign-in?after=sign-out");
    let clear = HeaderValue::from_static("\"cache\", \"storage\"");
    response
        .headers_mut()
        .insert(HeaderName::from_static("clear-site-data"), clear);
    response
}

/// A path of this console in any case: a link to the sign-in page must not lead to another site afterwards.
fn local(next: &str) -> &str {
    let path = next.starts_with('/') && !next.starts_with("//");
    let plain = next.chars().all(|c| !c.is_control() && c != '\\');
    if path && plain && !next.starts_with("/sign-") {
        next
    } else {
        "/keys"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_returns_only_to_a_page_of_this_console() {
        assert_eq!(local("/keys/7?x=1"), "/keys/7?x=1");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "keys",
            "/sign-out",
        ] {
            assert_eq!(local(elsewhere), "/keys", "{elsewhere:?}");
        }
    }
}
