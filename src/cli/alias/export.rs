//! `crossmodel alias export`.

use crate::cli::context::{Context, WhichKey};
use crate::cli::error::CliError;
use crate::cli::output;
use crate::domain::{AliasFormat, Scope, export_aliases};

/// The key, and the format to write its aliases in.
#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(flatten)]
    key: WhichKey,
    /// The format of the exported text.
    #[arg(long, value_enum, default_value = "json")]
    format: ExportFormat,
}

/// The formats that an import takes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum ExportFormat {
    /// A JSON list.
    Json,
    /// Lines of name = target.
    Lines,
    /// name,mode,target.
    Csv,
}

impl Export {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let key = context.key(&self.key).await?;
        let saved = context.store.aliases().list(Scope::All, key.id).await?;
        let format = match self.format {
            ExportFormat::Json => AliasFormat::Json,
            ExportFormat::Lines => AliasFormat::Lines,
            ExportFormat::Csv => AliasFormat::Csv,
        };

        let text = export_aliases(&saved.map(|saved| saved.aliases).unwrap_or_default(), format);
        output::line(text.trim_end());
        Ok(())
    }
}
