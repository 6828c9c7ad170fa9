//! Sessions in the store, so that they can be ended from here: by signing out, a new password, or an admin.

use std::collections::HashMap;
use std::time::Duration;

use actix_session::config::{BrowserSession, CookieContentSecurity, TtlExtensionPolicy};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Key, SameSite};

use crate::clock::Clock;
use crate::console::state::Console;
use crate::console::web::{ConsoleError, token};
use crate::domain::{PersonId, Timestamp};
use crate::error_chain::error_chain;
use crate::store::{SessionRow, Store};

/// A session ends when it is not used for this long.
pub const IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends this long after signing in, however busy it is.
pub const ABSOLUTE: Duration = Duration::from_secs(12 * 60 * 60);
/// How many sessions one person may have; the oldest goes first.
pub const MOST: u32 = 10;

/// The last use is written at most this often; a write on every click would be waste.
const TOUCH: Duration = Duration::from_secs(60);
const PERSON: &str = "person";
const MARK: &str = "mark";
/// Set if a session could not be read: whether the database is away.
const UNAVAILABLE: &str = "unavailable";
/// How long a page waits for the last use to be written.
const NOTE: Duration = Duration::from_millis(250);

type State = HashMap<String, String>;

/// actix-session's storage over our own.
#[derive(Clone, Debug)]
pub struct StoredSessions {
    store: Store,
    clock: Clock,
}

/// The session layer of the console.
pub fn middleware(console: &Console) -> SessionMiddleware<StoredSessions> {
    let secure = console.options.secure_cookies;
    let sessions = StoredSessions {
        store: console.store.clone(),
        clock: console.options.clock.clone(),
    };
    SessionMiddleware::builder(sessions, Key::from(&*console.options.master.cookie_key()))
        // The prefix makes browsers refuse the cookie unless it is Secure, of this host alone and for every path.
        .cookie_name(if secure { "__Host-cm_s" } else { "cm_s" }.into())
        .cookie_secure(secure)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".into())
        .cookie_content_security(CookieContentSecurity::Signed)
        .session_lifecycle(BrowserSession::default().state_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges))
        .build()
}

/// Begins a session of a person under a new id, without anything of an earlier session.
///
/// # Errors
/// If the session cannot hold the person, which no input can cause.
pub fn begin(session: &Session, person: PersonId) -> Result<(), ConsoleError> {
    session.clear();
    session.renew();
    let inserted = session
        .insert(PERSON, person)
        .and_then(|()| session.insert(MARK, token::new()));
    inserted.map_err(|error| ConsoleError::Internal(error.to_string()))
}

/// A random text that tells this session from others of the same person. No page shows it.
pub fn mark(session: &Session) -> String {
    session.get(MARK).ok().flatten().unwrap_or_default()
}

/// The person who is signed in.
///
/// # Errors
/// If the store fails: no person counts as signed out because the database is away.
pub fn person(session: &Session) -> Result<Option<PersonId>, ConsoleError> {
    match session.get::<bool>(UNAVAILABLE).unwrap_or_default() {
        Some(true) => return Err(ConsoleError::Unavailable),
        Some(false) => return Err(ConsoleError::Internal("the session could not be read".into())),
        None => {}
    }
    Ok(session.get(PERSON).unwrap_or_default())
}

impl StoredSessions {
    fn expiry(created_at: Timestamp, now: Timestamp) -> Timestamp {
        created_at.plus(ABSOLUTE).min(now.plus(IDLE))
    }

    async fn read(&self, key: &SessionKey) -> Result<Option<State>, crate::store::StoreError> {
        let now = self.clock.now();
        let id = token::hash(key.as_ref());
        let Some(row) = self.store.sessions().load(&id).await? else {
            return Ok(None);
        };
        if row.expires_at <= now {
            return Ok(None);
        }

        if now.since(row.seen_at) >= TOUCH {
            // A page that changes nothing is shown even if the database cannot be written at the moment.
            let written = self.store.sessions().touch(&id, now, Self::expiry(row.created_at, now));
            match tokio::time::timeout(NOTE, written).await {
                Ok(Ok(_)) => {}
                Ok(Err(error)) => tracing::warn!(%error, "The last use of a session could not be written"),
                Err(_) => tracing::debug!("The last use of a session is written later"),
            }
        }

        Ok(Some(serde_json::from_str(&row.state).unwrap_or_default()))
    }

    async fn add(&self, state: &State) -> Result<SessionKey, anyhow::Error> {
        let now = self.clock.now();
        let token = token::new();
        let row = row(state, now, Self::expiry(now, now))?;
        self.store.sessions().save(&token::hash(&token), &row).await?;
        if row.person.is_some() {
            self.store.sessions().prune(now, MOST).await?;
        }
        Ok(token.try_into()?)
    }

    async fn replace(&self, key: SessionKey, mut state: State) -> Result<SessionKey, anyhow::Error> {
        let id = token::hash(key.as_ref());
        if let Some(old) = self.store.sessions().load(&id).await? {
            let now = self.clock.now();
            let new = row(&state, now, Self::expiry(old.created_at, now))?;
            if self.store.sessions().update(&id, &new).await? {
                return Ok(key);
            }
        }

        // The session ended in the meantime, by a new password for example: this write must not sign the person in again.
        state.remove(PERSON);
        self.add(&state).await
    }
}

fn row(state: &State, now: Timestamp, expires_at: Timestamp) -> Result<SessionRow, anyhow::Error> {
    let person = state.get(PERSON).map(|json| serde_json::from_str(json)).transpose()?;
    Ok(SessionRow {
        state: serde_json::to_string(state)?,
        created_at: now,
        seen_at: now,
        expires_at,
        person,
    })
}

impl SessionStore for StoredSessions {
    /// Never fails: the layer above would answer an empty page. With [`UNAVAILABLE`] set, the guard answers a proper one.
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        Ok(self.read(key).await.unwrap_or_else(|error| {
            tracing::error!(error = %error_chain(&error), "A session could not be read");
            Some(State::from([(UNAVAILABLE.to_owned(), error.is_outage().to_string())]))
        }))
    }

    async fn save(&self, state: State, _: &CookieDuration) -> Result<SessionKey, SaveError> {
        self.add(&state).await.map_err(SaveError::Other)
    }

    async fn update(&self, key: SessionKey, state: State, _: &CookieDuration) -> Result<SessionKey, UpdateError> {
        self.replace(key, state).await.map_err(UpdateError::Other)
    }

    async fn update_ttl(&self, _: &SessionKey, _: &CookieDuration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        self.store.sessions().delete(&token::hash(key.as_ref())).await?;
        Ok(())
    }
}
