//! `crossmodel serve`.

use super::error::CliError;
use super::output;
use crate::app::{self, NewDatabase, Running, Serving};
use crate::clock::Clock;
use crate::config::{Address, Settings};

/// Runs the gateway and the console.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel serve
  crossmodel serve --listen 127.0.0.1:9000 --database-url sqlite:///var/lib/crossmodel/crossmodel.db
  CROSSMODEL_PUBLIC_URL=https://crossmodel.example.com crossmodel serve --listen 0.0.0.0:8080

Stop it with SIGTERM or Ctrl-C: requests in flight end first.")]
pub struct Serve {}

impl Serve {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let clock = Clock::system();
        let store = app::open_store(settings, NewDatabase::Make, &clock).await?;
        let master = app::master_key(settings, &store).await?;
        let serving = Serving {
            clock,
            demo_provider: false,
        };
        let running = Running::start(settings, store, master, serving).await?;

        if let (Some(url), Some(address)) = (&running.console_url, running.parts.console) {
            output::line(&format!("Console: {}", with_address(url.as_str(), address)));
        }
        if let (Some(url), Some(address)) = (&running.client_url, running.parts.gateway) {
            output::line(&format!("Gateway: {}", with_address(url, address)));
        }
        if let Some(link) = &running.setup_link {
            output::line(&format!(
                "No person can sign in yet. Set up the first admin here, once, within the hour: {link}"
            ));
        }

        running.until_stopped().await;
        Ok(())
    }
}

/// The address that users type, and the address that the program listens on where that is another.
fn with_address(url: &str, address: Address) -> String {
    if url.contains(&address.to_string()) {
        url.to_owned()
    } else {
        format!("{url} (listening on {address})")
    }
}
