//! The model picker as a page: filters, a list with radio buttons, and *Use this model*. It carries the draft that it was
//! opened from in its form, so nothing of it is lost on the way.

use actix_web::web;
use askama::Template;

use crate::console::auth::SignedIn;
use crate::console::layout::{Frame, Nav};
use crate::console::state::Console;
use crate::console::web::ConsoleError;
use crate::console::web::reply::{self, Reply};
use crate::domain::format::{model_prices, tokens};
use crate::domain::{Alias, ApiKeyId, Catalog, Model, ModelId, ModelStatus};

/// How many models one page lists.
const LISTED: usize = 100;

/// What narrows the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that must occur in the id, the name or the provider.
    pub query: String,
    /// A provider's short name; empty for all.
    pub provider: String,
    /// Fewest tokens of context.
    pub context: u64,
    /// The model whose radio button is on.
    pub model: String,
}

/// What the page brings back with the choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// Where the form posts.
    pub action: String,
    /// The row that gets the model.
    pub row: String,
    /// The alias of that row, if it has a name yet.
    pub alias: String,
    /// The draft, as hidden fields.
    pub fields: Vec<(String, String)>,
}

/// The page.
#[derive(Debug, Template)]
#[template(path = "catalog/pick.html", whitespace = "minimize")]
pub struct PickPage {
    frame: Frame,
    carried: Carried,
    filter: Filter,
    providers: Vec<(String, String)>,
    rows: Vec<PickRow>,
    total: usize,
}

#[derive(Debug)]
struct PickRow {
    id: String,
    name: String,
    provider: String,
    context: String,
    price: String,
    note: &'static str,
    chosen: bool,
    usable: bool,
}

impl PickPage {
    /// The page over a catalog; `allowed` are the only models that the key may call, `chosen` is the row's target now.
    pub fn new(
        frame: Frame,
        catalog: &Catalog,
        allowed: Option<&[ModelId]>,
        filter: &Filter,
        chosen: &str,
        carried: Carried,
    ) -> Self {
        let chosen = if filter.model.is_empty() { chosen } else { &filter.model };
        let words: Vec<String> = filter
            .query
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let fits = |model: &Model| {
            let provider = catalog
                .provider(&model.provider)
                .map_or("", |provider| provider.name.as_str());
            let text = format!("{} {} {} {provider}", model.id, model.name, model.provider).to_lowercase();
            words.iter().all(|word| text.contains(word))
                && (filter.provider.is_empty() || model.provider.as_str() == filter.provider)
                && model.context_length >= filter.context
        };
        let all: Vec<_> = catalog.models().iter().filter(|model| fits(model)).collect();
        let usable = |model: &Model| catalog.is_callable(model) && allowed.is_none_or(|list| list.contains(&model.id));
        let row = |model: &Model| PickRow {
            id: model.id.to_string(),
            name: model.name.clone(),
            provider: catalog
                .provider(&model.provider)
                .map_or_else(String::new, |provider| provider.name.clone()),
            context: tokens(model.context_length),
            price: model_prices(model),
            note: if usable(model) {
                status(model)
            } else {
                "Not enabled for account"
            },
            chosen: model.id.as_str() == chosen,
            usable: usable(model),
        };
        Self {
            frame,
            carried,
            filter: filter.clone(),
            providers: catalog
                .providers()
                .map(|it| (it.id.to_string(), it.name.clone()))
                .collect(),
            total: all.len(),
            rows: all.into_iter().take(LISTED).map(|model| row(model)).collect(),
        }
    }

    fn contexts(&self) -> [(u64, &'static str); 5] {
        [
            (0, "Any"),
            (32_000, "32K or more"),
            (128_000, "128K or more"),
            (200_000, "200K or more"),
            (1_000_000, "1M or more"),
        ]
    }
}

fn status(model: &Model) -> &'static str {
    match model.status {
        ModelStatus::Active => "",
        ModelStatus::Preview => "Preview",
        ModelStatus::Deprecated => "Retiring",
        ModelStatus::Retired => "Retired",
    }
}

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

/// `GET /catalog/pick?key=`: the page over the saved aliases of a key.
pub(super) async fn pick(console: web::Data<Console>, who: SignedIn, frame: Frame, query: web::Query<Query>) -> Reply {
    who.must_write()?;
    let query = query.into_inner();
    let id: ApiKeyId = query.key.parse().map_err(|_| ConsoleError::NotFound)?;
    let key = console
        .store
        .api_keys()
        .get(who.scope(), id)
        .await?
        .ok_or(ConsoleError::NotFound)?;
    let saved = console
        .store
        .aliases()
        .list(who.scope(), id)
        .await?
        .ok_or(ConsoleError::NotFound)?;
    let mut fields = vec![("version".to_owned(), saved.version.to_string())];
    for (at, alias) in saved.aliases.iter().enumerate() {
        fields.extend(row_fields(&format!("a{}", at + 1), alias));
    }
    let place = query
        .row
        .strip_prefix('a')
        .and_then(|at| at.parse::<usize>().ok())
        .and_then(|at| at.checked_sub(1));
    let alias = place.and_then(|at| saved.aliases.get(at));
    let row = match alias {
        Some(_) => query.row.clone(),
        // Nothing to fill yet: the model is for a new row.
        None => {
            let new = ["row[]", "name[]", "mode[]", "target[]"]
                .into_iter()
                .zip(["n1", "", "exact", ""]);
            fields.extend(new.map(|(name, value)| (name.to_owned(), value.to_owned())));
            "n1".to_owned()
        }
    };
    let carried = Carried {
        action: format!("/keys/{id}/aliases/draft"),
        row,
        alias: alias.map(|alias| alias.name.to_string()).unwrap_or_default(),
        fields,
    };
    let filter = Filter {
        query: query.q,
        provider: query.provider,
        context: query.context,
        model: String::new(),
    };
    let chosen = alias.map_or("", |alias| alias.target.as_str());
    let catalog = console.catalog().await?;
    reply::ok(&PickPage::new(
        frame.at(Nav::Keys),
        &catalog,
        key.models().as_deref(),
        &filter,
        chosen,
        carried,
    ))
}

fn row_fields(id: &str, alias: &Alias) -> [(String, String); 4] {
    [
        ("row[]".into(), id.into()),
        ("name[]".into(), alias.name.to_string()),
        ("mode[]".into(), alias.matching.to_string()),
        ("target[]".into(), alias.target.to_string()),
    ]
}
