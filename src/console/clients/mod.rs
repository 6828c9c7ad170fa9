//! *Connect a client*: settings for the tools that people use, filled in with this installation's address and the key's
//! own aliases. The one page that shows a secret has the same settings with the secret in them.

mod choice;
mod kit;
#[cfg(test)]
mod tests;
mod view;

use actix_web::web;
use askama::Template;

use super::layout::{Frame, Nav};
use super::state::Console;
use super::web::reply::{self, Reply};
use super::web::{Address, ConsoleError};
use crate::domain::{AliasSet, ApiKey, ApiKeyId};
use choice::Names;

pub(super) use kit::{Kits, Setup};
pub(super) use view::ClientView;

/// The page's address.
pub(super) const ROUTES: &[Address] = &[Address::page("/keys/{id}/connect", |to| to.to(show))];

/// What the address may ask for.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Query {
    /// The name that the settings shall use; one of the key's.
    model: String,
    /// Which client is unfolded.
    client: String,
}

#[derive(Template)]
#[template(path = "clients/index.html", whitespace = "minimize")]
struct ConnectPage {
    frame: Frame,
    key: ApiKey,
    base: String,
    as_of: &'static str,
    choices: Vec<String>,
    model: String,
    has_aliases: bool,
    clients: Vec<ClientView>,
}

async fn show(console: web::Data<Console>, frame: Frame, id: web::Path<String>, query: web::Query<Query>) -> Reply {
    let id: ApiKeyId = id.parse().map_err(|_| ConsoleError::NotFound)?;
    let key = console
        .store
        .api_keys()
        .get(frame.who.scope(), id)
        .await?
        .ok_or(ConsoleError::NotFound)?;
    let aliases = aliases(&console, &frame, id).await?;
    let catalog = console.catalog().await?;
    let allowed = key.models();
    let names = Names {
        aliases: &aliases,
        catalog: &catalog,
        allowed: allowed.as_deref(),
    };
    let choices = names.choices();
    let model = choices
        .iter()
        .find(|name| **name == query.model)
        .or(choices.first())
        .cloned()
        .unwrap_or_default();
    let base = console.options.gateway_url.clone();
    let editor = format!("/keys/{id}/aliases");
    let editor = frame.who.may_write().then_some(editor.as_str());
    let open = Kits::get()
        .find(&query.client)
        .or(Kits::get().clients.first())
        .map_or("", |guide| guide.id.as_str());
    let setup = Setup {
        base: &base,
        model: &model,
        secret: None,
    };
    let clients = view::all(&names, &setup, editor, open);
    let has_aliases = !aliases.rows().is_empty();
    let as_of = Kits::get().as_of.as_str();
    reply::ok(&ConnectPage {
        frame: frame.at(Nav::Keys),
        key,
        base,
        as_of,
        choices,
        model,
        has_aliases,
        clients,
    })
}

/// The settings with a new secret in them, for the page that shows it.
///
/// # Errors
/// If the store fails.
pub(super) async fn with_secret(
    console: &Console,
    frame: &Frame,
    key: &ApiKey,
    secret: &str,
) -> Result<Vec<ClientView>, ConsoleError> {
    let aliases = aliases(console, frame, key.id).await?;
    let catalog = console.catalog().await?;
    let allowed = key.models();
    let names = Names {
        aliases: &aliases,
        catalog: &catalog,
        allowed: allowed.as_deref(),
    };
    let choices = names.choices();
    let model = choices.first().map_or("", String::as_str);
    let setup = Setup {
        base: &console.options.gateway_url,
        model,
        secret: Some(secret),
    };
    // No way to the editor from here: whoever left now would not have copied the secret.
    Ok(view::all(&names, &setup, None, "curl"))
}

async fn aliases(console: &Console, frame: &Frame, key: ApiKeyId) -> Result<AliasSet, ConsoleError> {
    let saved = console.store.aliases().list(frame.who.scope(), key).await?;
    Ok(AliasSet::new(saved.map(|saved| saved.aliases).unwrap_or_default()))
}
