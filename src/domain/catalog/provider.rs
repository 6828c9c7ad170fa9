//! Companies that serve models, and how each is reached.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A provider's short name, for example `deepseek`: 1 to 40 characters of `a-z 0-9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderId(String);

/// The text is no provider name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a provider name: use 1 to 40 of a-z 0-9 . _ -")]
pub struct ProviderIdError(String);

impl ProviderId {
    /// The name's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProviderId {
    type Err = ProviderIdError;
    fn from_str(text: &str) -> Result<Self, ProviderIdError> {
        let legal = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '.' | '_' | '-');
        if text.is_empty() || text.len() > 40 || !text.chars().all(legal) {
            return Err(ProviderIdError(text.into()));
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for ProviderId {
    type Error = ProviderIdError;
    fn try_from(text: String) -> Result<Self, ProviderIdError> {
        text.parse()
    }
}

impl From<ProviderId> for String {
    fn from(id: ProviderId) -> Self {
        id.0
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A protocol that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// OpenAI Chat Completions.
    OpenaiChat,
    /// OpenAI Responses.
    OpenaiResponses,
    /// Anthropic Messages.
    AnthropicMessages,
    /// Google's own.
    Gemini,
}

impl Protocol {
    /// Every protocol.
    pub const ALL: [Self; 4] = [
        Self::OpenaiChat,
        Self::OpenaiResponses,
        Self::AnthropicMessages,
        Self::Gemini,
    ];

    /// As the catalog and the command line write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::Gemini => "gemini",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How the credential is sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Auth {
    /// The header's name.
    pub header: String,
    /// What stands before the credential, for example `Bearer`; `None` sends it bare.
    pub scheme: Option<String>,
}

impl Default for Auth {
    fn default() -> Self {
        Self {
            header: "Authorization".into(),
            scheme: Some("Bearer".into()),
        }
    }
}

/// One address of a provider.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Endpoint {
    /// What is spoken there.
    pub protocol: Protocol,
    /// Without a slash at its end.
    pub base_url: String,
    /// Appended to `base_url`.
    pub path: String,
    /// How the credential is sent there.
    #[serde(default)]
    pub auth: Auth,
}

impl Endpoint {
    /// The whole address. A version at the end of `base_url` counts once when `path` begins with the same, so that a base
    /// URL is right with and without it; and a base URL that is the whole address already is taken as it is.
    ///
    /// ```
    /// # use crossmodel::domain::{Endpoint, Protocol};
    /// let address = |base_url: &str| {
    ///     let (protocol, base_url) = (Protocol::AnthropicMessages, base_url.to_owned());
    ///     Endpoint { protocol, base_url, path: "/v1/messages".into(), auth: Default::default() }.address()
    /// };
    /// assert_eq!(address("https://api.anthropic.com"), "https://api.anthropic.com/v1/messages");
    /// assert_eq!(address("https://api.anthropic.com/v1"), "https://api.anthropic.com/v1/messages");
    /// ```
    pub fn address(&self) -> String {
        let base = self.base_url.trim_end_matches('/');
        if !self.path.is_empty() && base.ends_with(&self.path) {
            return base.to_owned();
        }
        let version = self
            .path
            .get(1..)
            .and_then(|path| path.split_once('/'))
            .map(|(version, _)| version);
        let version = version.filter(|version| is_version(version));
        let without = version.and_then(|version| base.strip_suffix(version)?.strip_suffix('/'));
        // Not the host.
        let base = without.filter(|rest| !rest.ends_with('/')).unwrap_or(base);
        format!("{base}{}", self.path)
    }
}

/// Whether a segment of a path looks like `v1`.
fn is_version(segment: &str) -> bool {
    segment
        .strip_prefix('v')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A company, or a server of one's own, that serves models. Field names are those of the catalog file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provider {
    /// Its short name.
    pub id: ProviderId,
    /// Its display name.
    pub name: String,
    /// What its default endpoint speaks.
    pub protocol: Protocol,
    /// The default endpoint's address.
    pub base_url: String,
    /// Sent with every call.
    #[serde(default)]
    pub extra_headers: BTreeMap<String, String>,
    /// Environment variables that usually hold the credential, the best first.
    #[serde(default)]
    pub env: Vec<String>,
    /// Every address, the default one included.
    pub endpoints: Vec<Endpoint>,
    /// Whether `stream_options.include_usage` is accepted; not stated: send it, and retry without it on 400 or 422.
    #[serde(default)]
    pub stream_options: Option<bool>,
    /// The token-limit field that is safe to send.
    #[serde(default)]
    pub max_tokens_field: Option<String>,
    /// `Some(false)`: thinking is counted on top of the completion.
    #[serde(default)]
    pub completion_includes_reasoning: Option<bool>,
    /// Appended to the address for chat to get that for embeddings; not stated: it has none.
    #[serde(default)]
    pub embeddings_path: Option<String>,
    /// Whether the `developer` role is known; not stated: `system` is sent in its place.
    #[serde(default)]
    pub developer_role: Option<bool>,
    /// How thinking is switched on, as `wire::neutral::ThinkingSwitch` names it; not stated: `reasoning_effort`, for models
    /// that are stated to take it.
    #[serde(default)]
    pub thinking_switch: Option<String>,
    /// Whether fields may be sent that are OpenAI's own: `store`, `prompt_cache_key`, `verbosity` and the like.
    #[serde(default)]
    pub openai_fields: bool,
    /// Whether a field that it does not know makes it refuse the request.
    #[serde(default)]
    pub refuses_unknown: bool,
    /// Whether it counts tokens at `/count_tokens` below its address for Anthropic's protocol.
    #[serde(default)]
    pub counts_tokens: bool,
    /// How long it is waited for, where that differs from what holds for all.
    #[serde(default, skip_serializing_if = "ProviderPatience::is_usual")]
    pub patience: ProviderPatience,
    /// Whether an admin lets it be called; not part of the catalog file, where it is true.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// How long one provider is waited for, in seconds, and how large the events of its streams may be; what is not stated is as
/// for all providers. Thinking models and small machines take their time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProviderPatience {
    /// For the head of a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_stream: Option<u32>,
    /// For the head of a whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_byte_whole: Option<u32>,
    /// For the next byte of an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<u32>,
    /// For the whole answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
    /// How often a client hears that its stream is alive; 0: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keepalive: Option<u32>,
    /// The longest event of a stream, in MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_event_mib: Option<u32>,
}

impl ProviderPatience {
    /// Whether it is waited for as all are.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// What holds if `above` is set above this.
    #[must_use]
    pub fn under(self, above: Self) -> Self {
        Self {
            first_byte_stream: above.first_byte_stream.or(self.first_byte_stream),
            first_byte_whole: above.first_byte_whole.or(self.first_byte_whole),
            idle: above.idle.or(self.idle),
            total: above.total.or(self.total),
            keepalive: above.keepalive.or(self.keepalive),
            max_event_mib: above.max_event_mib.or(self.max_event_mib),
        }
    }
}

fn yes() -> bool {
    true
}

impl Provider {
    /// What a credential is sealed for: this provider at the origin of this address. Pointing the provider elsewhere makes
    /// the stored credential unreadable instead of sending it there. `None` if the address has no host.
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

    /// The address that speaks `protocol`.
    pub fn endpoint(&self, protocol: Protocol) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.protocol == protocol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn address(base_url: &str, path: &str) -> String {
        let (base_url, path) = (base_url.to_owned(), path.to_owned());
        Endpoint {
            protocol: Protocol::OpenaiChat,
            base_url,
            path,
            auth: Auth::default(),
        }
        .address()
    }

    #[test]
    fn a_base_url_is_right_with_and_without_the_version_that_the_path_has() {
        let right = "https://api.anthropic.com/v1/messages";
        for base in [
            "https://api.anthropic.com",
            "https://api.anthropic.com/",
            "https://api.anthropic.com/v1",
            right,
        ] {
            assert_eq!(address(base, "/v1/messages"), right, "{base}");
        }
        assert_eq!(
            address("https://acme.example/anthropic/v1/", "/v1/messages"),
            "https://acme.example/anthropic/v1/messages"
        );
        assert_eq!(
            address("https://acme.example/v1", "/v1/embeddings"),
            "https://acme.example/v1/embeddings"
        );
    }

    #[test]
    fn what_only_looks_alike_is_kept() {
        for (base, path, whole) in [
            (
                "https://acme.example/dev1",
                "/v1/messages",
                "https://acme.example/dev1/v1/messages",
            ),
            (
                "https://acme.example/v2",
                "/v1/messages",
                "https://acme.example/v2/v1/messages",
            ),
            ("https://v1", "/v1/messages", "https://v1/v1/messages"),
            (
                "https://acme.example/api",
                "/api/chat",
                "https://acme.example/api/api/chat",
            ),
            ("https://acme.example", "", "https://acme.example"),
        ] {
            assert_eq!(address(base, path), whole);
        }
    }

    #[test]
    fn the_addresses_of_the_catalog_are_as_they_are_listed() {
        for provider in samples::shipped().providers() {
            for endpoint in &provider.endpoints {
                assert_eq!(endpoint.address(), format!("{}{}", endpoint.base_url, endpoint.path));
            }
        }
    }
}
