//! The settings of a provider that an admin changes. They take precedence over the catalog file.

use serde_json::json;

use super::catalog::{self, CatalogTable};
use super::effective::{endpoint, set_patience};
use crate::domain::{Protocol, Provider, ProviderId, ProviderPatience, Sealed, Timestamp};
use crate::store::audit::{Subject, Writer};
use crate::store::engine::{Row, StoreError, Tx, args, sql, to_json, transaction};

/// A change of a provider by an admin. `None` leaves a field as it is; in the nested ones, `Some(None)` restores the value of
/// the catalog file.
#[derive(Clone, Debug)]
pub struct ProviderChange {
    /// The provider. One that is not in the catalog is added if address and protocol are given.
    pub id: ProviderId,
    /// The base URL, without a slash at the end. It replaces every address of the catalog file.
    pub base_url: Option<String>,
    /// The protocol that it speaks at `base_url`.
    pub protocol: Option<Protocol>,
    /// The environment variable that holds the credential.
    pub credential_env: Option<Option<String>>,
    /// The credential, sealed under [`Provider::seal_context`].
    pub sealed: Option<Option<Sealed>>,
    /// How long the gateway waits for the provider. The stated fields are added to those of earlier changes; `Some(None)`
    /// removes all of them.
    pub patience: Option<Option<ProviderPatience>>,
    /// The kind of server: one of [`templates`](crate::domain::templates).
    pub template: Option<Option<String>>,
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
            template: None,
        }
    }
}

sql! {
    GET = "SELECT id, base_url, protocol, credential_env, credential, patience, template FROM provider WHERE id = $1";
    ADD = "INSERT INTO provider (id, data, updated_at) VALUES ($1, $2, $3)";
    SET = r"UPDATE provider
            SET base_url = $2, protocol = $3, credential_env = $4, credential = $5, updated_at = $6, patience = $7,
                template = $8
            WHERE id = $1";
}

impl CatalogTable<Writer<'_>> {
    /// Changes how the gateway calls a provider.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the provider is not in the catalog, and address or protocol is not given to add it.
    pub async fn set_provider(self, change: &ProviderChange) -> Result<(), StoreError> {
        let change = change.clone();
        transaction!(self.0, |tx, by| {
            catalog::lock(tx).await?;
            let before = match tx.first(GET, args![&change.id]).await? {
                Some(row) => Settings::read(&row)?,
                None => {
                    add(tx, &change, by.now).await?;
                    Settings::default()
                }
            };
            let after = before.clone().changed(&change);

            after.store(tx, &change.id, by.now).await?;

            let credential = match &change.sealed {
                None => "kept",
                Some(None) => "removed",
                Some(Some(_)) => "set",
            };
            let detail = json!({ "before": before.audited(), "after": after.audited(), "credential": credential });
            tx.note(&by, &Subject::new("provider", change.id, None), "set", detail)
                .await
        })
    }
}

/// The settings of admins for one provider, as they are stored.
#[derive(Clone, Default)]
struct Settings {
    base_url: Option<String>,
    protocol: Option<String>,
    credential_env: Option<String>,
    credential: Option<Vec<u8>>,
    patience: Option<ProviderPatience>,
    template: Option<String>,
}

impl Settings {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            base_url: row.get("base_url")?,
            protocol: row.get("protocol")?,
            credential_env: row.get("credential_env")?,
            credential: row.get("credential")?,
            patience: set_patience(row)?,
            template: row.get("template")?,
        })
    }

    fn changed(self, change: &ProviderChange) -> Self {
        let sealed = change.sealed.as_ref();
        let credential = sealed.map(|sealed| sealed.as_ref().map(|sealed| sealed.as_bytes().to_vec()));
        let patience = match change.patience {
            None => self.patience,
            Some(None) => None,
            Some(Some(more)) => Some(self.patience.unwrap_or_default().under(more)),
        };

        Self {
            base_url: change.base_url.as_deref().map(without_slash).or(self.base_url),
            protocol: change.protocol.map(|protocol| protocol.to_string()).or(self.protocol),
            credential_env: change.credential_env.clone().unwrap_or(self.credential_env),
            credential: credential.unwrap_or(self.credential),
            patience,
            template: change.template.clone().unwrap_or(self.template),
        }
    }

    async fn store(&self, tx: &mut Tx, id: &ProviderId, now: Timestamp) -> Result<(), StoreError> {
        let args = args![
            id,
            self.base_url.clone(),
            self.protocol.clone(),
            self.credential_env.clone(),
            self.credential.clone(),
            now,
            self.patience.as_ref().map(to_json),
            self.template.clone()
        ];
        tx.run(SET, args).await.map(drop)
    }

    /// The settings for the audit log, without the credential.
    fn audited(&self) -> serde_json::Value {
        let Self {
            base_url,
            protocol,
            credential_env,
            patience,
            template,
            ..
        } = self;
        json!({
            "base_url": base_url, "protocol": protocol, "credential_env": credential_env, "patience": patience,
            "template": template,
        })
    }
}

/// Adds a provider that is not in the catalog, if address and protocol are given.
async fn add(tx: &mut Tx, change: &ProviderChange, now: Timestamp) -> Result<(), StoreError> {
    let (Some(base_url), Some(protocol)) = (&change.base_url, change.protocol) else {
        return Err(StoreError::Missing);
    };
    let provider = own_server(&change.id, &without_slash(base_url), protocol);

    tx.run(ADD, args![&change.id, to_json(&provider), now]).await.map(drop)
}

fn without_slash(url: &str) -> String {
    url.trim_end_matches('/').to_owned()
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
        template: None,
        facts: Default::default(),
        own_facts: Default::default(),
        patience: Default::default(),
        enabled: true,
    }
}
