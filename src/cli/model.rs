//! `crossmodel model …`

use super::args::facts::{self, FactArgs};
use super::context::Context;
use super::error::CliError;
use crate::config::Settings;
use crate::domain::{Catalog, fact_layers};

/// What to do with models.
#[derive(Debug, clap::Subcommand)]
pub enum Model {
    /// Show what a model takes and what its answers are like, each fact with its source; or state it yourself.
    #[command(after_help = "Examples:
  crossmodel model facts openai/gpt-5.5
  crossmodel model facts openai/gpt-5.5 --protocol openai-responses --json
  crossmodel model facts mine/qwen3 --set thinking.switch=enable_thinking --set fields.stop=refused
  crossmodel model facts mine/qwen3 --reset fields.stop

What you state wins over the catalog and over the facts of the model's provider, and stays when a catalog is imported.")]
    Facts {
        /// The model's id.
        #[arg(value_name = "MODEL")]
        id: String,
        #[command(flatten)]
        facts: FactArgs,
    },
}

impl Model {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let Self::Facts { id, facts } = self;
        let context = Context::open_or_make(settings).await?;

        let edits = facts.edits();
        if !edits.is_empty() {
            let catalog = context.store.catalog().load().await?;
            let model = catalog.get(&id).ok_or_else(|| unknown("MODEL", &id, &catalog))?;
            let catalog = context.writer().catalog();
            let changed = catalog.change_model_facts(&model.id, &edits).await?;
            facts::note_change(&id, changed);
            if !facts.json {
                return Ok(());
            }
        }

        let catalog = context.store.catalog().load().await?;
        show(&catalog, &facts, "MODEL", &id)
    }
}

/// Prints the facts of a model that the argument `argument` names.
pub fn show(catalog: &Catalog, facts: &FactArgs, argument: &str, id: &str) -> Result<(), CliError> {
    let model = catalog.get(id).ok_or_else(|| unknown(argument, id, catalog))?;
    let provider = catalog
        .provider(&model.provider)
        .ok_or_else(|| unknown(argument, id, catalog))?;
    let is_served = |protocol: &&_| provider.endpoint(**protocol).is_some();
    let usual = model.protocols.iter().find(is_served).copied();

    let protocol = facts.protocol_at(provider, usual.unwrap_or(provider.protocol))?;
    facts.print(
        &[
            ("model", model.id.as_str()),
            ("provider", model.provider.as_str()),
            ("protocol", protocol.as_str()),
        ],
        &fact_layers(provider, model, protocol),
    )
}

fn unknown(argument: &str, id: &str, catalog: &Catalog) -> CliError {
    let near = catalog.nearest(id, 1);
    let near = near.first().map(|near| format!("; did you mean `{near}`?"));
    CliError::Failed(format!(
        "{argument}: there is no model `{id}`{}",
        near.unwrap_or_default()
    ))
}
