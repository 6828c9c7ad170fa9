//! `crossmodel provider …`

use std::str::FromStr;

use url::Url;

use super::context::Context;
use super::error::CliError;
use super::patience::{self, PATIENCE, Patience};
use super::{output, secret_from_stdin};
use crate::config::Settings;
use crate::domain::{self, EgressError, EgressPolicy, Protocol, ProviderId};
use crate::random;
use crate::store::{ProviderChange, StoreError};

/// What to do with providers.
#[derive(Debug, clap::Subcommand)]
pub enum Provider {
    /// List the providers, and where the credential of each comes from.
    #[command(after_help = "Example:\n  crossmodel provider list")]
    List,
    /// Say how a provider is reached, and with which credential. A new name adds a provider.
    #[command(after_help = "Examples:
  crossmodel provider set deepseek --credential-stdin < deepseek.key
  crossmodel provider set openai --credential-env OPENAI_API_KEY_PROD
  crossmodel provider set deepseek --patience idle=900,first-byte-whole=1800
  CROSSMODEL_EGRESS_ALLOW=127.0.0.1:11434 crossmodel provider set ollama \\
    --base-url http://127.0.0.1:11434/v1 --protocol openai-chat

A stored credential is sealed for the address that it was entered for: enter it again when the address changes.")]
    Set(Set),
    /// Let a provider's models be called again.
    #[command(after_help = "Example:\n  crossmodel provider enable deepseek")]
    Enable {
        /// Its short name.
        name: ProviderId,
    },
    /// Refuse calls to a provider's models.
    #[command(after_help = "Example:\n  crossmodel provider disable deepseek")]
    Disable {
        /// Its short name.
        name: ProviderId,
    },
}

/// What to change of a provider.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// Its short name, for example deepseek.
    name: ProviderId,
    /// Its address, for example https://api.deepseek.com/v1.
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,
    /// What is spoken there.
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol)]
    protocol: Option<Protocol>,
    #[command(flatten)]
    credential: Credential,
    /// How long it is waited for, where that differs from the settings for all providers: for example
    /// `idle=900,first-byte-whole=1800`, in seconds; or `usual`, to forget that.
    #[arg(long, value_name = "WHAT=SECONDS,…", long_help = PATIENCE, value_parser = patience::read)]
    patience: Option<Patience>,
}

/// Where the credential comes from.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub struct Credential {
    /// The environment variable of the server that holds the credential.
    #[arg(long, value_name = "VARIABLE")]
    credential_env: Option<String>,
    /// Read the credential from standard input, one line, and keep it sealed in the database.
    #[arg(long)]
    credential_stdin: bool,
    /// Forget the stored credential.
    #[arg(long)]
    no_credential: bool,
}

fn protocol(text: &str) -> Result<Protocol, String> {
    const ALL: [Protocol; 4] = [
        Protocol::OpenaiChat,
        Protocol::OpenaiResponses,
        Protocol::AnthropicMessages,
        Protocol::Gemini,
    ];
    let names = ALL.map(Protocol::as_str).join(", ");
    ALL.into_iter()
        .find(|protocol| protocol.as_str() == text)
        .ok_or(format!("`{text}` is none of {names}"))
}

impl Provider {
    pub(super) async fn run(self, settings: &Settings) -> Result<(), CliError> {
        let context = Context::open_or_make(settings).await?;
        match self {
            Self::List => list(&context).await,
            Self::Set(set) => set.run(&context).await,
            Self::Enable { name } => switch(&context, &name, true).await,
            Self::Disable { name } => switch(&context, &name, false).await,
        }
    }
}

async fn list(context: &Context<'_>) -> Result<(), CliError> {
    let catalog = context.store.catalog().load().await?;
    let stored = context.store.catalog().credentials().await?;
    let rows: Vec<[String; 6]> = catalog
        .providers()
        .map(|provider| {
            let credential = match (stored.iter().any(|(id, _)| *id == provider.id), provider.env.first()) {
                (true, _) => "stored".into(),
                (false, Some(_)) => format!("from {}", provider.env.join(" or ")),
                (false, None) => "none".into(),
            };
            let state = if provider.enabled { "enabled" } else { "disabled" };
            let protocol = provider.protocol.to_string();
            let waits = patience::written(&provider.patience);
            [
                provider.id.to_string(),
                state.into(),
                protocol,
                provider.base_url.clone(),
                credential,
                waits,
            ]
        })
        .collect();
    output::table(
        ["NAME", "STATE", "PROTOCOL", "BASE URL", "CREDENTIAL", "PATIENCE"],
        &rows,
    );
    Ok(())
}

