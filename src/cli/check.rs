//! `crossmodel check-config`.

use super::error::CliError;
use super::output;
use crate::app::{self, StartError};
use crate::config::Settings;

/// Checks all that a start depends on, and changes nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  CROSSMODEL_LISTEN=0.0.0.0:8080 CROSSMODEL_PUBLIC_URL=https://crossmodel.example.com crossmodel check-config

Ends with 0 if a start with these settings would work, else as that start would: with one line that says why not, and the
same exit code. It looks at the settings, the database and its schema, the master key, the addresses to listen on (which a
server that runs has taken), the authorities, the catalog and the spool.")]
pub struct CheckConfig {}

impl CheckConfig {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let parts = settings.parts().map_err(StartError::from)?;
        match parts.console {
            Some(address) => {
                let url = settings.console_url(address).map_err(StartError::from)?;
                output::line(&format!("Console:    {url} (listening on {address})"));
            }
            None => output::line("Console:    off"),
        }
        match parts.gateway {
            Some(address) => {
                output::line(&format!(
                    "Gateway:    {} (listening on {address})",
                    settings.client_url(parts)
                ));
            }
            None => output::line("Gateway:    off"),
        }

        let found = app::check(settings).await?;
        output::line(&format!("Database:   {} ({})", settings.database_url, found.database));
        output::line(&format!(
            "Master key: {} ({})",
            found.master_key_file.display(),
            found.master_key
        ));
        if let Some(folder) = &found.spool {
            output::line(&format!("Spool:      {} (can be written)", folder.display()));
        }

        let egress = settings.egress_allow.to_string();
        output::line(&format!(
            "Private providers: {}",
            if egress.is_empty() { "none" } else { &egress }
        ));
        if let Some(file) = &settings.ca_file {
            let certificates = output::count(app::extra_roots(settings)?.count(), "certificate", "certificates");
            output::line(&format!("Extra authorities: {} ({certificates})", file.display()));
        }

        output::line("The settings are fine.");
        Ok(())
    }
}
