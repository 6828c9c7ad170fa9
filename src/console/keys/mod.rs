//! API keys: list, create, show once, change, roll, delete.

mod access_fields;
mod allowance;
mod bulk;
mod column;
mod create;
mod created;
mod delete;
mod detail;
mod expiry;
mod export;
mod filter;
mod limit_fields;
mod limits;
mod list;
mod new_page;
mod roll;
mod row;
mod settings;
mod spark;
mod switch;

use super::auth::SignedIn;
use super::state::Console;
use super::web::{Address, ConsoleError};
use crate::domain::{ApiKey, ApiKeyId};

pub(super) const ROUTES: &[Address] = &[
    Address::page("/keys", |to| to.to(list::show)),
    Address::form("/keys", |to| to.to(create::create)),
    Address::page("/keys/new", |to| to.to(create::show)),
    Address::form("/keys/bulk", |to| to.to(bulk::act)),
    Address::page("/keys/export.csv", |to| to.to(export::all)),
    Address::page("/keys/{id}", |to| to.to(detail::show)),
    Address::page("/keys/{id}/created", |to| to.to(created::show)),
    Address::form("/keys/{id}/name", |to| to.to(settings::rename)),
    Address::form("/keys/{id}/expiry", |to| to.to(settings::expiry)),
    Address::form("/keys/{id}/adapt", |to| to.to(settings::adapt)),
    Address::form("/keys/{id}/limits", |to| to.to(limits::limits)),
    Address::form("/keys/{id}/access", |to| to.to(limits::access)),
    Address::form("/keys/{id}/enable", |to| to.to(switch::enable)),
    Address::form("/keys/{id}/disable", |to| to.to(switch::disable)),
    Address::page("/keys/{id}/roll", |to| to.to(roll::show)),
    Address::form("/keys/{id}/roll", |to| to.to(roll::roll)),
    Address::page("/keys/{id}/delete", |to| to.to(delete::show)),
    Address::form("/keys/{id}/delete", |to| to.to(delete::delete)),
];

/// The key of a path, if it is one that this person may see.
async fn find(console: &Console, who: &SignedIn, id: &str) -> Result<ApiKey, ConsoleError> {
    let id: ApiKeyId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let found = console.store.api_keys().get(who.scope(), id).await?;
    found.ok_or(ConsoleError::NotFound)
}

/// The same for a change, which a viewer may not make.
async fn find_to_change(console: &Console, who: &SignedIn, id: &str) -> Result<ApiKey, ConsoleError> {
    who.must_write()?;
    find(console, who, id).await
}

/// Refuses a change whose key went away while it was made.
fn changed(found: bool) -> Result<(), ConsoleError> {
    if found { Ok(()) } else { Err(ConsoleError::NotFound) }
}
