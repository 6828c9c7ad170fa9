//! `GET /catalog/pick?key=`: the model picker as a page, over the saved aliases of a key.

use actix_web::web;

use super::pick_page::{Carried, Filter, PickPage};
use crate::console::auth::SignedIn;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::{Alias, ApiKeyId};
use crate::store::SavedAliases;

/// What the address may ask for.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Query {
    key: String,
    #[serde(default)]
    row: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    provider: String,
    #[serde(default)]
    context: u64,
}

pub(super) async fn pick(console: web::Data<Console>, who: SignedIn, frame: Frame, query: web::Query<Query>) -> Reply {
    who.must_write()?;
    let query = query.into_inner();
    let id: ApiKeyId = query.key.parse().map_err(|_| ConsoleError::NotFound)?;

    let store = &console.store;
    let key = store.api_keys().get(who.scope(), id).await?;
    let key = key.ok_or(ConsoleError::NotFound)?;
    let saved = store.aliases().list(who.scope(), id).await?;
    let saved = saved.ok_or(ConsoleError::NotFound)?;
    let catalog = console.catalog().await?;

    let alias = named_row(&query.row, &saved.aliases);
    let carried = carried(id, &query.row, &saved, alias);
    let filter = Filter {
        query: query.q,
        provider: query.provider,
        context: query.context,
        model: String::new(),
    };
    let page = PickPage::new(
        frame.at(Nav::Keys),
        &catalog,
        key.models().as_deref(),
        &filter,
        alias.map_or("", |alias| alias.target.as_str()),
        carried,
    );
    reply::ok(&page)
}

/// The saved alias that a row's id names: `a1` is the first.
fn named_row<'a>(row: &str, aliases: &'a [Alias]) -> Option<&'a Alias> {
    let position: usize = row.strip_prefix('a')?.parse().ok()?;
    aliases.get(position.checked_sub(1)?)
}

/// The saved aliases as a draft. Without an `alias` to fill, the model is for a new row.
fn carried(id: ApiKeyId, row: &str, saved: &SavedAliases, alias: Option<&Alias>) -> Carried {
    let mut fields = vec![("version".to_owned(), saved.version.to_string())];
    for (position, alias) in (1..).zip(&saved.aliases) {
        fields.extend(row_fields(&format!("a{position}"), alias));
    }
    if alias.is_none() {
        let new = [("row[]", "n1"), ("name[]", ""), ("mode[]", "exact"), ("target[]", "")];
        fields.extend(new.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    Carried {
        action: format!("/keys/{id}/aliases/draft"),
        row: alias.map_or("n1", |_| row).to_owned(),
        alias: alias.map(|alias| alias.name.to_string()).unwrap_or_default(),
        fields,
    }
}

fn row_fields(id: &str, alias: &Alias) -> [(String, String); 4] {
    [
        ("row[]".into(), id.into()),
        ("name[]".into(), alias.name.to_string()),
        ("mode[]".into(), alias.matching.to_string()),
        ("target[]".into(), alias.target.to_string()),
    ]
}
