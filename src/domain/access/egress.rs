//! Which addresses the gateway may call: public ones over TLS, and private ones only where the operator listed them.
//!
//! A provider's base URL is checked when an admin sets it ([`EgressPolicy::permits_url`]). Every address of its host is
//! checked again before the gateway connects to it ([`EgressPolicy::permits`]), since a name can change its addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use url::{Host, Url};

use super::public_address::is_public;

/// The private providers that may be called, each by the exact host and port of its base URL.
///
/// ```
/// use crossmodel::domain::EgressPolicy;
/// let policy: EgressPolicy = "127.0.0.1:11434, ollama.lan:8000".parse().unwrap();
/// assert!(policy.permits_url(&"http://127.0.0.1:11434/v1".parse().unwrap()).is_ok());
/// assert!(policy.permits_url(&"http://127.0.0.1:5432/".parse().unwrap()).is_err());
/// assert!(policy.permits_url(&"https://api.deepseek.com/v1".parse().unwrap()).is_ok());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EgressPolicy {
    allow: Vec<(String, u16)>,
}

/// The list of private providers cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not host:port, for example 127.0.0.1:11434 or [::1]:8000")]
pub struct EgressPolicyError(String);

/// Why a base URL may not be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// Neither https nor a listed private address.
    #[error("use https; plain http is only for addresses in the list of private providers, which {0} is not in")]
    NotHttps(String),
    /// Another scheme, or no host.
    #[error("use an address that begins with https://")]
    NotWeb,
    /// A name or password in the URL.
    #[error("leave out the name and password before the @; the credential is set apart from the address")]
    Userinfo,
    /// A `#` and what follows it.
    #[error("leave out the # and what follows it")]
    Fragment,
    /// A port that is neither 443 nor listed.
    #[error("use port 443, or add {0} to the list of private providers")]
    Port(String),
    /// A private or special address that is not listed.
    #[error("{0} is a private address; add it to the list of private providers if you mean it")]
    Private(String),
}

impl FromStr for EgressPolicy {
    type Err = EgressPolicyError;

    /// Reads `host:port` entries, separated by commas or blanks. An empty text permits no private provider.
    fn from_str(text: &str) -> Result<Self, EgressPolicyError> {
        let entries = text.split([',', ' ', '\t', '\n']).filter(|entry| !entry.is_empty());
        let allow = entries.map(|entry| {
            let read = || {
                let (host, port) = entry.rsplit_once(':')?;
                let host = Host::parse(host).ok()?;
                let port: u16 = port.parse().ok().filter(|port| *port != 0)?;
                Some((plain(&host.to_string()), port))
            };
            read().ok_or_else(|| EgressPolicyError(entry.to_owned()))
        });
        Ok(Self {
            allow: allow.collect::<Result<_, _>>()?,
        })
    }
}

impl fmt::Display for EgressPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (host, port)) in self.allow.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let (open, close) = if host.contains(':') { ("[", "]") } else { ("", "") };
            write!(f, "{comma}{open}{host}{close}:{port}")?;
        }
        Ok(())
    }
}

impl EgressPolicy {
    /// Whether a provider may have this base URL.
    ///
    /// # Errors
    /// If it may not be called; the message tells the admin who sets it why.
    pub fn permits_url(&self, url: &Url) -> Result<(), EgressError> {
        let (Some(host), Some(port), "https" | "http") = (url.host(), url.port_or_known_default(), url.scheme()) else {
            return Err(EgressError::NotWeb);
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::Userinfo);
        }
        if url.fragment().is_some() {
            return Err(EgressError::Fragment);
        }

        let address = format!("{host}:{port}");
        if self.lists(&host.to_string(), port) {
            return Ok(());
        }

