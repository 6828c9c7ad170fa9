//! *Connect a client*: settings for the tools that people use, filled in with this installation's address and the key's
//! own aliases. The page that shows a new secret has the same settings with the secret in them.

mod choice;
mod guide;
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

pub(super) use guide::{ClientGuides, Setup};
pub(super) use view::ClientView;

pub(super) const ROUTES: &[Address] = &[Address::page("/keys/{id}/connect", |to| to.to(show))];

/// The query of the page.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Query {
    /// The name for the settings; one of the key's.
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
    let key = console.store.api_keys().get(frame.who.scope(), id).await?;
    let key = key.ok_or(ConsoleError::NotFound)?;
    let aliases = aliases(&console, &frame, id).await?;
    let catalog = console.catalog().await?;

    let allowed = key.models();
    let names = Names {
        aliases: &aliases,
        catalog: &catalog,
        allowed: allowed.as_deref(),
    };
    let choices = names.choices();
    let chosen = choices.iter().find(|name| **name == query.model);
    let model = chosen.or(choices.first()).cloned().unwrap_or_default();

    let guides = ClientGuides::get();
    let open = guides.find(&query.client).or(guides.clients.first());
    let editor = format!("/keys/{id}/aliases");
    let editor = frame.who.may_write().then_some(editor.as_str());
    let base = console.options.gateway_url.clone();
    let setup = Setup {
        base: &base,
        model: &model,
        secret: None,
    };
    let clients = view::all(&names, &setup, editor, open.map_or("", |guide| guide.id.as_str()));

    reply::ok(&ConnectPage {
        frame: frame.at(Nav::Keys),
        key,
        as_of: guides.as_of.as_str(),
        choices,
        has_aliases: !aliases.rows().is_empty(),
        clients,
        model,
        base,
    })
}

/// The settings with a new secret in them, for the page that shows it.
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
    // Without links to the editor: a person who leaves the page before copying the secret loses it.
    Ok(view::all(&names, &setup, None, "curl"))
}

async fn aliases(console: &Console, frame: &Frame, key: ApiKeyId) -> Result<AliasSet, ConsoleError> {
    let saved = console.store.aliases().list(frame.who.scope(), key).await?;
    Ok(AliasSet::new(saved.map(|saved| saved.aliases).unwrap_or_default()))
}
