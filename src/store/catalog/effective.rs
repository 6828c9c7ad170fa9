//! A provider as the gateway calls it: the catalog file's row, with an admin's settings in place of its own.

use crate::domain::{Auth, Endpoint, Protocol, Provider, ProviderPatience};
use crate::store::engine::{Row, StoreError, Table};

pub const PROVIDER: Table = Table {
    name: "provider",
    id: "id",
};

/// How long the gateway waits for a provider, as far as an admin has set it.
pub fn set_patience(row: &Row) -> Result<Option<ProviderPatience>, StoreError> {
    let Some(text) = row.get::<Option<String>>("patience")? else {
        return Ok(None);
    };
    serde_json::from_str(&text)
        .map(Some)
        .map_err(|_| row.corrupt(PROVIDER, "patience"))
}

/// A provider as the gateway calls it: the catalog file's row, with an admin's settings in place of its own.
pub fn effective(row: &Row) -> Result<Provider, StoreError> {
    let mut provider: Provider = row.json(PROVIDER, "data")?;
    provider.enabled = row.get("enabled")?;
    provider.patience = provider.patience.under(set_patience(row)?.unwrap_or_default());

    if let Some(variable) = row.get("credential_env")? {
        provider.env = vec![variable];
    }

    if let Some(text) = row.get::<Option<String>>("protocol")? {
        let protocol = serde_json::from_value(text.into()).map_err(|_| row.corrupt(PROVIDER, "protocol"))?;
        provider.protocol = protocol;
    }

    let protocol = provider.protocol;
    let base_url = row.get::<Option<String>>("base_url")?;
    let listed = provider.endpoint(protocol).cloned();
    let mut endpoint = listed.clone().unwrap_or_else(|| endpoint(protocol, &provider.base_url));

    if let Some(base_url) = base_url {
        // An admin's address is for all calls: none may take the same credential to another address.
        endpoint.base_url.clone_from(&base_url);
        provider.base_url = base_url;
        provider.endpoints = vec![endpoint];
    } else {
        provider.base_url.clone_from(&endpoint.base_url);
        if listed.is_none() {
            provider.endpoints.push(endpoint);
        }
    }

    Ok(provider)
}

/// The usual endpoint of a protocol.
pub fn endpoint(protocol: Protocol, base_url: &str) -> Endpoint {
    let bare = |header: &str| Auth {
        header: header.into(),
        scheme: None,
    };
    let (path, auth) = match protocol {
        Protocol::OpenaiChat => ("/chat/completions", Auth::default()),
        Protocol::OpenaiResponses => ("/responses", Auth::default()),
        Protocol::AnthropicMessages => ("/v1/messages", bare("x-api-key")),
        Protocol::Gemini => ("/models/{model}:generateContent", bare("x-goog-api-key")),
    };
    Endpoint {
        protocol,
        base_url: base_url.to_owned(),
        path: path.into(),
        auth,
        facts: Default::default(),
    }
}
