//! `crossmodel account …`

use super::args::access::{self, AccessArgs};
use super::args::limits::{self, LimitArgs};
use super::args::when;
use super::context::Context;
use super::error::CliError;
use super::input;
use super::output;
use crate::config::Settings;
use crate::domain::{self, AccountId, Role, Scope};
use crate::random;
use crate::store::StoreError;

/// What to do with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Account {
    /// Add an account.
    #[command(after_help = "Example:\n  crossmodel account create 'Acme Ltd'")]
    Create {
        /// The name of the account, unique, 1 to 80 characters.
        name: String,
    },
    /// Limit the use of all keys of an account together, their time, their models and their addresses.
    #[command(after_help = "Examples:
  crossmodel account set Acme --spend-limit 500 --per month
  crossmodel account set Acme --rpm 6000 --tpm none --spend-limit none
  crossmodel account set Acme --expires 2027-12-31 --allow-model deepseek/deepseek-flash --allow-cidr 10.0.0.0/8
  crossmodel account set Acme --expires never --allow-any-model --allow-any-address

A key may be allowed less than its account, never more. An account has none of these limits unless they are set; its
balance is the limit that it always has.")]
    Set {
        /// The name of the account.
        name: String,
        #[command(flatten)]
        limits: LimitArgs,
        #[command(flatten)]
        access: AccessArgs,
    },
    /// Refuse the requests of all keys of an account and sign its people out, until it is enabled again. Admins stay.
    #[command(after_help = "Example:\n  crossmodel account disable Acme")]
    Disable {
        /// The name of the account.
        name: String,
    },
    /// Answer the requests of a disabled account's keys again, and let its people sign in.
    #[command(after_help = "Example:\n  crossmodel account enable Acme")]
    Enable {
        /// The name of the account.
        name: String,
    },
    /// List the accounts with their balances and limits.
    #[command(after_help = "Example:\n  crossmodel account list")]
    List,
}

impl Account {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        match self {
            Self::Create { name } => create(&Context::open_or_make(settings).await?, &name).await,
            Self::Set { name, limits, access } => set(&Context::open(settings).await?, &name, &limits, access).await,
            Self::Disable { name } => switch(&Context::open(settings).await?, &name, false).await,
            Self::Enable { name } => switch(&Context::open(settings).await?, &name, true).await,
            Self::List => list(&Context::open(settings).await?).await,
        }
    }
}

async fn create(context: &Context<'_>, name: &str) -> Result<(), CliError> {
    let name = input::name("NAME", name)?;
    let now = context.now();
    let id = AccountId::new(now, random::bytes());
    let account = domain::Account::new(id, name.clone(), now);

    match context.store.by(&context.by, now).accounts().create(&account).await {
        Ok(()) => output::note(&format!("Added the account `{name}`.")),
        Err(StoreError::Taken { .. }) => {
            return Err(CliError::Failed(format!(
                "NAME: there is an account named `{name}` already"
            )));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn set(context: &Context<'_>, name: &str, limits: &LimitArgs, access: AccessArgs) -> Result<(), CliError> {
    if limits.is_empty() && access.is_empty() {
        return Err(CliError::Usage(
            "say what to set, for example --spend-limit 500 --per month; see --help".into(),
        ));
    }

    let account = context.existing_account(name).await?;
    let gone = || CliError::Failed(format!("NAME: `{name}` is gone"));

    // Check all of it before any of it is written.
    let now = context.now();
    let sets_limits = !limits.is_empty();
    let limits = limits.over(account.limits)?;
    let sets_access = !access.is_empty();
    let access = access.over(account.access, &context.store.catalog().load().await?, now)?;

    let accounts = context.store.by(&context.by, now).accounts();
    if sets_limits && !accounts.set_limits(account.id, limits).await? {
        return Err(gone());
    }
    if sets_access && !accounts.set_access(account.id, &access).await? {
        return Err(gone());
    }

    let now_set = format!("{}; {}", limits::as_text(&limits), access::as_text(&access));
    output::note(&format!(
        "All keys of {name} together now: {now_set}. Live everywhere within a minute."
    ));
    Ok(())
}

async fn switch(context: &Context<'_>, name: &str, enabled: bool) -> Result<(), CliError> {
    let account = context.existing_account(name).await?;
    if account.enabled == enabled {
        output::note(&format!(
            "{name} is {} already.",
            if enabled { "enabled" } else { "disabled" }
        ));
        return Ok(());
    }

    let keys = context.store.api_keys().all(Scope::Account(account.id)).await?.len();
    let signed_in = context.store.sessions().list(None, context.now()).await?;
    if !context.writer().accounts().set_enabled(account.id, enabled).await? {
        return Err(CliError::Failed(format!("NAME: `{name}` is gone")));
    }

    if enabled {
        output::note(&format!(
            "Enabled {name}. Its keys work again within a minute, and its people can sign in."
        ));
        return Ok(());
    }

    let people = context.store.people().list(Scope::Account(account.id)).await?;
    let out = people
        .iter()
        .filter(|person| person.role != Role::Admin)
        .filter(|person| signed_in.iter().any(|session| session.person == person.id))
        .count();
    output::note(&format!(
        "Disabled {name}. The requests of its {} are refused within a minute; signed out: {}. Calls in flight end.",
        output::count(keys, "key", "keys"),
        output::count(out, "person", "people"),
    ));
    Ok(())
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let accounts = context.store.accounts().list().await?;
    let balances = context.store.wallets().balances().await?;
    let rows: Vec<[String; 7]> = accounts
        .iter()
        .map(|account| {
            let state = if account.enabled { "enabled" } else { "disabled" };
            [
                account.name.to_string(),
                state.into(),
                balances
                    .get(&account.id)
                    .map_or("no credit".into(), ToString::to_string),
                limits::as_text(&account.limits),
                access::as_text(&account.access),
                when::show(account.created_at),
                account.id.to_string(),
            ]
        })
        .collect();

    output::table(["NAME", "STATE", "BALANCE", "LIMITS", "ACCESS", "CREATED", "ID"], &rows);
    Ok(())
}
