//! `crossmodel account …`

use super::context::Context;
use super::{CliError, output, when};
use crate::config::Settings;
use crate::domain::{self, AccountId};
use crate::random;
use crate::store::StoreError;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Account {
    /// Add an account.
    #[command(after_help = "Example:\n  crossmodel account create 'Acme Ltd'")]
    Create {
        /// Its name, unique, 1 to 80 characters.
        name: String,
    },
    /// List the accounts.
    #[command(after_help = "Example:\n  crossmodel account list")]
    List,
}

impl Account {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        match self {
            Self::Create { name } => create(&Context::open_or_make(settings).await?, &name).await,
            Self::List => list(&Context::open(settings).await?).await,
        }
    }
}

async fn create(context: &Context<'_>, name: &str) -> Result<(), CliError> {
    let name = super::name("NAME", name)?;
    let now = context.now();
    let id = AccountId::new(now, random::bytes());
    let account = domain::Account::new(id, name.clone(), now);
    match context.store.accounts().create(&account, &context.by, now).await {
        Ok(()) => output::note(&format!("Added the account `{name}`.")),
        Err(StoreError::Taken { .. }) => {
            return Err(CliError::Failed(format!("NAME: there is an account named `{name}` already")));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let accounts = context.store.accounts().list().await?;
    let rows: Vec<[String; 4]> = accounts
        .iter()
        .map(|account| {
            let state = if account.enabled { "enabled" } else { "disabled" };
            [account.name.to_string(), state.into(), when::show(account.created_at), account.id.to_string()]
        })
        .collect();
    output::table(["NAME", "STATE", "CREATED", "ID"], &rows);
    Ok(())
}
