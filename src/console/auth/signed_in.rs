//! The person who is signed in.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::console::web::ConsoleError;
use crate::domain::{Account, Person, PersonId, Role, Scope};
use crate::store::{Actor, Store, StoreError};

/// The person whose session a request carries, read from the store for each request: a person who was switched off a
/// moment ago is refused. The guard adds it to the request, and a handler takes it as an argument.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// As the store has them now.
    pub person: Person,
    /// The account they belong to; an admin may have none.
    pub account: Option<Account>,
    scope: Scope,
}

impl SignedIn {
    /// A person who may use the console. `None` for a person who is switched off or whose account is, and for one who
    /// has no account and is no admin.
    pub fn new(person: Person, account: Option<Account>) -> Option<Self> {
        let scope = match (person.role, &account) {
            (Role::Admin, _) => Scope::All,
            (_, Some(account)) if account.enabled => Scope::Account(account.id),
            _ => return None,
        };
        person.enabled.then_some(Self { person, account, scope })
    }

    /// The person with that id, if they may use the console.
    pub async fn find(store: &Store, id: PersonId) -> Result<Option<Self>, StoreError> {
        let Some(person) = store.people().get(id).await? else {
            return Ok(None);
        };
        let account = match person.account {
            Some(account) => store.accounts().get(account).await?,
            None => None,
        };
        Ok(Self::new(person, account))
    }

    /// The person whom the guard let through with this request.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// The rows that they may reach.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The role in a word.
    pub fn role_name(&self) -> &'static str {
        match self.person.role {
            Role::Admin => "Admin",
            Role::Owner => "Owner",
            Role::Viewer => "Viewer",
        }
    }

    /// The actor for the store's audit.
    pub fn editor(&self) -> Actor {
        Actor::person(&self.person)
    }

    /// Whether they are an admin, who sees every account.
    pub fn is_admin(&self) -> bool {
        self.person.role == Role::Admin
    }

    /// Whether they may change keys and aliases.
    pub fn may_write(&self) -> bool {
        self.person.role.may_write()
    }

    /// Refuses a person who may only look.
    ///
    /// # Errors
    /// [`ConsoleError::Forbidden`] for a viewer.
    pub fn must_write(&self) -> Result<(), ConsoleError> {
        if self.may_write() {
            Ok(())
        } else {
            Err(ConsoleError::Forbidden)
        }
    }
}

impl FromRequest for SignedIn {
    type Error = ConsoleError;
    type Future = Ready<Result<Self, ConsoleError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request).ok_or(ConsoleError::SignedOut))
    }
}
