//! The settings of a provider that an admin changes. They take precedence over the catalog file.

use serde_json::json;

use super::catalog::{self, CatalogTable};
use super::effective::{endpoint, set_patience};
use crate::domain::{Protocol, Provider, ProviderId, ProviderPatience, Sealed, Timestamp};
use crate::store::audit::{Actor, Subject};
use crate::store::engine::{StoreError, args, sql, to_json, transaction};

/// A change of a provider by an admin. `None` leaves a field as it is; in the nested ones, `Some(None)` restores the value of
/// the catalog file.
#[derive(Clone, Debug)]
pub struct ProviderChange {
    /// The provider. One that is not in the catalog is added if address and protocol are given.
    pub id: ProviderId,
    /// The base URL, without a slash at the end. It replaces every address of the catalog file.
    pub base_url: Option<String>,
    /// The protocol at that address.
    pub protocol: Option<Protocol>,
    /// The environment variable that holds the credential.
    pub credential_env: Option<Option<String>>,
    /// The sealed credential.
    pub sealed: Option<Option<Sealed>>,
    /// How long the gateway waits for the provider. The stated fields are added to those of earlier changes; `Some(None)`
    /// removes all of them.
    pub patience: Option<Option<ProviderPatience>>,
}

impl ProviderChange {
    /// A change that leaves everything as it is.
    pub fn of(id: ProviderId) -> Self {
        Self {
            id,
            base_url: None,
            protocol: None,
            credential_env: None,
            sealed: None,
            patience: None,
        }
    }
}

sql! {
    GET = "SELECT id, base_url, protocol, credential_env, credential, patience FROM provider WHERE id = $1";
    ADD = "INSERT INTO provider (id, data, updated_at) VALUES ($1, $2, $3)";
    SET = r"UPDATE provider
            SET base_url = $2, protocol = $3, credential_env = $4, credential = $5, updated_at = $6, patience = $7
            WHERE id = $1";
}

impl CatalogTable<'_> {
    /// Changes how the gateway calls a provider.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the provider is not in the catalog, and address or protocol is not given to add it.
    pub async fn set_provider(self, change: &ProviderChange, by: &Actor, now: Timestamp) -> Result<(), StoreError> {
        let (change, by) = (change.clone(), by.clone());
        transaction!(self.0, |tx| {
            catalog::lock(tx).await?;
            let ProviderChange {
                id,
                base_url,
                protocol,
                credential_env,
                sealed,
                patience: patience_change,
            } = change;
            let base_url = base_url.map(|url| url.trim_end_matches('/').to_owned());
            let (mut before, mut after) = ([None, None, None], [base_url, None, None]);
            let mut credential: Option<Vec<u8>> = None;
            let mut patience_before: Option<ProviderPatience> = None;

            if let Some(row) = tx.first(GET, args![&id]).await? {
                before = [row.get("base_url")?, row.get("protocol")?, row.get("credential_env")?];
                credential = row.get("credential")?;
                patience_before = set_patience(&row)?;
            } else {
                let (Some(base_url), Some(protocol)) = (&after[0], protocol) else {
                    return Err(StoreError::Missing);
                };
                tx.run(ADD, args![&id, to_json(&own_server(&id, base_url, protocol)), now])
                    .await?;
            }

            after[0] = after[0].take().or_else(|| before[0].clone());
            after[1] = protocol
                .map(|protocol| protocol.to_string())
                .or_else(|| before[1].clone());
            after[2] = credential_env.unwrap_or_else(|| before[2].clone());
            let credential_change = match &sealed {
                None => "kept",
                Some(None) => "removed",
                Some(Some(_)) => "set",
            };

            if let Some(sealed) = sealed {
                credential = sealed.map(|sealed| sealed.as_bytes().to_vec());
            }

            let patience = match patience_change {
                None => patience_before,
                Some(None) => None,
                Some(Some(change)) => Some(patience_before.unwrap_or_default().under(change)),
            };
            let [base_url, protocol, env] = after.clone();
            tx.run(
                SET,
                args![
                    &id,
                    base_url,
                    protocol,
                    env,
                    credential,
                    now,
                    patience.as_ref().map(to_json)
                ],
            )
            .await?;
            let shown = |[base_url, protocol, env]: [Option<String>; 3], patience| json!({ "base_url": base_url, "protocol": protocol, "credential_env": env, "patience": patience });
            let detail = json!({
                "before": shown(before, patience_before), "after": shown(after, patience), "credential": credential_change,
            });

            tx.note(&by, now, &Subject::new("provider", id, None), "set", detail)
                .await
        })
    }
}

/// A provider that is in no catalog file: a server of the operator's own.
fn own_server(id: &ProviderId, base_url: &str, protocol: Protocol) -> Provider {
    Provider {
        id: id.clone(),
        name: id.to_string(),
        protocol,
        base_url: base_url.to_owned(),
        extra_headers: Default::default(),
        env: Vec::new(),
        endpoints: vec![endpoint(protocol, base_url)],
        stream_options: None,
        max_tokens_field: None,
        completion_includes_reasoning: None,
        embeddings_path: (protocol == Protocol::OpenaiChat).then(|| "/embeddings".into()),
        developer_role: None,
        thinking_switch: None,
        openai_fields: false,
        refuses_unknown: false,
        counts_tokens: false,
        patience: Default::default(),
        enabled: true,
    }
}
