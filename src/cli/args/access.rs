//! The times, models and addresses that keys may be used at, as the command line sets them.

use ipnet::IpNet;

use super::allowed;
use super::when::{self, Expiry};
use crate::cli::error::CliError;
use crate::domain::{Access, Catalog, ModelId, Timestamp, network};

/// Changes to the access of a key or an account.
#[derive(Debug, clap::Args)]
pub struct AccessArgs {
    /// When it ends: 90d, 2027-01-31, 2027-01-31T12:00:00Z or never.
    #[arg(long, value_name = "WHEN")]
    expires: Option<Expiry>,
    /// A model that may be called; those that are named replace those before. May be repeated.
    #[arg(long = "allow-model", value_name = "MODEL", conflicts_with = "allow_any_model")]
    allow_models: Vec<ModelId>,
    /// Let every model be called.
    #[arg(long)]
    allow_any_model: bool,
    /// Client addresses that calls may come from, such as 10.0.0.0/8; those that are named replace those before. May be
    /// repeated.
    #[arg(long = "allow-cidr", value_name = "CIDR", value_parser = network, conflicts_with = "allow_any_address")]
    allow_cidrs: Vec<IpNet>,
    /// Let calls come from every address.
    #[arg(long)]
    allow_any_address: bool,
}

impl AccessArgs {
    /// Whether no change was named.
    pub fn is_empty(&self) -> bool {
        self.expires.is_none() && !self.sets_lists()
    }

    /// Whether the end is set or removed.
    pub fn sets_end(&self) -> bool {
        self.expires.is_some()
    }

    /// Whether the models or the addresses change.
    pub fn sets_lists(&self) -> bool {
        self.allow_any_model || !self.allow_models.is_empty() || self.allow_any_address || !self.allow_cidrs.is_empty()
    }

    /// The access, with the changes applied.
    ///
    /// # Errors
    /// If the end is in the past or the catalog lacks a model.
    pub fn over(self, before: Access, catalog: &Catalog, now: Timestamp) -> Result<Access, CliError> {
        let expires_at = match self.expires {
            Some(expires) => expires.from(now),
            None => before.expires_at,
        };
        if self.expires.is_some() && expires_at.is_some_and(|end| end <= now) {
            return Err(CliError::Usage("--expires: that is in the past".into()));
        }

        let models = match self.allow_any_model || !self.allow_models.is_empty() {
            true => allowed::models(&self.allow_models, catalog)?,
            false => before.models,
        };
        let addresses = match self.allow_any_address || !self.allow_cidrs.is_empty() {
            true => self.allow_cidrs,
            false => before.addresses,
        };

        Ok(Access {
            expires_at,
            models,
            addresses,
        })
    }
}

/// `ends never; models any; addresses any`.
pub fn as_text(access: &Access) -> String {
    let list = |items: Vec<String>| {
        if items.is_empty() {
            "any".into()
        } else {
            items.join(", ")
        }
    };
    format!(
        "ends {}; models {}; addresses {}",
        access.expires_at.map_or("never".into(), when::show),
        list(access.models.iter().flatten().map(ToString::to_string).collect()),
        list(access.addresses.iter().map(ToString::to_string).collect()),
    )
}
