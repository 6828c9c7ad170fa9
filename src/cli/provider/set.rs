//! `crossmodel provider set`.

use std::str::FromStr;

use url::Url;

use super::unknown;
use crate::cli::args::patience::{self, PATIENCE, Patience};
use crate::cli::args::protocol;
use crate::cli::context::Context;
use crate::cli::error::CliError;
use crate::cli::input::secret_from_stdin;
use crate::cli::output;
use crate::domain::{self, EgressError, EgressPolicy, Protocol, ProviderId, Sealed};
use crate::random;
use crate::store::{ProviderChange, StoreError};

/// The provider, and the changes to it.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// Its short name, for example deepseek.
    name: ProviderId,
    /// Its address, for example https://api.deepseek.com/v1.
    #[arg(long, value_name = "URL")]
    base_url: Option<Url>,
    /// The protocol that it speaks.
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol::read)]
    protocol: Option<Protocol>,
    #[command(flatten)]
    credential: Credential,
    /// How long to wait for it, where that differs from the settings for all providers: for example
    /// `idle=900,first-byte-whole=1800`, in seconds; or `usual`, to go back to those settings.
    #[arg(long, value_name = "WHAT=SECONDS,…", long_help = PATIENCE, value_parser = patience::read)]
    patience: Option<Patience>,
    /// The kind of server, which says what its models take: vllm, llama.cpp, ollama, openai (a proxy of it, or Azure),
    /// openrouter (and LiteLLM) or anthropic (a server that speaks its protocol); or `none`. See `provider facts`.
    #[arg(long, value_name = "KIND", value_parser = template)]
    template: Option<Template>,
}

/// The value of the option; `None` goes back to what the catalog says.
#[derive(Clone, Debug)]
struct Template(Option<String>);

fn template(name: &str) -> Result<Template, String> {
    if name == "none" {
        return Ok(Template(None));
    }

    domain::check_template(name).map_err(|error| error.to_string())?;
    Ok(Template(Some(name.into())))
}

/// The source of the credential.
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

impl Set {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        if self.changes_nothing() {
            let why = "say what to change: --base-url, --protocol, --credential-env, --credential-stdin, --no-credential, \
                       --patience or --template";
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
            credential_env: self.credential.credential_env.clone().map(Some),
            patience: self.patience.map(|Patience(patience)| patience),
            template: self.template.clone().map(|Template(template)| template),
            ..ProviderChange::of(self.name.clone())
        };
        if self.credential.credential_stdin {
            change.sealed = Some(Some(self.sealed_credential(context, &address).await?));
        } else if self.credential.no_credential || self.credential.credential_env.is_some() {
            change.sealed = Some(None);
        } else if let Some(before) = before {
            self.note_move(context, &before.base_url, &address).await?;
        }

        let set = context.writer().catalog().set_provider(&change);
        set.await.map_err(|error| match error {
            StoreError::Missing => unknown(&self.name),
            error => error.into(),
        })?;
        output::note(&format!("Set `{}` at {address}.", self.name));
        Ok(())
    }

    fn changes_nothing(&self) -> bool {
        let credential = &self.credential;
        let changes_credential =
            credential.credential_env.is_some() || credential.credential_stdin || credential.no_credential;
        let changes_use = self.patience.is_some() || self.template.is_some();
        !changes_credential && !changes_use && self.base_url.is_none() && self.protocol.is_none()
    }

    /// Reads the credential from standard input and seals it for the address.
    async fn sealed_credential(&self, context: &Context<'_>, address: &str) -> Result<Sealed, CliError> {
        let seal_context = domain::Provider::seal_context(&self.name, address)
            .ok_or_else(|| CliError::Failed(format!("`{}` has no address to seal a credential for", self.name)))?;
        let credential = secret_from_stdin("credential")?;

        let master = context.master_key().await?;
        Ok(master.seal(&seal_context, credential.as_bytes(), random::bytes())?)
    }

    /// Notes that a stored credential does not hold for the new address.
    async fn note_move(&self, context: &Context<'_>, before: &str, now: &str) -> Result<(), CliError> {
        if !has_moved(before, now) {
            return Ok(());
        }

        let stored = context.store.catalog().credentials().await?;
        if stored.iter().any(|(id, _)| *id == self.name) {
            output::note(&format!(
                "The stored credential was for {before}; enter it again with --credential-stdin."
            ));
        }
        Ok(())
    }
}

/// Whether two addresses have different origins.
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
