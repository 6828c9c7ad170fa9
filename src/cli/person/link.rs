//! The link with which a person sets a password.

use url::Url;

use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::config::Settings;
use crate::console::sign_in::reset;
use crate::domain;

/// Prints the link alone on standard output: it is a secret of that person.
pub(super) async fn print_link(context: &Context<'_>, person: &domain::Person) -> Result<(), CliError> {
    let public_url = public_url(context.settings)?;
    let link = reset::link(&context.store, &public_url, person.id, context.now()).await?;
    let link = link.ok_or_else(|| CliError::Failed("CROSSMODEL_PUBLIC_URL: no link can be made with it".into()))?;

    output::line(link.as_str());
    output::note(&format!(
        "With it, {} sets a password: once, within half an hour.",
        person.email
    ));
    Ok(())
}

/// The address at which people reach the console of a server with these settings.
fn public_url(settings: &Settings) -> Result<Url, CliError> {
    let console = settings
        .parts()
        .ok()
        .and_then(|parts| parts.console)
        .unwrap_or(settings.listen);
    Ok(settings.console_url(console).map_err(crate::app::StartError::from)?)
}