        let public = match host {
            Host::Domain(name) => !is_this_machine(name),
            Host::Ipv4(address) => is_public(address.into()),
            Host::Ipv6(address) => is_public(address.into()),
        };
        match url.scheme() {
            _ if !public => Err(EgressError::Private(address)),
            "http" => Err(EgressError::NotHttps(address)),
            _ if port != 443 => Err(EgressError::Port(address)),
            _ => Ok(()),
        }
    }

    /// Whether the gateway may connect to `address` for a call to `host` and `port`. Host and port are those of the base
    /// URL; `address` is one of the host's current addresses.
    pub fn permits(&self, host: &str, port: u16, address: IpAddr) -> bool {
        is_public(address) || self.lists(host, port)
    }

    fn lists(&self, host: &str, port: u16) -> bool {
        let host = plain(host);
        self.allow.iter().any(|(listed, at)| *at == port && *listed == host)
    }
}

/// A host in the form that is compared: no brackets, no final dot, lower case.
fn plain(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches([']', '.'])
        .to_ascii_lowercase()
}

/// Whether a name means this machine, whatever a resolver answers.
fn is_this_machine(name: &str) -> bool {
    let name = plain(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use std::net::Ipv4Addr;

    const TABLE: &str = include_str!("../../../tests/data/egress.txt");

    #[test]
    fn every_address_of_the_table_gets_its_answer() {
        let mut policy = EgressPolicy::default();
        let mut checked = 0;
        for (at, line) in TABLE
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        {
            let (verb, rest) = line.split_once(char::is_whitespace).unwrap();
            let rest = rest.trim();
            if verb == "allow" {
                policy = rest.parse().unwrap();
                continue;
            }
            let url: Url = rest
                .parse()
                .unwrap_or_else(|error| panic!("line {}: {rest}: {error}", at + 1));
            let answer = match policy.permits_url(&url) {
                Ok(()) => "permitted",
                Err(EgressError::NotHttps(_)) => "not-https",
                Err(EgressError::NotWeb) => "not-web",
                Err(EgressError::Userinfo) => "userinfo",
                Err(EgressError::Fragment) => "fragment",
                Err(EgressError::Port(_)) => "port",
                Err(EgressError::Private(_)) => "private",
            };
            assert_eq!(answer, verb, "line {}: {rest} ({url})", at + 1);
            checked += 1;
        }

        assert!(checked >= 60, "only {checked} addresses");
    }

    #[test]
    fn a_public_name_that_turns_out_to_be_private_is_not_dialled() {
        let policy: EgressPolicy = "127.0.0.1:443,models.lan:8000".parse().unwrap();
        let here = "127.0.0.1".parse().unwrap();
        let there = "10.1.2.3".parse().unwrap();

        assert!(
            !policy.permits("evil.example", 443, here),
            "listing an address does not list every name of it"
        );
        assert!(policy.permits("127.0.0.1", 443, here));
        assert!(policy.permits("models.lan", 8000, there));
        assert!(policy.permits("MODELS.lan.", 8000, there));
        assert!(!policy.permits("models.lan", 8001, there), "the port is part of it");
        assert!(policy.permits("api.example", 443, "93.184.215.14".parse().unwrap()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn no_url_to_a_denied_address_is_permitted(bits in any::<u32>(), port in any::<u16>()) {
            let v4 = Ipv4Addr::from(bits);
            let url: Url = format!("https://{v4}:{port}/v1").parse().unwrap();
            let answer = EgressPolicy::default().permits_url(&url);

            prop_assert_eq!(answer.is_ok(), is_public(v4.into()) && port == 443);
        }
    }

    #[test]
    fn the_list_says_which_entry_it_cannot_read() {
        for wrong in [
            "127.0.0.1",
            "host:0",
            "host:99999",
            ":80",
            "http://host:80",
            "::1:80",
            "a b:1",
        ] {
            assert!(wrong.parse::<EgressPolicy>().is_err(), "{wrong}");
        }
        let policy: EgressPolicy = "[::1]:8000 LAN.example:1".parse().unwrap();

        assert_eq!(policy.to_string(), "[::1]:8000,lan.example:1");
        assert!(policy.permits("[::1]", 8000, "::1".parse().unwrap()));
    }
}
