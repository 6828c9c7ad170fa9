//! `crossmodel demo`: everything on this machine, ready to be tried.

mod folder;
mod habits;
mod history;
mod seed;

use std::path::PathBuf;

use super::error::CliError;
use super::output;
use crate::app::{self, NewDatabase, Running, Serving};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::Match;
use folder::Folder;
use seed::{EMAIL, Seeded};

/// The aliases of the demo's key: a stable name of one's own, and the prefix that a coding assistant insists on.
const ALIASES: [(&str, Match, &str); 2] = [
    ("cross-model-basic", Match::Exact, "deepseek/deepseek-flash"),
    ("claude-opus", Match::Prefix, "anthropic/claude-opus-4-8"),
];

/// Tries everything on this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel demo
  DEEPSEEK_API_KEY=sk-… crossmodel demo --listen 127.0.0.1:9000

A provider whose credential is in its usual environment variable answers itself. For every other one the demo provider
answers: it says which real model would have run. The data is gone when the demo stops, unless --data keeps it.")]
pub struct Demo {
    /// An empty folder that keeps the data.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl Demo {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let folder = Folder::make(self.data.as_deref())?;

        let mut settings = settings.clone();
        let database = folder.path.join("crossmodel.db");
        let address = format!("sqlite://{}", database.display());
        settings.database_url = address
            .parse()
            .map_err(|error| CliError::Failed(format!("--data: {error}")))?;
        settings.master_key_file = Some(folder.path.join("master.key"));

        let clock = Clock::system();
        let store = app::open_store(&settings, NewDatabase::Make, &clock).await?;
        let master = app::master_key(&settings, &store).await?;
        let seeded = seed::seed(&store, &master, &clock).await?;
        let serving = Serving {
            clock,
            demo_provider: true,
        };
        let running = Running::start(&settings, store, master, serving).await?;

        print_guide(&running, &seeded, &folder);
        running.until_stopped().await;
        Ok(())
    }
}

/// Prints how to sign in and how to call.
fn print_guide(running: &Running, seeded: &Seeded, folder: &Folder) {
    output::line("The CrossModel demo is running. Ctrl-C stops it.\n");
    if let Some(url) = &running.console_url {
        output::line(&format!("  Console    {url}"));
        output::line(&format!("  Sign in    {EMAIL}"));
        output::line(&format!("  Password   {}\n", seeded.password));
    }
    if let Some(url) = &running.client_url {
        output::line(&format!("  Base URL   {url}"));
        output::line(&format!("  API key    {}\n", seeded.secret.expose()));
    }

    output::line("Its aliases:");
    for alias in &seeded.aliases {
        let (name, matching) = (alias.name.as_str(), alias.matching.as_str());
        output::line(&format!("  {name:<18} {matching:<7} runs {}", alias.target));
    }

    if let Some(url) = &running.client_url {
        output::line("\nAsk through one of them:\n");
        output::line(&curl(url, seeded, false));
        output::line("\nThe same as a stream:\n");
        output::line(&curl(url, seeded, true));
    }

    let end = if folder.kept {
        "stays"
    } else {
        "goes when the demo stops"
    };
    output::line(&format!("\nThe data is in {} and {end}.", folder.path.display()));
    output::line("The demo provider answers for providers without a credential; set DEEPSEEK_API_KEY, OPENAI_API_KEY");
    output::line("and the like before the start to reach the real ones.");
}

fn curl(url: &str, seeded: &Seeded, stream: bool) -> String {
    let (flags, extra) = if stream {
        ("-N ", r#" "stream": true,"#)
    } else {
        ("", "")
    };
    let secret = seeded.secret.expose();
    format!(
        r#"curl {flags}{url}/chat/completions \
  -H 'Authorization: Bearer {secret}' \
  -H 'Content-Type: application/json' \
  -d '{{"model": "cross-model-basic",{extra} "messages": [{{"role": "user", "content": "Hello"}}]}}'"#
    )
}
