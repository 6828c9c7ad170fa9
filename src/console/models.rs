//! `GET /models`: the catalog, searched and page by page.

use std::sync::Arc;

use actix_web::web;
use askama::Template;
use url::form_urlencoded::Serializer;

use super::layout::{Frame, Nav};
use super::state::Console;
use super::web::reply::{self, Reply};
use super::web::{Address, ConsoleError};
use crate::domain::{Catalog, Model, ModelKind, ModelStatus, format};

const PER_PAGE: usize = 50;

/// The query of the page.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct ModelQuery {
    q: String,
    provider: String,
    page: String,
}

struct Row {
    id: String,
    name: String,
    provider: String,
    context: String,
    output: Option<String>,
    price: String,
    takes: String,
    /// A warning or a note: classes of a chip and its words.
    mark: Option<(&'static str, String)>,
}

#[derive(Template)]
#[template(path = "models/index.html")]
struct ModelsPage {
    frame: Frame,
    query: ModelQuery,
    rows: Vec<Row>,
    total: usize,
    page: usize,
    /// Providers to choose from, id and name.
    providers: Vec<(String, String)>,
}

pub(super) const ROUTES: &[Address] = &[Address::page("/models", |to| to.to(show))];

async fn show(console: web::Data<Console>, frame: Frame, query: web::Query<ModelQuery>) -> Reply {
    let catalog = console.catalog().await.map_err(|source| ConsoleError::Unloaded {
        what: "the catalog",
        source,
    })?;
    let query = query.into_inner();

    let found = query.select(&catalog);
    let page = query
        .page
        .parse()
        .unwrap_or(1)
        .clamp(1, found.len().div_ceil(PER_PAGE).max(1));
    let rows = found
        .iter()
        .skip((page - 1) * PER_PAGE)
        .take(PER_PAGE)
        .map(|model| Row::new(&catalog, model))
        .collect();
    let providers = catalog
        .providers()
        .map(|provider| (provider.id.to_string(), provider.name.clone()))
        .collect();

    reply::ok(&ModelsPage {
        frame: frame.at(Nav::Models),
        total: found.len(),
        rows,
        page,
        providers,
        query,
    })
}

impl ModelQuery {
    /// The models with every word in the id, the name or the provider's name; in the catalog's order.
    fn select<'a>(&self, catalog: &'a Catalog) -> Vec<&'a Arc<Model>> {
        let typed: String = self.q.chars().take(100).collect::<String>().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let matches = |model: &Model| {
            let provider = catalog
                .provider(&model.provider)
                .map_or("", |provider| provider.name.as_str());
            let text = format!("{} {} {provider}", model.id, model.name).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let served = |model: &Model| self.provider.is_empty() || model.provider.as_str() == self.provider;

        catalog
            .models()
            .iter()
            .filter(|model| served(model) && matches(model))
            .collect()
    }

    fn narrows(&self) -> bool {
        !(self.q.trim().is_empty() && self.provider.is_empty())
    }

    fn at_page(&self, page: &usize) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [("q", &self.q), ("provider", &self.provider)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/models?{}", query.finish())
    }
}

impl Row {
    fn new(catalog: &Catalog, model: &Model) -> Self {
        let provider = catalog
            .provider(&model.provider)
            .map_or_else(|| model.provider.to_string(), |p| p.name.clone());
        Self {
            id: model.id.to_string(),
            name: model.name.clone(),
            provider,
            context: format::tokens(model.context_length),
            output: model.max_output_tokens().map(format::tokens),
            price: match (model.kind, model.pricing.base.prompt) {
                (ModelKind::Embedding, Some(input)) => format!("{} in per M", format::per_million(input)),
                _ => format::prices(&model.pricing),
            },
            takes: model.architecture.input_modalities.join(", "),
            mark: mark(catalog, model),
        }
    }
}

fn mark(catalog: &Catalog, model: &Model) -> Option<(&'static str, String)> {
    let date = model.expiration_date.as_deref().map(format::date);
    if !catalog.is_callable(model) {
        return Some(("chip bad", "Not enabled".into()));
    }
    match (model.status, date) {
        (ModelStatus::Retired, Some(date)) => Some(("chip warn", format!("Retired on {date}"))),
        (ModelStatus::Retired, None) => Some(("chip warn", "Retired".into())),
        (ModelStatus::Deprecated, Some(date)) => Some(("chip warn", format!("Retires on {date}"))),
        (ModelStatus::Deprecated, None) => Some(("chip warn", "Deprecated".into())),
        (ModelStatus::Preview, _) => Some(("chip", "Preview".into())),
        (ModelStatus::Active, _) => None,
    }
}

impl ModelsPage {
    fn count(&self) -> String {
        if self.total == 1 {
            "1 model".into()
        } else {
            format!("{} models", self.total)
        }
    }

    fn before(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    fn after(&self) -> Option<usize> {
        (self.page < self.last_page()).then(|| self.page + 1)
    }

    fn last_page(&self) -> usize {
        self.total.div_ceil(PER_PAGE).max(1)
    }
}
