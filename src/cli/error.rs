//! The error that a command ends with: one line and an exit code.

use std::error::Error;

use clap::Command;
use clap::error::{ContextKind, ErrorKind};

use crate::app::StartError;
use crate::domain::SealError;
use crate::error_chain::error_chain;
use crate::store::StoreError;

/// Why a command failed. `Display` is one line.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The arguments or settings are wrong: exit code 2.
    #[error("{0}")]
    Usage(String),
    /// The command could not be carried out: exit code 1.
    #[error("{0}")]
    Failed(String),
    /// The program could not start.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl CliError {
    /// The process's exit code: 1 failed, 2 wrong arguments, 78 the master key does not fit the database.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Start(error) => error.exit_code(),
        }
    }
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error_chain(&error))
    }
}

impl From<SealError> for CliError {
    fn from(error: SealError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// A text on one line.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The argument parser's error, in one line that names the flag, or the environment variable that the value came from.
pub fn one_line(error: &clap::Error, command: &Command) -> String {
    let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
    let reason = match error.kind() {
        // The line does not repeat the value, which may hold a password. Where it may be shown, the reason does so.
        ErrorKind::ValueValidation => error.source().map(|source| flat(&source.to_string())),
        ErrorKind::InvalidValue => error.get(ContextKind::ValidValue).map(|valid| {
            let value = error
                .get(ContextKind::InvalidValue)
                .map(ToString::to_string)
                .unwrap_or_default();
            if value.is_empty() {
                format!("say one of {valid}")
            } else {
                format!("`{value}` is none of {valid}")
            }
        }),
        _ => None,
    };
    if let (Some(argument), Some(reason)) = (argument, reason) {
        let flag = argument.split_whitespace().next().unwrap_or_default();
        return format!(
            "{}: {reason}",
            from_environment(flag, command).unwrap_or(flag.to_owned())
        );
    }

    let text = error.render().to_string();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let said = lines.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more information"));
    let said = said.collect::<Vec<_>>().join(" ");
    let said = said.strip_prefix("error: ").unwrap_or(&said);
    if said.is_empty() {
        "say what to do; see --help".into()
    } else {
        said.to_owned()
    }
}

/// The variable that a setting's value came from, unless the flag was given.
fn from_environment(flag: &str, command: &Command) -> Option<String> {
    let long = flag.strip_prefix("--")?;
    let argument = command
        .get_arguments()
        .find(|argument| argument.get_long() == Some(long))?;
    let variable = argument.get_env()?;
    let given = std::env::args().any(|given| given == flag || given.starts_with(&format!("{flag}=")));
    (!given && std::env::var_os(variable).is_some()).then(|| variable.to_string_lossy().into_owned())
}
