//! `crossmodel person …`

use url::Url;

use super::context::Context;
use super::error::CliError;
use super::{output, secret_from_stdin};
use crate::config::Settings;
use crate::console::password;
use crate::console::sign_in::reset;
use crate::domain::{self, Email, PersonId, Role};
use crate::random;
use crate::store::StoreError;

/// What to do with people.
#[derive(Debug, clap::Subcommand)]
pub enum Person {
    /// Add somebody who can sign in to the console.
    #[command(after_help = "Examples:
  crossmodel person add --email maya@example.com --role owner --account Acme --password-stdin < password.txt
  crossmodel person add --email ops@example.com --role admin

Without a password, a link is printed with which the person sets one.")]
    Add(Add),
    /// Print a link with which somebody sets a new password, once and within half an hour.
    #[command(after_help = "Example:\n  crossmodel person reset-link --email maya@example.com")]
    ResetLink {
        /// Whose.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Sign somebody out and refuse them, their links and their keys, until they are enabled again.
    #[command(after_help = "Example:
  crossmodel person disable --email maya@example.com

They are out at their next click. Requests with their own keys are refused within a minute; service keys go on.")]
    Disable {
        /// Who.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Let a disabled person sign in again, and answer the requests of their keys.
    #[command(after_help = "Example:\n  crossmodel person enable --email maya@example.com")]
    Enable {
        /// Who.
        #[arg(long, value_name = "ADDRESS")]
        email: Email,
    },
    /// Give somebody another role. They are signed out, and have it when they sign in again.
    #[command(after_help = "Examples:
  crossmodel person role --email maya@example.com --role viewer
  crossmodel person role --email ops@example.com --role owner --account Acme")]
    Role(ChangeRole),
    /// List the people.
    #[command(after_help = "Example:\n  crossmodel person list")]
    List,
}

/// Whom to add.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The e-mail address to sign in with.
    #[arg(long, value_name = "ADDRESS")]
    email: Email,
    /// admin runs everything, owner manages one account, viewer only looks.
    #[arg(long, value_name = "admin|owner|viewer")]
    role: Role,
    /// The account; an admin may have none.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Read the password from standard input, one line.
    #[arg(long)]
    password_stdin: bool,
}

/// Whose role to change.
#[derive(Debug, clap::Args)]
pub struct ChangeRole {
    /// Who.
    #[arg(long, value_name = "ADDRESS")]
    email: Email,
    /// admin runs everything, owner manages one account, viewer only looks.
    #[arg(long, value_name = "admin|owner|viewer")]
    role: Role,
    /// The account, for an admin who belongs to none.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
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

impl Add {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let account = match &self.account {
            Some(name) => Some(context.account(name).await?.id),
            None if self.role == Role::Admin => None,
            None => {
                return Err(CliError::Usage(format!(
                    "--account: say which account the {} belongs to",
                    self.role
                )));
            }
        };
        let hash = if self.password_stdin {
            let password = secret_from_stdin("password")?;
            let checked = password::check(&password, Some(&self.email));
            checked.map_err(|error| CliError::Failed(format!("password: {error}")))?;
            Some(password::hash(&password).map_err(|error| CliError::Failed(format!("password: {error}")))?)
        } else {
            None
        };
        let now = context.now();
        let id = PersonId::new(now, random::bytes());
        let person = domain::Person {
            id,
            email: self.email,
            role: self.role,
            account,
            enabled: true,
            created_at: now,
        };
        match context
            .store
            .people()
            .add(&person, hash.as_deref(), &context.by, now)
            .await
        {
            Ok(()) => {}
            Err(StoreError::Taken { .. }) => {
                return Err(CliError::Failed(format!(
                    "--email: somebody signs in as {} already",
                    person.email
                )));
            }
            Err(error) => return Err(error.into()),
        }
        output::note(&format!("Added {}, {}.", person.email, person.role));
        if hash.is_none() {
            print_link(context, &person).await?;
        }
        Ok(())
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
    let switched = context
        .store
        .people()
        .set_enabled(person.id, enabled, &context.by, context.now())
        .await;
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

impl ChangeRole {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let (email, role) = (&self.email, self.role);
        let person = context.person(email).await?;
        let account = match (&self.account, person.account) {
            (None, account) => account,
            (Some(name), current) => {
                let named = context.account(name).await?.id;
                if current.is_some_and(|current| current != named) {
                    let why = "belongs to another account, with what they own there; add them under another address";
                    return Err(CliError::Failed(format!("--account: {email} {why}")));
                }
                Some(named)
            }
        };
        if account.is_none() && role != Role::Admin {
            return Err(CliError::Usage(format!(
                "--account: say which account the {role} belongs to"
            )));
        }
        if (person.role, person.account) == (role, account) {
            output::note(&format!("{email} is {role} already."));
            return Ok(());
        }

        let sessions = context
            .store
            .sessions()
            .list(Some(person.id), context.now())
            .await?
            .len();
        let changed_role = context
            .store
            .people()
            .set_role(person.id, role, account, &context.by, context.now())
            .await;
        changed(changed_role, email)?;

        let out = output::count(sessions, "browser", "browsers");
        let keys = match context.keys_of(person.id).await? {
            0 => String::new(),
            keys => format!(" Their {} as before.", output::count(keys, "key works", "keys work")),
        };
        output::note(&format!(
            "{email} was {} and is {role}; signed out of {out}.{keys}",
            person.role
        ));
        Ok(())
    }
}

/// Says why a person could not be changed.
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

/// The link alone on standard output: it is a secret of that person.
async fn print_link(context: &Context<'_>, person: &domain::Person) -> Result<(), CliError> {
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

/// Where people reach the console, as a server with these settings would have it.
fn public_url(settings: &Settings) -> Result<Url, CliError> {
    let console = settings
        .parts()
        .ok()
        .and_then(|parts| parts.console)
        .unwrap_or(settings.listen);
    Ok(settings.console_url(console).map_err(crate::app::StartError::from)?)
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let accounts = context.store.accounts().list().await?;
    let people = context.store.people().list(domain::Scope::All).await?;
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
