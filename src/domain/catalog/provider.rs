//! A provider: a company or a server that serves models, and how the gateway calls it.

use std::collections::BTreeMap;

use super::endpoint::{Endpoint, is_unstated};
use super::patience::ProviderPatience;
use super::provider_id::ProviderId;
use crate::domain::facts::FactsPatch;
use crate::domain::values::Protocol;

/// A company, or a server of the operator's own, that serves models. Field names are those of the catalog file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provider {
    /// The short name.
    pub id: ProviderId,
    /// The display name.
    pub name: String,
    /// The protocol of the default endpoint.
    pub protocol: Protocol,
    /// The default endpoint's address.
    pub base_url: String,
    /// Headers that the gateway sends with every call.
    #[serde(default)]
    pub extra_headers: BTreeMap<String, String>,
    /// Environment variables that usually hold the credential, the best first.
    #[serde(default)]
    pub env: Vec<String>,
    /// Every address, the default one included.
    pub endpoints: Vec<Endpoint>,
    /// Whether the provider accepts `stream_options.include_usage`. Not stated: send it, and retry without it on 400 or 422.
    #[serde(default)]
    pub stream_options: Option<bool>,
    /// The token-limit field that is safe to send.
    #[serde(default)]
    pub max_tokens_field: Option<String>,
    /// `Some(false)`: the provider counts thinking on top of the completion.
    #[serde(default)]
    pub completion_includes_reasoning: Option<bool>,
    /// The path of embeddings below the base URL of chat. Not stated: the provider has no embeddings.
    #[serde(default)]
    pub embeddings_path: Option<String>,
    /// Whether the provider knows the `developer` role. Not stated: the gateway sends `system` in its place.
    #[serde(default)]
    pub developer_role: Option<bool>,
    /// How thinking is switched on, as `wire::neutral::ThinkingSwitch` names it. Not stated: `reasoning_effort`, for models
    /// whose row says that they take it.
    #[serde(default)]
    pub thinking_switch: Option<String>,
    /// Whether the gateway may send fields that are OpenAI's own: `store`, `prompt_cache_key`, `verbosity` and the like.
    #[serde(default)]
    pub openai_fields: bool,
    /// Whether the provider refuses a request with a field that it does not know.
    #[serde(default)]
    pub refuses_unknown: bool,
    /// Whether the provider counts tokens at `/count_tokens` below its address for Anthropic's protocol.
    #[serde(default)]
    pub counts_tokens: bool,
    /// How long the gateway waits for this provider, where that differs from the settings for all providers.
    #[serde(default, skip_serializing_if = "ProviderPatience::is_usual")]
    pub patience: ProviderPatience,
    /// The kind of server, for those that are in no catalog: `vllm`, `ollama` and the like. It has facts of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What its models take.
    #[serde(default, skip_serializing_if = "is_unstated")]
    pub facts: FactsPatch,
    /// What an admin has stated of its models; not part of the catalog file.
    #[serde(skip)]
    pub own_facts: FactsPatch,
    /// Whether an admin permits calls; not part of the catalog file, where it is true.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Provider {
    /// The context under which a credential is sealed (see [`MasterKey::seal`](crate::domain::MasterKey::seal)): this
    /// provider at the origin of this address. After a change of the address the stored credential cannot be opened, so
    /// it is never sent to another server. `None` if the address has no host.
    ///
    /// ```
    /// use crossmodel::domain::Provider;
    /// let context = Provider::seal_context(&"deepseek".parse().unwrap(), "https://api.deepseek.com/v1");
    /// assert_eq!(context.unwrap(), "provider:deepseek|https://api.deepseek.com");
    /// ```
    pub fn seal_context(id: &ProviderId, base_url: &str) -> Option<String> {
        let url = url::Url::parse(base_url).ok().filter(url::Url::has_host)?;
        Some(format!("provider:{id}|{}", url.origin().ascii_serialization()))
    }

    /// The provider's endpoint for `protocol`.
    pub fn endpoint(&self, protocol: Protocol) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.protocol == protocol)
    }
}
