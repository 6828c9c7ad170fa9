//! The command line: one file or folder per group of commands. Answers go to standard output, notes to standard error, and
//! an error is one line there.

mod account;
mod alias;
mod alias_hints;
mod args;
mod catalog;
mod check;
mod context;
mod credit;
mod demo;
mod error;
mod input;
mod key;
mod migrate;
mod model;
mod nearest;
mod output;
mod person;
mod provider;
mod resolve;
mod route;
mod serve;
mod session;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

pub use error::CliError;

use crate::config::{Settings, unknown_variable};
use crate::telemetry;

/// A gateway for language models: clients call a name, the key's owner decides which real model runs.
///
/// Without a command, `serve` runs.
#[derive(Debug, Parser)]
#[command(name = "crossmodel", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Examples:
  crossmodel demo                      try everything on this machine
  crossmodel serve                     run the gateway and the console
  crossmodel key create --account Acme --name laptop --alias 'claude-opus*=anthropic/claude-opus-4-8'")]
pub struct Cli {
    /// The command to run; `serve` if there is none.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The settings, from flags and the environment.
    #[command(flatten)]
    pub settings: Settings,
}

/// Everything the program does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the gateway and the console (the default).
    Serve(serve::Serve),
    /// Try everything on this machine, on a fresh database, with a demo provider in place of providers without a
    /// credential.
    Demo(demo::Demo),
    /// Bring the database's schema up to date, and load the catalog if there is none.
    Migrate(migrate::Migrate),
    /// The catalog of models and providers.
    #[command(subcommand)]
    Catalog(catalog::Catalog),
    /// The companies, and servers of your own, that serve models.
    #[command(subcommand)]
    Provider(provider::Provider),
    /// The models of the catalog.
    #[command(subcommand)]
    Model(model::Model),
    /// The providers that are asked when a model's own fails.
    #[command(subcommand)]
    Route(route::Route),
    /// Accounts, which pay for their keys.
    #[command(subcommand)]
    Account(account::Account),
    /// The prepaid credit of accounts.
    #[command(subcommand)]
    Credit(credit::Credit),
    /// The people who can sign in to the console.
    #[command(subcommand)]
    Person(person::Person),
    /// The sessions of people who are signed in to the console.
    #[command(subcommand)]
    Session(session::Session),
    /// API keys.
    #[command(subcommand)]
    Key(key::Key),
    /// The aliases of an API key.
    #[command(subcommand)]
    Alias(alias::Alias),
    /// Say which model a name runs for a key, and why.
    Resolve(resolve::Resolve),
    /// Check all that a start depends on: settings, database, master key, addresses, spool; and change nothing.
    CheckConfig(check::CheckConfig),
}

/// Runs the program with the process's arguments and environment.
pub fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::note(&format!("crossmodel: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

fn start() -> Result<(), CliError> {
    let matches = match Cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            // The user asked for help or the version, and this is the answer. A reader that has seen enough may be gone.
            let _ = error.print();
            return Ok(());
        }
        Err(error) => return Err(CliError::Usage(error::one_line(&error, &Cli::command()))),
    };

    let cli = Cli::from_arg_matches(&matches).map_err(|error| CliError::Usage(error.to_string()))?;
    if let Some(problem) = unknown_variable::<Cli>(std::env::vars_os().map(|(name, _)| name)) {
        return Err(CliError::Usage(problem));
    }

    telemetry::start(&cli.settings.log, cli.settings.log_format);

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::Failed(format!("cannot start the runtime: {error}")))?;

    let command = cli.command.unwrap_or(Command::Serve(serve::Serve {}));
    runtime.block_on(run(command, &cli.settings))
}

async fn run(command: Command, settings: &Settings) -> Result<(), CliError> {
    match command {
        Command::Serve(command) => command.run(settings).await,
        Command::Demo(command) => command.run(settings).await,
        Command::Migrate(command) => command.run(settings).await,
        Command::Catalog(command) => command.run(settings).await,
        Command::Provider(command) => command.run(settings).await,
        Command::Model(command) => command.run(settings).await,
        Command::Route(command) => command.run(settings).await,
        Command::Account(command) => command.run(settings).await,
        Command::Credit(command) => command.run(settings).await,
        Command::Person(command) => command.run(settings).await,
        Command::Session(command) => command.run(settings).await,
        Command::Key(command) => command.run(settings).await,
        Command::Alias(command) => command.run(settings).await,
        Command::Resolve(command) => command.run(settings).await,
        Command::CheckConfig(command) => command.run(settings).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            if command.has_subcommands() {
                command
                    .get_subcommands()
                    .filter(|c| c.get_name() != "help")
                    .for_each(|c| check(c, &path));
            } else {
                let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.contains(path.trim()), "{path}: {help}");
            }
        }
        check(&Cli::command(), "");
    }
}
