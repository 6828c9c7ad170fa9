//! `crossmodel provider facts`.

use super::unknown;
use crate::cli::args::facts::{self, FactArgs};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::domain::{ProviderId, provider_fact_layers};

/// The provider, and what to show or to change.
#[derive(Debug, clap::Args)]
pub struct Facts {
    /// Its short name, for example deepseek.
    name: ProviderId,
    /// Show the facts of this model of the provider; `crossmodel model facts` changes them.
    #[arg(long, value_name = "MODEL", conflicts_with_all = ["set", "reset", "reset_all"])]
    model: Option<String>,
    #[command(flatten)]
    facts: FactArgs,
}

impl Facts {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let edits = self.facts.edits();
        if !edits.is_empty() {
            let catalog = context.store.catalog().load().await?;
            catalog.provider(&self.name).ok_or_else(|| unknown(&self.name))?;
            let catalog = context.writer().catalog();
            let changed = catalog.change_provider_facts(&self.name, &edits).await?;
            facts::note_change(self.name.as_str(), changed);
            if !self.facts.json {
                return Ok(());
            }
        }

        let catalog = context.store.catalog().load().await?;
        let provider = catalog.provider(&self.name).ok_or_else(|| unknown(&self.name))?;
        if let Some(id) = &self.model {
            if catalog.get(id).is_some_and(|model| model.provider != self.name) {
                let why = format!("--model: `{id}` is no model of `{}`", self.name);
                return Err(CliError::Failed(why));
            }
            return self.facts.print_model("--model", id, &catalog);
        }

        let protocol = self.facts.protocol_at(provider, provider.protocol)?;
        let template = provider.template.as_deref();
        let mut head = vec![("provider", self.name.as_str()), ("protocol", protocol.as_str())];
        head.extend(template.map(|template| ("template", template)));
        self.facts.print(&head, &provider_fact_layers(provider, protocol))
    }
}
