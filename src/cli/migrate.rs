//! `crossmodel migrate`.

use super::error::CliError;
use super::output;
use crate::app::{self, NewDatabase};
use crate::clock::Clock;
use crate::config::Settings;

/// Brings the database's schema up to date.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  crossmodel migrate --database-url postgres://crossmodel@db.internal/crossmodel

Every start does this too; run it alone to see what it does, or under a role that may change the schema.")]
pub struct Migrate {}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let (store, applied) = app::open_and_migrate(settings, NewDatabase::Make, &Clock::system()).await?;
        match applied.as_slice() {
            [] => output::line(&format!("{} is up to date.", settings.database_url)),
            names => names.iter().for_each(|name| output::line(&format!("Applied {name}"))),
        }
        store.close().await;
        Ok(())
    }
}
