//! `crossmodel person …`

mod add;
mod link;
mod role;

use super::context::Context;
use super::error::CliError;
use super::output;
use crate::config::Settings;
use crate::domain::{Email, Scope};
use crate::store::StoreError;
use add::Add;
use link::print_link;
use role::ChangeRole;

/// What to do with people.
#[derive(Debug, clap::Subcommand)]
pub enum Person {
    /// Add a person who can sign in to the console.
    #[command(after_help = "Examples:
  crossmodel person add --email maya@example.com --role owner --account Acme --password-stdin < password.txt
  crossmodel person add --email ops@example.com --role admin

Without a password, a link is printed with which the person sets one.")]
    Add(Add),
    /// Print a link with which a person sets a new password, once and within half an hour.
    #[command(after_help = "Example:\n  crossmodel person reset-link --email maya@example.com")]
    ResetLink {
        /// The address that the person signs in with.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Sign a person out and refuse them, their links and their keys, until they are enabled again.
    #[command(after_help = "Example:
  crossmodel person disable --email maya@example.com

They are out at their next click. Requests with their own keys are refused within a minute; service keys go on.")]
    Disable {
        /// The address that the person signs in with.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Let a disabled person sign in again, and answer the requests of their keys.
    #[command(after_help = "Example:\n  crossmodel person enable --email maya@example.com")]
    Enable {
        /// The address that the person signs in with.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Give a person another role. They are signed out, and have it when they sign in again.
    #[command(after_help = "Examples:
  crossmodel person role --email maya@example.com --role viewer
  crossmodel person role --email ops@example.com --role owner --account Acme")]
    Role(ChangeRole),
    /// List the people.
    #[command(after_help = "Example:\n  crossmodel person list")]
    List,
}

impl Person {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        match self {
            Self::Add(add) => add.run(&Context::open_or_make(settings).await?).await,
            Self::ResetLink { email } => {
                let context = Context::open(settings).await?;
                let person = context.person(&email).await?;
                if !person.enabled {
                    let why = "is disabled, so no link would work; run first: crossmodel person enable --email";
                    return Err(CliError::Failed(format!("--email: {email} {why} {email}")));
                }
                print_link(&context, &person).await
            }
            Self::Disable { email } => switch(&Context::open(settings).await?, &email, false).await,
            Self::Enable { email } => switch(&Context::open(settings).await?, &email, true).await,
            Self::Role(change) => change.run(&Context::open(settings).await?).await,
            Self::List => list(&Context::open(settings).await?).await,
        }
    }
}

async fn switch(context: &Context<'_>, email: &Email, enabled: bool) -> Result<(), CliError> {
    let person = context.person(email).await?;
    if person.enabled == enabled {
        output::note(&format!(
            "{email} is {} already.",
            if enabled { "enabled" } else { "disabled" }
        ));
        return Ok(());
    }

    let keys = output::count(context.keys_of(person.id).await?, "key", "keys");
    let sessions = context
        .store
        .sessions()
        .list(Some(person.id), context.now())
        .await?
        .len();
    let switched = context.writer().people().set_enabled(person.id, enabled).await;
    changed(switched, email)?;

    output::note(&match enabled {
        true => format!("Enabled {email}. They can sign in, and their {keys} will work again within a minute."),
        false => format!(
            "Disabled {email}: signed out of {}. The requests of their {keys} are refused within a minute.",
            output::count(sessions, "browser", "browsers")
        ),
    });
    Ok(())
}

/// The error for a person who could not be changed.
fn changed(outcome: Result<bool, StoreError>, email: &Email) -> Result<(), CliError> {
    match outcome {
        Ok(true) => Ok(()),
        Ok(false) => Err(CliError::Failed(format!("--email: {email} is gone"))),
        Err(StoreError::LastAdmin) => Err(CliError::Failed(format!(
            "--email: {email} is the last admin who can sign in; add another one first, who has set a password: \
             crossmodel person add --role admin --email ADDRESS"
        ))),
        Err(error) => Err(error.into()),
    }
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let accounts = context.store.accounts().list().await?;
    let people = context.store.people().list(Scope::All).await?;
    let rows: Vec<[String; 4]> = people
        .iter()
        .map(|person| {
            let account = accounts.iter().find(|account| Some(account.id) == person.account);
            let account = account.map(|account| account.name.to_string()).unwrap_or_default();
            let state = if person.enabled { "enabled" } else { "disabled" };
            [person.email.to_string(), person.role.to_string(), account, state.into()]
        })
        .collect();
    output::table(["E-MAIL", "ROLE", "ACCOUNT", "STATE"], &rows);
    Ok(())
}
