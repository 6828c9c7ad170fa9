//! `crossmodel catalog …`

use std::path::PathBuf;

use super::context::Context;
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::store::CatalogFile;

/// What to do with the catalog.
#[derive(Debug, clap::Subcommand)]
pub enum Catalog {
    /// Import models or providers from files. Settings made by hand stay; a second import changes nothing.
    #[command(after_help = "Example:
  crossmodel catalog import providers.json models.json

A file has {\"data\": [row, …]}, in the form of the shipped catalog. A file with a date in \"as_of\" is complete: a model
that it lacks, of a provider that it has models of, is marked as retired and stays callable. A file without a date only
adds and updates.")]
    Import {
        /// The files.
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Catalog {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let Self::Import { files } = self;
        let mut all = CatalogFile::default();
        for file in files {
            let name = file.display();
            let text = std::fs::read_to_string(&file);
            let text = text.map_err(|error| CliError::Failed(format!("{name} cannot be read: {error}")))?;
            all = all.and(CatalogFile::parse(&text).map_err(|error| CliError::Failed(format!("{name}: {error}")))?);
        }

        let context = Context::open_or_make(settings).await?;
        let report = context.writer().catalog().import(&all).await?;
        output::line(&format!(
            "{} added, {} updated, {} unchanged, {} retired.",
            report.added, report.updated, report.unchanged, report.retired
        ));
        Ok(())
    }
}
