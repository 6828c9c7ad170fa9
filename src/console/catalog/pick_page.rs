//! The model picker as a page: filters, a list with radio buttons, and *Use this model*. Its form carries the draft that it
//! was opened from, so the draft is not lost on the way.

use askama::Template;

use crate::console::layout::Frame;
use crate::domain::format::{model_prices, tokens};
use crate::domain::{Catalog, Model, ModelId, ModelStatus};

/// How many models one page lists.
const LISTED: usize = 100;

/// The filters of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that must occur in the id, the name or the provider.
    pub query: String,
    /// A provider's short name; empty for all.
    pub provider: String,
    /// The least context, in tokens.
    pub context: u64,
    /// The model whose radio button is on.
    pub model: String,
}

/// The values that the page's form sends back with the choice.
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

/// The page of the picker.
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

impl Filter {
    fn words(&self) -> Vec<String> {
        let query = self.query.to_lowercase();
        query.split_whitespace().map(str::to_owned).collect()
    }

    fn fits(&self, model: &Model, words: &[String], provider: &str) -> bool {
        let text = format!("{} {} {} {provider}", model.id, model.name, model.provider).to_lowercase();
        words.iter().all(|word| text.contains(word))
            && (self.provider.is_empty() || model.provider.as_str() == self.provider)
            && model.context_length >= self.context
    }
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
        let words = filter.words();
        let found: Vec<_> = catalog
            .models()
            .iter()
            .filter(|model| filter.fits(model, &words, provider_name(catalog, model)))
            .collect();
        let row = |model: &Model| {
            let usable = catalog.is_callable(model) && allowed.is_none_or(|list| list.contains(&model.id));
            PickRow::new(catalog, model, usable, model.id.as_str() == chosen)
        };
        let providers = catalog.providers();

        Self {
            frame,
            carried,
            filter: filter.clone(),
            providers: providers.map(|it| (it.id.to_string(), it.name.clone())).collect(),
            total: found.len(),
            rows: found.into_iter().take(LISTED).map(|model| row(model)).collect(),
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

impl PickRow {
    fn new(catalog: &Catalog, model: &Model, usable: bool, chosen: bool) -> Self {
        Self {
            id: model.id.to_string(),
            name: model.name.clone(),
            provider: provider_name(catalog, model).to_owned(),
            context: tokens(model.context_length),
            price: model_prices(model),
            note: if usable {
                status(model)
            } else {
                "Not enabled for account"
            },
            chosen,
            usable,
        }
    }
}

fn provider_name<'a>(catalog: &'a Catalog, model: &Model) -> &'a str {
    catalog
        .provider(&model.provider)
        .map_or("", |provider| provider.name.as_str())
}

fn status(model: &Model) -> &'static str {
    match model.status {
        ModelStatus::Active => "",
        ModelStatus::Preview => "Preview",
        ModelStatus::Deprecated => "Retiring",
        ModelStatus::Retired => "Retired",
    }
}
