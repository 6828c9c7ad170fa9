//! The proxy for calls to providers, as the environment names it.
//!
//! The gateway asks the proxy for a tunnel, so that a call is as secret as without it. The proxy resolves the name of a
//! provider: the gateway checks only what stands in the provider's base URL, and the proxy decides the rest. By setting
//! the proxy in the environment, the operator trusts it to do that. Providers without TLS are private and have to be
//! listed; the gateway calls them directly.

use std::fmt;
use std::sync::Arc;

use hyper::http::uri::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

/// The port of a proxy whose address names none.
pub const PORT: u16 = 80;

/// The proxy for providers. `Debug` and `Display` leave its credentials out.
#[derive(Clone)]
pub struct ProviderProxy {
    matcher: Arc<Matcher>,
    at: String,
}

/// Why the proxy of the environment cannot be used. The message is one line and names the variable. It keeps out the value,
/// which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// The variable with this name holds no address.
    #[error("{0}: its value is no address of a proxy; write for example http://proxy.example.com:3128, or unset {0}")]
    Address(&'static str),
    /// The address has this scheme, which is not `http`.
    #[error(
        "{0}: proxies that are spoken to by `{1}` cannot be used, only such as http://proxy.example.com:3128; change or unset {0}"
    )]
    Scheme(&'static str, String),
}

impl ProviderProxy {
    /// The proxy of `HTTPS_PROXY` or else `ALL_PROXY`, with the exceptions of `NO_PROXY`. The names may be in lower case.
    /// `None` if the environment names no proxy.
    ///
    /// # Errors
    /// If the proxy cannot be used: the gateway must not go around a proxy that the operator asked for.
    pub fn find(env: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ProxyError> {
        let value = |name: &'static str| {
            let value = env(name).or_else(|| env(&name.to_ascii_lowercase()))?;
            Some((name, value.trim().to_owned())).filter(|(_, value)| !value.is_empty())
        };
        let Some((name, value)) = value("HTTPS_PROXY").or_else(|| value("ALL_PROXY")) else {
            return Ok(None);
        };

        let value = if value.contains("://") {
            value
        } else {
            format!("http://{value}")
        };
        let url = Url::parse(&value).map_err(|_| ProxyError::Address(name))?;
        if url.scheme() != "http" {
            return Err(ProxyError::Scheme(name, url.scheme().to_owned()));
        }
        let host = url.host_str().ok_or(ProxyError::Address(name))?;
        let at = format!("{host}:{}", url.port().unwrap_or(PORT));

        let any = Matcher::builder().https(&value).build();
        if any.intercept(&Uri::from_static("https://provider.example")).is_none() {
            return Err(ProxyError::Address(name));
        }

        let exceptions = value_of_no_proxy(&env);
        Ok(Some(Self {
            matcher: Arc::new(Matcher::builder().https(value).no(exceptions).build()),
            at,
        }))
    }

    /// The proxy for a call to this provider; `None` if the call goes directly.
    pub(in crate::gateway) fn on_the_way_to(&self, provider: &Uri) -> Option<Intercept> {
        self.matcher.intercept(provider)
    }
}

fn value_of_no_proxy(env: impl Fn(&str) -> Option<String>) -> String {
    env("NO_PROXY").or_else(|| env("no_proxy")).unwrap_or_default()
}

impl fmt::Debug for ProviderProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ProviderProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(env: &[(&str, &str)]) -> Result<Option<ProviderProxy>, ProxyError> {
        ProviderProxy::find(|name| {
            env.iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    fn way(env: &[(&str, &str)], provider: &'static str) -> Option<String> {
        let proxy = find(env).unwrap()?.on_the_way_to(&Uri::from_static(provider))?;
        Some(proxy.uri().to_string())
    }

    const PROVIDER: &str = "https://api.acme.example/v1/chat/completions";

    #[test]
    fn the_environment_names_the_proxy_in_either_case() {
        let proxy = Some("http://proxy.example:3128/".to_owned());
        for (name, value) in [
            ("HTTPS_PROXY", "http://proxy.example:3128"),
            ("https_proxy", "http://proxy.example:3128/"),
            ("ALL_PROXY", "proxy.example:3128"),
            ("all_proxy", "http://maya:secret@proxy.example:3128"),
        ] {
            assert_eq!(way(&[(name, value)], PROVIDER), proxy, "{name}");
        }

        let both = [
            ("ALL_PROXY", "http://other.example"),
            ("HTTPS_PROXY", "http://proxy.example:3128"),
        ];
        assert_eq!(way(&both, PROVIDER), proxy);
        assert!(find(&[]).unwrap().is_none() && find(&[("HTTPS_PROXY", " ")]).unwrap().is_none());
    }

    #[test]
    fn exceptions_are_called_directly() {
        let way =
            |no: &'static str, provider| way(&[("HTTPS_PROXY", "http://proxy.example"), ("NO_PROXY", no)], provider);

        assert!(way("other.example", PROVIDER).is_some());
        assert!(way("notacme.example", PROVIDER).is_some());
        for no in [
            "acme.example",
            ".acme.example",
            "api.acme.example",
            "*",
            "other.example, acme.example",
        ] {
            assert!(way(no, PROVIDER).is_none(), "{no}");
        }
        assert!(way("10.0.0.0/8", "https://10.1.2.3:8443/v1").is_none());
        assert!(way("10.0.0.0/8", "https://192.0.2.7/v1").is_some());
    }

    #[test]
    fn providers_without_tls_are_called_directly() {
        let env = [
            ("HTTPS_PROXY", "http://proxy.example"),
            ("HTTP_PROXY", "http://proxy.example"),
        ];
        assert_eq!(way(&env, "http://10.1.2.3:11434/v1"), None);
    }

    #[test]
    fn a_proxy_that_cannot_be_used_is_refused_without_its_password() {
        for (value, says) in [
            ("socks5://maya:secret@proxy.example", "`socks5`"),
            ("https://maya:secret@proxy.example", "`https`"),
            ("http://maya:secret@", "no address of a proxy"),
            ("http://maya:secret@proxy.example:99999", "no address of a proxy"),
            ("http://", "no address of a proxy"),
        ] {
            let error = find(&[("https_proxy", value)]).unwrap_err().to_string();
            assert!(error.starts_with("HTTPS_PROXY: ") && error.contains(says), "{error}");
            assert!(
                error.contains("unset HTTPS_PROXY") && !error.contains("secret"),
                "{error}"
            );
        }
    }

    #[test]
    fn its_credentials_are_not_shown() {
        let proxy = find(&[("HTTPS_PROXY", "http://maya:secret@proxy.example:3128")])
            .unwrap()
            .unwrap();
        assert_eq!(
            (format!("{proxy:?}"), proxy.to_string()),
            ("proxy.example:3128".into(), "proxy.example:3128".into())
        );
    }
}
