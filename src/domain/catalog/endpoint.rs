//! An address of a provider, and how its credential is sent there.

use crate::domain::facts::FactsPatch;
use crate::domain::values::Protocol;

/// How the credential is sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Auth {
    /// The header's name.
    pub header: String,
    /// The word before the credential, for example `Bearer`; `None` sends the credential alone.
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
    /// The protocol of the endpoint.
    pub protocol: Protocol,
    /// The URL without a slash at its end.
    pub base_url: String,
    /// Appended to `base_url`.
    pub path: String,
    /// How the credential is sent there.
    #[serde(default)]
    pub auth: Auth,
    /// What its models take there, beyond the provider's facts.
    #[serde(default, skip_serializing_if = "is_unstated")]
    pub facts: FactsPatch,
}

pub(super) fn is_unstated(facts: &FactsPatch) -> bool {
    *facts == FactsPatch::default()
}

impl Endpoint {
    /// The whole address. A version at the end of `base_url` counts once if `path` begins with the same version, so a
    /// base URL is right with and without it. A base URL that already is the whole address stays as it is.
    ///
    /// ```
    /// # use crossmodel::domain::{Endpoint, Protocol};
    /// let address = |base_url: &str| {
    ///     let (protocol, base_url) = (Protocol::AnthropicMessages, base_url.to_owned());
    ///     let path = "/v1/messages".into();
    ///     Endpoint { protocol, base_url, path, auth: Default::default(), facts: Default::default() }.address()
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
        // The host is no version.
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
            facts: FactsPatch::default(),
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
