//! The credential with which this gateway calls a provider: sealed in the database, or in the environment.

use secrecy::SecretString;
use url::Url;
use zeroize::Zeroizing;

use crate::domain::{MasterKey, Provider, Sealed};
use crate::gateway::options::GatewayOptions;

/// The context that a credential is sealed under: the provider and the origin of its address. If an admin points the
/// provider elsewhere, the stored credential becomes unreadable instead of going there.
///
/// ```
/// use crossmodel::gateway::credential_context;
/// assert_eq!(credential_context("acme", "https://api.acme.example/v1"), "provider:acme|https://api.acme.example");
/// ```
pub fn credential_context(provider: &str, base_url: &str) -> String {
    format!("provider:{provider}|{}", origin(base_url))
}

/// Scheme, host and port of a URL; empty if `url` is none.
pub fn origin(url: &str) -> String {
    Url::parse(url)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

/// The credential to send to `endpoint`, an address of `provider`.
pub fn find(
    provider: &Provider,
    endpoint: &str,
    sealed: Option<&Sealed>,
    options: &GatewayOptions,
) -> Option<SecretString> {
    if let Some(sealed) = sealed {
        // A credential that was entered for one address goes to no other.
        if origin(endpoint) != origin(&provider.base_url) {
            return None;
        }
        return open(&options.master, provider, sealed);
    }

    let value = provider
        .env
        .iter()
        .find_map(|name| (options.env)(name).filter(|value| !value.trim().is_empty()))?;
    Some(value.trim().to_owned().into())
}

fn open(master: &MasterKey, provider: &Provider, sealed: &Sealed) -> Option<SecretString> {
    let context = credential_context(provider.id.as_str(), &provider.base_url);
    let opened = match master.open(&context, sealed) {
        Ok(opened) => opened,
        Err(error) => {
            tracing::error!(provider.id = %provider.id, %error, "The credential of {} cannot be read; enter it again", provider.name);
            return None;
        }
    };

    let text = Zeroizing::new(String::from_utf8(opened.to_vec()).ok()?);
    Some(SecretString::from(text.trim().to_owned())).filter(|_| !text.trim().is_empty())
}
