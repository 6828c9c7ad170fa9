//! Input that several commands take: names, and secrets from standard input.

use std::io::Read;

use zeroize::Zeroizing;

use super::error::CliError;
use crate::domain::Name;

/// Reads the name of an account or a key. `place` names the argument in an error.
pub fn name(place: &str, text: &str) -> Result<Name, CliError> {
    text.parse()
        .map_err(|error| CliError::Usage(format!("{place}: {error}")))
}

/// Reads a secret from standard input, one line, so that it is in no list of processes and in no shell history.
pub fn secret_from_stdin(what: &str) -> Result<Zeroizing<String>, CliError> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| CliError::Failed(format!("the {what} cannot be read from standard input: {error}")))?;

    let line = text.strip_suffix('\n').unwrap_or(&text);
    let line = line.strip_suffix('\r').unwrap_or(line);

    if line.is_empty() {
        return Err(CliError::Failed(format!("the {what} on standard input is empty")));
    }
    if line.chars().any(char::is_control) {
        return Err(CliError::Failed(format!(
            "the {what} on standard input must be one line without control characters"
        )));
    }

    Ok(Zeroizing::new(line.to_owned()))
}
