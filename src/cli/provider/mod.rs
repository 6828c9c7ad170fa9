//! `crossmodel provider …`

mod facts;
mod set;

use super::args::patience;
use super::context::Context;
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{self, ProviderId};
use facts::Facts;
use set::Set;

/// What to do with providers.
#[derive(Debug, clap::Subcommand)]
pub enum Provider {
    /// List the providers, and where the credential of each comes from.
    #[command(after_help = "Example:\n  crossmodel provider list")]
    List,
    /// Set how a provider is reached, and with which credential. A new name adds a provider.
    #[command(after_help = "Examples:
  crossmodel provider set deepseek --credential-stdin < deepseek.key
  crossmodel provider set openai --credential-env OPENAI_API_KEY_PROD
  crossmodel provider set deepseek --patience idle=900,first-byte-whole=1800
  CROSSMODEL_EGRESS_ALLOW=127.0.0.1:11434 crossmodel provider set ollama \\
    --base-url http://127.0.0.1:11434/v1 --protocol openai-chat --template ollama

A stored credential is sealed for the address that it was entered for: enter it again when the address changes.")]
    Set(Set),
    /// Show what a provider's models take and what their answers are like, each fact with its source; or state it yourself.
    #[command(after_help = "Examples:
  crossmodel provider facts deepseek
  crossmodel provider facts deepseek --model deepseek/deepseek-flash --protocol anthropic-messages --json
  crossmodel provider facts mine --set roles.developer=user --set fields.stop=refused
  crossmodel provider facts mine --set 'fields.temperature={\"range\": {\"max\": 1}}' --set tools.choice=auto,none
  crossmodel provider facts mine --reset roles --reset fields.stop
  crossmodel provider facts mine --reset-all

A fact's SOURCE is `protocol` (assumed of every server that speaks it), `catalog`, `shipped` (with this program), `catalog
file` (a row that you imported) or `own` (stated here, which wins). What you state stays when a catalog is imported.")]
    Facts(Facts),
    /// Let a provider's models be called again.
    #[command(after_help = "Example:\n  crossmodel provider enable deepseek")]
    Enable {
        /// Its short name.
        name: ProviderId,
    },
    /// Refuse calls to a provider's models.
    #[command(after_help = "Example:\n  crossmodel provider disable deepseek")]
    Disable {
        /// Its short name.
        name: ProviderId,
    },
}

impl Provider {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open_or_make(settings).await?;
        match self {
            Self::List => list(&context).await,
            Self::Set(set) => set.run(&context).await,
            Self::Facts(facts) => facts.run(&context).await,
            Self::Enable { name } => switch(&context, &name, true).await,
            Self::Disable { name } => switch(&context, &name, false).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let catalog = context.store.catalog().load().await?;
    let stored = context.store.catalog().credentials().await?;
    let rows: Vec<[String; 7]> = catalog
        .providers()
        .map(|provider| {
            let credential = match (stored.iter().any(|(id, _)| *id == provider.id), provider.env.first()) {
                (true, _) => "stored".into(),
                (false, Some(_)) => format!("from {}", provider.env.join(" or ")),
                (false, None) => "none".into(),
            };
            let state = if provider.enabled { "enabled" } else { "disabled" };
            let protocol = provider.protocol.to_string();
            let waits = patience::as_text(&provider.patience);
            [
                provider.id.to_string(),
                state.into(),
                protocol,
                provider.base_url.clone(),
                credential,
                waits,
                own_facts(provider),
            ]
        })
        .collect();

    output::table(
        [
            "NAME",
            "STATE",
            "PROTOCOL",
            "BASE URL",
            "CREDENTIAL",
            "PATIENCE",
            "OWN FACTS",
        ],
        &rows,
    );
    Ok(())
}

/// What sets a provider's models apart: its template, and the number of facts that an admin has stated.
fn own_facts(provider: &domain::Provider) -> String {
    let template = provider.template.iter().map(|name| format!("as {name}"));
    let stated = provider.own_facts.stated().len();
    let facts = (stated > 0).then(|| output::count(stated, "fact", "facts"));
    template.chain(facts).collect::<Vec<_>>().join(", ")
}

async fn switch(context: &Context<'_>, name: &ProviderId, enabled: bool) -> Result<(), CliError> {
    let catalog = context.writer().catalog();
    if !catalog.set_provider_enabled(name, enabled).await? {
        return Err(unknown(name));
    }

    output::note(&format!("{} `{name}`.", if enabled { "Enabled" } else { "Disabled" }));
    Ok(())
}

fn unknown(name: &ProviderId) -> CliError {
    CliError::Failed(format!(
        "NAME: there is no provider `{name}`; see: crossmodel provider list"
    ))
}