async fn switch(context: &Context<'_>, name: &ProviderId, enabled: bool) -> Result<(), CliError> {
    if !context
        .store
        .catalog()
        .set_provider_enabled(name, enabled, &context.by, context.now())
        .await?
    {
        return Err(unknown(name));
    }
    output::note(&format!("{} `{name}`.", if enabled { "Enabled" } else { "Disabled" }));
    Ok(())
}

fn unknown(name: &ProviderId) -> CliError {
    CliError::Failed(format!(
        "NAME: there is no provider `{name}`; see: crossmodel provider list"
    ))
}

impl Set {
    async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let Credential {
            credential_env,
            credential_stdin,
            no_credential,
        } = &self.credential;
        let anything = self.base_url.is_some() || self.protocol.is_some() || credential_env.is_some();
        let patience = self.patience;
        if !anything && !credential_stdin && !no_credential && patience.is_none() {
            let why = "say what to change: --base-url, --protocol, --credential-env, --credential-stdin, --no-credential or \
                       --patience";
            return Err(CliError::Usage(why.into()));
        }
        let catalog = context.store.catalog().load().await?;
        let before = catalog.provider(&self.name);
        let base_url = match &self.base_url {
            Some(url) => Some(permitted(url, &context.settings.egress_allow)?),
            None => None,
        };
        let address = match (&base_url, before) {
            (Some(url), _) => url.clone(),
            (None, Some(provider)) => provider.base_url.clone(),
            (None, None) => return Err(unknown(&self.name)),
        };
        if before.is_none() && self.protocol.is_none() {
            return Err(CliError::Usage(format!(
                "--protocol: `{}` is new; say what it speaks",
                self.name
            )));
        }
        let mut change = ProviderChange {
            base_url,
            protocol: self.protocol,
            credential_env: credential_env.clone().map(Some),
            patience: patience.map(|Patience(patience)| patience),
            ..ProviderChange::of(self.name.clone())
        };
        if *credential_stdin {
            let context_text = domain::Provider::seal_context(&self.name, &address)
                .ok_or_else(|| CliError::Failed(format!("`{}` has no address to seal a credential for", self.name)))?;
            let credential = secret_from_stdin("credential")?;
            let master = context.master_key().await?;
            change.sealed = Some(Some(master.seal(
                &context_text,
                credential.as_bytes(),
                random::bytes(),
            )?));
        } else if *no_credential || credential_env.is_some() {
            change.sealed = Some(None);
        } else if let Some(before) = before
            && has_moved(&before.base_url, &address)
        {
            let stored = context.store.catalog().credentials().await?;
            if stored.iter().any(|(id, _)| *id == self.name) {
                output::note(&format!(
                    "The stored credential was for {}; enter it again with --credential-stdin.",
                    before.base_url
                ));
            }
        }
        match context
            .store
            .catalog()
            .set_provider(&change, &context.by, context.now())
            .await
        {
            Ok(()) => {}
            Err(StoreError::Missing) => return Err(unknown(&self.name)),
            Err(error) => return Err(error.into()),
        }
        output::note(&format!("Set `{}` at {address}.", self.name));
        Ok(())
    }
}

fn has_moved(before: &str, now: &str) -> bool {
    let origin = |url: &str| Url::from_str(url).ok().map(|url| url.origin());
    origin(before) != origin(now)
}

/// The address without a slash at its end, if the gateway would call it.
fn permitted(url: &Url, policy: &EgressPolicy) -> Result<String, CliError> {
    policy.permits_url(url).map_err(|error| {
        let list = match &error {
            EgressError::NotHttps(address) | EgressError::Port(address) | EgressError::Private(address) => {
                format!(" (the list is CROSSMODEL_EGRESS_ALLOW, for example CROSSMODEL_EGRESS_ALLOW={address}, here and where the server starts)")
            }
            _ => String::new(),
        };
        CliError::Failed(format!("--base-url: {error}{list}"))
    })?;
    if url.query().is_some() {
        return Err(CliError::Failed(
            "--base-url: leave out the ? and what follows it".into(),
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
