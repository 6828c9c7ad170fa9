//! `crossmodel key create`.

use ipnet::IpNet;

use crate::cli::alias_hints;
use crate::cli::args::alias_rows::{self, AliasArg, Placed};
use crate::cli::args::allowed;
use crate::cli::args::limits::{self, LimitArgs};
use crate::cli::args::when::{self, Expiry};
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input;
use crate::cli::output;
use crate::domain::{
    Account, AccountId, ApiKey, ApiKeyId, ApiKeySecret, Email, Limits, ModelId, PersonId, Strictness, network,
};
use crate::random;
use crate::store::{NewKey, StoreError};

/// The key to make.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel key create --account Acme --name laptop \\
    --alias cross-model-basic=deepseek/deepseek-flash --alias 'claude-opus*=anthropic/claude-opus-4-8'
  export CROSSMODEL_API_KEY=$(crossmodel key create --account Acme --name ci --expires 90d)
  crossmodel key create --account Acme --name batch --rpm none --tpm 2000000 --spend-limit 20 --per week

Unless set otherwise a key may send 60 requests and 100,000 tokens a minute, and has no spend limit of its own.")]
pub struct Create {
    /// The account that it belongs to.
    #[arg(long, value_name = "NAME")]
    account: String,
    /// The client or project that it is for, unique in the account, 1 to 80 characters.
    #[arg(long)]
    name: String,
    /// The person that it belongs to; without one it is a service key.
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<Email>,
    /// An alias: NAME=TARGET, or 'PREFIX*=TARGET' for every name that begins so. 'NAME=TARGET keep-name' makes answers
    /// carry the name that was asked for, 'NAME=TARGET adapt=strict' says how much requests may be changed. May be
    /// repeated.
    #[arg(long = "alias", value_name = "NAME=TARGET")]
    aliases: Vec<AliasArg>,
    /// When it ends: 90d, 2027-01-31, 2027-01-31T12:00:00Z or never.
    #[arg(long, value_name = "WHEN", default_value = "never")]
    expires: Expiry,
    /// A model that it may call; without any it may call all. May be repeated.
    #[arg(long = "allow-model", value_name = "MODEL")]
    allow_models: Vec<ModelId>,
    /// Client addresses that it may be used from, such as 10.0.0.0/8; without any, all. May be repeated.
    #[arg(long = "allow-cidr", value_name = "CIDR", value_parser = network)]
    allow_cidrs: Vec<IpNet>,
    /// How much its requests may be changed to fit them to their models, unless an alias or the request says so: adapt, strict
    /// (refuse what would be left out) or off (send as they come).
    #[arg(long, value_name = "adapt|strict|off", default_value = "adapt")]
    adapt: Strictness,
    #[command(flatten)]
    limits: LimitArgs,
}

impl Create {
    pub async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let account = context.account(&self.account).await?;
        let now = context.now();
        let expires_at = self.expires.from(now);
        if expires_at.is_some_and(|end| end <= now) {
            return Err(CliError::Usage("--expires: that is in the past".into()));
        }
        let limits = self.limits.over(Limits::NEW_KEY)?;
        let owner = self.owner(context, account.id).await?;

        let catalog = context.store.catalog().load().await?;
        let allowed = allowed::models(&self.allow_models, &catalog)?;
        let rows: Vec<Placed> = self.aliases.iter().map(Placed::from).collect();
        let aliases = alias_rows::check(&[], &rows, &catalog, allowed.as_deref())?;

        let secret = ApiKeySecret::generate(random::bytes);
        let id = ApiKeyId::new(now, random::bytes());
        let name = input::name("--name", &self.name)?;
        let key = ApiKey {
            owner,
            expires_at,
            allowed_models: allowed,
            allowed_addresses: self.allow_cidrs,
            limits,
            adapt: self.adapt,
            ..ApiKey::new(id, account.id, name.clone(), &secret, now)
        };
        let note = note(&key, &account, aliases.len());

        let hash = context.master_key().await?.api_key_hasher().hash(&secret);
        let new = NewKey {
            key: key.clone(),
            hash,
            aliases,
        };
        match context.store.by(&context.by, now).api_keys().create(&new).await {
            Ok(()) => {}
            Err(StoreError::Taken { .. }) => {
                let why = format!("--name: {} has a key named `{name}` already", account.name);
                return Err(CliError::Failed(why));
            }
            Err(error) => return Err(error.into()),
        }

        output::line(secret.expose());
        output::note(&note);
        alias_hints::note(context, &key, |_| true).await
    }

    async fn owner(&self, context: &Context<'_>, account: AccountId) -> Result<Option<PersonId>, CliError> {
        let Some(email) = &self.owner else { return Ok(None) };
        match context.store.people().by_email(email).await? {
            Some((person, _)) if person.account == Some(account) => Ok(Some(person.id)),
            Some(_) => Err(CliError::Failed(format!(
                "--owner: {email} does not belong to {}",
                self.account
            ))),
            None => Err(CliError::Failed(format!("--owner: no person signs in as {email}"))),
        }
    }
}

fn note(key: &ApiKey, account: &Account, aliases: usize) -> String {
    format!(
        "Made `{}` for {} with {}; it ends {}. Limits: {}. The secret is shown only now.",
        key.name,
        account.name,
        output::count(aliases, "alias", "aliases"),
        key.expires_at.map_or("never".into(), when::show),
        limits::as_text(&key.limits),
    )
}
