//! What most commands start with: the database, and the key, account or person that an argument names.

use super::error::CliError;
use super::nearest::did_you_mean;
use crate::app::{self, NewDatabase};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::{Account, ApiKey, ApiKeySecret, Email, MasterKey, Person, PersonId, Scope, Timestamp};
use crate::store::{Actor, Store, Writer};

/// The opened database, and the actor that changes it.
#[derive(Debug)]
pub struct Context<'a> {
    pub settings: &'a Settings,
    pub store: Store,
    pub by: Actor,
    clock: Clock,
}

/// The key that a command is about.
#[derive(Clone, Debug, clap::Args)]
pub struct WhichKey {
    /// The key: its name, its ID, or its display form in lists, such as cm-Ab3d…x9Zq.
    #[arg(long, value_name = "KEY")]
    pub key: String,
    /// The key's account, if several have a key of that name.
    #[arg(long, value_name = "NAME")]
    pub account: Option<String>,
}

impl<'a> Context<'a> {
    /// Opens the database, which must exist.
    pub async fn open(settings: &'a Settings) -> Result<Self, CliError> {
        Self::with(settings, NewDatabase::Refuse).await
    }

    /// Opens the database, which may be a new one.
    pub async fn open_or_make(settings: &'a Settings) -> Result<Self, CliError> {
        Self::with(settings, NewDatabase::Make).await
    }

    async fn with(settings: &'a Settings, new: NewDatabase) -> Result<Self, CliError> {
        let clock = Clock::system();
        let store = app::open_store(settings, new, &clock).await?;
        Ok(Self {
            settings,
            store,
            by: Actor::command_line(),
            clock,
        })
    }

    /// The store, for a change that the command makes now.
    pub fn writer(&self) -> Writer<'_> {
        self.store.by(&self.by, self.now())
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The installation's master key.
    pub async fn master_key(&self) -> Result<MasterKey, CliError> {
        Ok(app::master_key(self.settings, &self.store).await?)
    }

    /// The account of that name.
    pub async fn account(&self, name: &str) -> Result<Account, CliError> {
        match self.store.accounts().by_name(name).await? {
            Some(account) => Ok(account),
            None => Err(CliError::Failed(format!(
                "--account: there is no account named `{name}`{}; make it with: crossmodel account create '{name}'",
                self.near_account(name).await?
            ))),
        }
    }

    /// The account that the command's first argument names.
    pub async fn existing_account(&self, name: &str) -> Result<Account, CliError> {
        match self.store.accounts().by_name(name).await? {
            Some(account) => Ok(account),
            None => Err(CliError::Failed(format!(
                "NAME: there is no account named `{name}`{}; see: crossmodel account list",
                self.near_account(name).await?
            ))),
        }
    }

    async fn near_account(&self, name: &str) -> Result<String, CliError> {
        let accounts = self.store.accounts().list().await?;
        Ok(did_you_mean(name, accounts.iter().map(|account| account.name.as_str())))
    }

    /// The person who signs in with that address.
    pub async fn person(&self, email: &Email) -> Result<Person, CliError> {
        if let Some((person, _)) = self.store.people().by_email(email).await? {
            return Ok(person);
        }

        let people = self.store.people().list(Scope::All).await?;
        let near = did_you_mean(email.as_str(), people.iter().map(|person| person.email.as_str()));
        Err(CliError::Failed(format!(
            "--email: no person signs in as {email}{near}; see: crossmodel person list"
        )))
    }

    /// The number of keys that a person owns.
    pub async fn keys_of(&self, person: PersonId) -> Result<usize, CliError> {
        let keys = self.store.api_keys().all(Scope::All).await?;
        Ok(keys.iter().filter(|key| key.owner == Some(person)).count())
    }

    /// The one key that the arguments name.
    pub async fn key(&self, which: &WhichKey) -> Result<ApiKey, CliError> {
        if which.key.parse::<ApiKeySecret>().is_ok() {
            let why = "--key takes the key's name, ID or display form, not its secret, which others could read here";
            return Err(CliError::Usage(why.into()));
        }

        let scope = match &which.account {
            Some(name) => Scope::Account(self.account(name).await?.id),
            None => Scope::All,
        };
        let all = self.store.api_keys().all(scope).await?;
        let display = which.key.replace("...", "\u{2026}");
        let mut found: Vec<ApiKey> = all
            .into_iter()
            .filter(|key| key.name == *which.key || key.display == display || key.id.to_string() == which.key)
            .collect();

        match (found.pop(), found.is_empty()) {
            (Some(key), true) => Ok(key),
            (Some(_), false) => Err(CliError::Failed(format!(
                "--key: {} keys are called `{}`; say which with --account, or give its ID",
                found.len() + 1,
                which.key
            ))),
            (None, _) => Err(CliError::Failed(format!(
                "--key: there is no key `{}`; see: crossmodel key list",
                which.key
            ))),
        }
    }
}
