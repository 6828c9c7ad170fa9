//! What a key may call and where it may be used from, as the command line takes it.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use super::CliError;
use crate::domain::{Catalog, ModelId};

/// A network, or one address.
///
/// # Errors
/// If the text is neither.
pub fn network(text: &str) -> Result<IpNet, String> {
    let alone = || IpAddr::from_str(text).ok().map(IpNet::from);
    let network = text.parse().ok().or_else(alone).map(|network: IpNet| network.trunc());
    network.ok_or(format!("`{text}` is no network; write for example 10.0.0.0/8 or 192.0.2.7"))
}

/// The models of `--allow-model`; `None` if there are none, which allows all.
///
/// # Errors
/// If the catalog lacks one.
pub fn models(ids: &[ModelId], catalog: &Catalog) -> Result<Option<Vec<ModelId>>, CliError> {
    if let Some(unknown) = ids.iter().find(|id| catalog.get(id.as_str()).is_none()) {
        let nearest = catalog.nearest(unknown.as_str(), 1);
        let nearest = nearest.first().map(|id| format!("; the closest is {id}")).unwrap_or_default();
        return Err(CliError::Failed(format!("--allow-model: {unknown} isn't in the catalog{nearest}")));
    }
    Ok((!ids.is_empty()).then(|| ids.to_vec()))
}
