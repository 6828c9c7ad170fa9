//! `crossmodel key set`.

use crate::cli::args::access::{self, AccessArgs};
use crate::cli::args::limits::{self, LimitArgs};
use crate::cli::context::{Context, WhichKey};
use crate::cli::error::CliError;
use crate::cli::output;
use crate::domain::{Access, ApiKey, Scope, Strictness};

/// The key, and the changes to it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel key set --key laptop --spend-limit 20 --per week
  crossmodel key set --key laptop --rpm 600 --tpm none --expires 90d
  crossmodel key set --key ci --allow-model deepseek/deepseek-flash --allow-cidr 10.0.0.0/8
  crossmodel key set --key ci --allow-any-model --allow-any-address
  crossmodel key set --key ci --adapt strict")]
pub struct Set {
    #[command(flatten)]
    which: WhichKey,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// How much its requests may be changed to fit them to their models, unless an alias or the request says so: adapt, strict
    /// (refuse what would be left out) or off (send as they come).
    #[arg(long, value_name = "adapt|strict|off")]
    adapt: Option<Strictness>,
}

impl Set {
    pub async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        if self.limits.is_empty() && self.access.is_empty() && self.adapt.is_none() {
            return Err(CliError::Usage(
                "say what to set, for example --spend-limit 20 --per week; see --help".into(),
            ));
        }

        let now = context.now();
        let key = context.key(&self.which).await?;

        // Check all of it before any of it is written.
        let limits = self.limits.over(key.limits)?;
        let (sets_end, sets_lists) = (self.access.sets_end(), self.access.sets_lists());
        let catalog = context.store.catalog().load().await?;
        let access = self.access.over(access(&key), &catalog, now)?;

        let gone = || CliError::Failed(format!("the key `{}` was deleted meanwhile", key.name));
        let kept = |found: bool| if found { Ok(()) } else { Err(gone()) };
        let keys = context.store.by(&context.by, now).api_keys();
        if !self.limits.is_empty() {
            kept(keys.set_limits(Scope::All, key.id, limits).await?)?;
        }
        if sets_end {
            kept(keys.set_expiry(Scope::All, key.id, access.expires_at).await?)?;
        }
        if sets_lists {
            let (models, addresses) = (access.models.as_deref(), access.addresses.as_slice());
            kept(keys.set_allowed(Scope::All, key.id, models, addresses).await?)?;
        }

        if let Some(adapt) = self.adapt {
            kept(keys.set_adapt(Scope::All, key.id, adapt).await?)?;
        }

        let now_set = context.store.api_keys().get(Scope::All, key.id).await?;
        let now_set = now_set.ok_or_else(gone)?;
        output::note(&format!(
            "`{}` now: {}. Live everywhere within a minute.",
            now_set.name,
            as_text(&now_set)
        ));
        Ok(())
    }
}

/// `limits 60 requests/min; ends never; models any; addresses any`, and how requests are fitted if that is not the usual way.
fn as_text(key: &ApiKey) -> String {
    format!(
        "limits {}; {}{}",
        limits::as_text(&key.limits),
        access::as_text(&access(key)),
        adapt_as_text(key)
    )
}

/// `; adapt strict`; nothing for the usual way.
pub(super) fn adapt_as_text(key: &ApiKey) -> String {
    match key.adapt {
        Strictness::Adapt => String::new(),
        adapt => format!("; adapt {adapt}"),
    }
}

fn access(key: &ApiKey) -> Access {
    let (models, addresses) = (key.allowed_models.clone(), key.allowed_addresses.clone());
    Access {
        expires_at: key.expires_at,
        models,
        addresses,
    }
}
