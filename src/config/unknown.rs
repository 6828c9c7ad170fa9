//! Environment variables that look like settings but are not.

use std::ffi::OsString;

use clap::CommandFactory;

/// Variables of our prefix that others read: the build, and the examples of the documentation.
const OTHERS: [&str; 2] = ["CROSSMODEL_HTMX_JS", "CROSSMODEL_API_KEY"];

/// An error text for the first variable that begins with `CROSSMODEL_` and is no setting, since a misspelt setting would
/// otherwise be ignored in silence.
pub fn unknown_variable<C: CommandFactory>(names: impl Iterator<Item = OsString>) -> Option<String> {
    let command = C::command();
    let known: Vec<&str> = command
        .get_arguments()
        .filter_map(|arg| arg.get_env()?.to_str())
        .filter(|name| name.starts_with("CROSSMODEL_"))
        .collect();

    let mut unknown: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| name.starts_with("CROSSMODEL_"))
        .filter(|name| !known.contains(&name.as_str()) && !OTHERS.contains(&name.as_str()))
        .collect();
    unknown.sort();

    let name = unknown.first()?;
    let distance = |candidate: &&&str| strsim::levenshtein(name, candidate);
    let nearest = known.iter().min_by_key(distance)?;
    Some(format!("{name} is not a setting; did you mean {nearest}?"))
}
