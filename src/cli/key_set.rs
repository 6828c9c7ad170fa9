//! `crossmodel key set`.

use ipnet::IpNet;

use super::context::{Context, WhichKey};
use super::limit_args::{self, LimitArgs};
use super::when::{self, Expiry};
use super::{CliError, allowed, output};
use crate::domain::{ApiKey, ModelId, Scope, network};

/// The key, and what to change of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  crossmodel key set --key laptop --spend-limit 20 --per week
  crossmodel key set --key laptop --rpm 600 --tpm none --expires 90d
  crossmodel key set --key ci --allow-model deepseek/deepseek-chat --allow-cidr 10.0.0.0/8
  crossmodel key set --key ci --allow-any-model --allow-any-address")]
pub struct Set {
    #[command(flatten)]
    which: WhichKey,
    #[command(flatten)]
    limits: LimitArgs,
    /// When it ends: 90d, 2027-01-31, 2027-01-31T12:00:00Z or never.
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,
    /// A model that it may call; those that are named replace those that it had. May be repeated.
    #[arg(long = "allow-model", value_name = "MODEL", conflicts_with = "allow_any_model")]
    allow_models: Vec<ModelId>,
    /// Let it call every model.
    #[arg(long)]
    allow_any_model: bool,
    /// Client addresses that it may be used from, such as 10.0.0.0/8; those that are named replace those that it had. May
    /// be repeated.
    #[arg(long = "allow-cidr", value_name = "CIDR", value_parser = network, conflicts_with = "allow_any_address")]
    allow_cidrs: Vec<IpNet>,
    /// Let it be used from every address.
    #[arg(long)]
    allow_any_address: bool,
}

impl Set {
    pub(super) async fn run(self, context: &Context<'_>) -> Result<(), CliError> {
        let models = self.allow_any_model || !self.allow_models.is_empty();
        let addresses = self.allow_any_address || !self.allow_cidrs.is_empty();
        if self.limits.is_empty() && self.expires.is_none() && !models && !addresses {
            return Err(CliError::Usage("say what to set, for example --spend-limit 20 --per week; see --help".into()));
        }
        let (keys, now) = (context.store.api_keys(), context.now());
        let key = context.key(&self.which).await?;
        // All of it is read and checked before any of it is written.
        let limits = self.limits.over(key.limits)?;
        let ends = self.expires.map(|expires| expires.from(now));
        if ends.flatten().is_some_and(|end| end <= now) {
            return Err(CliError::Usage("--expires: that is in the past".into()));
        }
        let catalog = context.store.catalog().load().await?;
        let allowed_models = match models {
            true => allowed::models(&self.allow_models, &catalog)?,
            false => key.allowed_models.clone(),
        };
        let allowed_addresses = if addresses { self.allow_cidrs } else { key.allowed_addresses.clone() };

        let gone = || CliError::Failed(format!("the key `{}` was deleted meanwhile", key.name));
        let kept = |found: bool| if found { Ok(()) } else { Err(gone()) };
        if !self.limits.is_empty() {
            kept(keys.set_limits(Scope::All, key.id, limits, &context.by, now).await?)?;
        }
        if let Some(end) = ends {
            kept(keys.set_expiry(Scope::All, key.id, end, &context.by, now).await?)?;
        }
        if models || addresses {
            let (models, addresses) = (allowed_models.as_deref(), allowed_addresses.as_slice());
            kept(keys.set_allowed(Scope::All, key.id, models, addresses, &context.by, now).await?)?;
        }
        let now_set = keys.get(Scope::All, key.id).await?.ok_or_else(gone)?;
        output::note(&format!("`{}` now: {}. Live everywhere within a minute.", now_set.name, told(&now_set)));
        Ok(())
    }
}

/// `limits 60 requests/min; ends never; models any; addresses any`.
fn told(key: &ApiKey) -> String {
    let list = |items: Vec<String>| if items.is_empty() { "any".into() } else { items.join(", ") };
    format!(
        "limits {}; ends {}; models {}; addresses {}",
        limit_args::told(&key.limits),
        key.expires_at.map_or("never".into(), when::show),
        list(key.allowed_models.iter().flatten().map(ToString::to_string).collect()),
        list(key.allowed_addresses.iter().map(ToString::to_string).collect()),
    )
}
