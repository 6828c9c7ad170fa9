//! A provider as the gateway calls it: the catalog file's row, with an admin's settings in place of its own.

use crate::domain::{Auth, Endpoint, FactsPatch, Protocol, Provider, ProviderPatience};
use crate::store::engine::{Row, StoreError, Table};

pub const PROVIDER: Table = Table {
    name: "provider",
    id: "id",
};

pub const MODEL: Table = Table {
    name: "model",
    id: "id",
};

/// What an admin has stated that a model, or a provider's models, take. What cannot be read is logged and passed over: a
/// gateway that runs without it is better than none.
pub fn own_facts(row: &Row, table: Table) -> Result<FactsPatch, StoreError> {
    let Some(text) = row.get::<Option<String>>("facts")? else {
        return Ok(FactsPatch::default());
    };

    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        let corrupt = row.corrupt(table, "facts");
        tracing::error!(%corrupt, %error, "An admin's facts cannot be read and are left out; state them again");
        FactsPatch::default()
    }))
}

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

    provider.own_facts = own_facts(row, PROVIDER)?;
    if let Some(template) = row.get("template")? {
        provider.template = Some(template);
    }

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
