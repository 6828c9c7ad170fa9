//! `crossmodel model …`

use super::args::facts::{self, FactArgs, unknown_model};
use super::context::Context;
use super::error::CliError;
use crate::config::Settings;

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
            let model = catalog.get(&id).ok_or_else(|| unknown_model("MODEL", &id, &catalog))?;
            let catalog = context.writer().catalog();
            let changed = catalog.change_model_facts(&model.id, &edits).await?;
            facts::note_change(&id, changed);
            if !facts.json {
                return Ok(());
            }
        }

        let catalog = context.store.catalog().load().await?;
        facts.print_model("MODEL", &id, &catalog)
    }
}
