//! `crossmodel route …`

use super::context::Context;
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{AccountId, Catalog, Model, ProviderId, ProviderOrder};

/// What to do with the orders of providers.
#[derive(Debug, clap::Subcommand)]
pub enum Route {
    /// List the providers that are asked when a model's own fails.
    #[command(after_help = "Examples:
  crossmodel route list
  crossmodel route list --json")]
    List {
        /// Print the answer as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set the providers that are asked, in this order, when a model's own fails.
    #[command(after_help = "Examples:
  crossmodel route set moonshotai/kimi-k3 --providers together,novita
  crossmodel route set moonshotai/kimi-k3 --providers novita --account Acme

The model that was named is always asked first. If it cannot be reached, or answers 429 or 5xx before its first byte, the
same model is asked at these providers, one after the other. Each has its own price, and its own rules for your data.
Without such an order no other provider is asked.")]
    Set(Set),
    /// Ask no other provider from now on.
    #[command(after_help = "Examples:
  crossmodel route remove moonshotai/kimi-k3
  crossmodel route remove moonshotai/kimi-k3 --account Acme")]
    Remove(Which),
}

/// The model that an order is for, and the account.
#[derive(Debug, clap::Args)]
pub struct Which {
    /// The model, by its maker's id or by that of any host of it.
    model: String,
    /// Only for this account, whose own order wins over the one for all accounts.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

/// The order to set.
#[derive(Debug, clap::Args)]
pub struct Set {
    #[command(flatten)]
    which: Which,
    /// The providers' short names, the first to be asked first.
    #[arg(long, value_name = "NAME,…", required = true, value_delimiter = ',')]
    providers: Vec<ProviderId>,
}

/// A row of the list, for programs.
#[derive(serde::Serialize)]
struct Row<'a> {
    model: &'a str,
    account: Option<String>,
    providers: &'a [ProviderId],
}

impl Route {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open_or_make(settings).await?;
        match self {
            Self::List { json } => list(&context, json).await,
            Self::Set(set) => set.run(&context).await,
            Self::Remove(which) => which.remove(&context).await,
        }
    }
}

async fn list(context: &Context<'_>, json: bool) -> Result<(), CliError> {
    let orders = context.store.catalog().provider_orders().await?;
    let accounts = context.store.accounts().list().await?;
    let name = |id: AccountId| {
        let known = accounts.iter().find(|account| account.id == id);
        known.map_or_else(|| id.to_string(), |account| account.name.to_string())
    };
    if json {
        let rows = orders.iter().map(|order| Row {
            model: &order.model,
            account: order.account.map(name),
            providers: order.providers(),
        });
        return output::json(&rows.collect::<Vec<_>>());
    }

    let rows: Vec<[String; 3]> = orders
        .iter()
        .map(|order| {
            [
                order.model.clone(),
                order.account.map_or_else(|| "(all)".into(), name),
                listed(order.providers()),
            ]
        })
        .collect();

    output::table(["MODEL", "ACCOUNT", "PROVIDERS"], &rows);
    Ok(())
}

impl Set {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let account = self.which.account(context).await?;
        let catalog = context.store.catalog().load().await?;
        let model = self.which.slug(&catalog)?;
        let serves: Vec<&ProviderId> = hosts(&catalog, &model).map(|host| &host.provider).collect();
        for provider in &self.providers {
            if catalog.provider(provider).is_none() {
                return Err(CliError::Failed(format!(
                    "--providers: there is no provider `{provider}`; see: crossmodel provider list"
                )));
            }
            if !serves.contains(&provider) {
                let serves: Vec<ProviderId> = serves.into_iter().cloned().collect();
                return Err(CliError::Failed(format!(
                    "--providers: `{provider}` does not serve {model} in the catalog; these do: {}",
                    listed(&serves)
                )));
            }
        }

        let order = ProviderOrder::new(model, account, self.providers)
            .map_err(|error| CliError::Usage(format!("--providers: {error}")))?;
        let changed = context.writer().catalog().set_provider_order(&order).await?;

        let what = format!(
            "{} is asked at {} when its provider fails",
            order.model,
            listed(order.providers())
        );
        let whose = self.which.whose();
        output::note(&match changed {
            true => format!("{what}{whose}. Live everywhere within a minute."),
            false => format!("{what}{whose}: as before."),
        });
        Ok(())
    }
}

impl Which {
    async fn remove(&self, context: &Context<'_>) -> Result<(), CliError> {
        let account = self.account(context).await?;
        // An order whose model has left the catalog can be removed too.
        let model = match self.slug(&context.store.catalog().load().await?) {
            Ok(model) => model,
            Err(_) => self.model.clone(),
        };

        let catalog = context.writer().catalog();
        if !catalog.remove_provider_order(&model, account).await? {
            return Err(CliError::Failed(format!(
                "MODEL: there is no order of providers for {model}{}; see: crossmodel route list",
                self.whose()
            )));
        }
        output::note(&format!("Removed the order of providers for {model}{}.", self.whose()));
        Ok(())
    }

    async fn account(&self, context: &Context<'_>) -> Result<Option<AccountId>, CliError> {
        match &self.account {
            Some(name) => Ok(Some(context.account(name).await?.id)),
            None => Ok(None),
        }
    }

    /// The canonical slug of the model.
    fn slug(&self, catalog: &Catalog) -> Result<String, CliError> {
        if hosts(catalog, &self.model).next().is_some() {
            return Ok(self.model.clone());
        }
        let by_id = catalog.get(&self.model).and_then(|model| model.canonical_slug.clone());
        by_id.ok_or_else(|| CliError::Failed(format!("MODEL: `{}` isn't in the catalog", self.model)))
    }

    fn whose(&self) -> String {
        self.account
            .as_ref()
            .map(|name| format!(" for {name}"))
            .unwrap_or_default()
    }
}

/// Every model of the catalog with this canonical slug.
fn hosts<'a>(catalog: &'a Catalog, slug: &'a str) -> impl Iterator<Item = &'a Model> {
    let all = catalog.models().iter().map(AsRef::as_ref);
    all.filter(move |model: &&Model| model.canonical_slug.as_deref() == Some(slug))
}

fn listed(providers: &[ProviderId]) -> String {
    providers.iter().map(ProviderId::as_str).collect::<Vec<_>>().join(", ")
}
