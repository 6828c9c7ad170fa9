//! Which addresses the gateway may call: public ones over TLS, and private ones only where the operator listed them.
//!
//! A provider's base URL is checked when it is set ([`EgressPolicy::permits_url`]), and every address that its name
//! turns out to have is checked again when it is dialled ([`EgressPolicy::permits`]), since names can change their mind.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

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

    /// Reads `host:port` entries, separated by commas or blanks. Nothing means nothing private.
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
    /// What is wrong with it, in words for whoever set it.
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

    /// Whether a call to `host` and `port`, as the base URL has them, may be dialled at `address`, one of the addresses
    /// that the host's name has at this moment.
    pub fn permits(&self, host: &str, port: u16, address: IpAddr) -> bool {
        is_public(address) || self.lists(host, port)
    }

    fn lists(&self, host: &str, port: u16) -> bool {
        let host = plain(host);
        self.allow.iter().any(|(listed, at)| *at == port && *listed == host)
    }
}

/// A host as it is compared: no brackets, no final dot, lower case.
fn plain(host: &str) -> String {
    host.trim_start_matches('[')
        .trim_end_matches([']', '.'])
        .to_ascii_lowercase()
}

/// Names that mean this machine whatever a resolver says.
fn is_this_machine(name: &str) -> bool {
    let name = plain(name);
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address is on the public internet, and not one that reaches a private address by another way of writing it.
///
/// ```
/// use crossmodel::domain::is_public;
/// assert!(is_public("1.1.1.1".parse().unwrap()));
/// assert!(!is_public("169.254.169.254".parse().unwrap()));
/// assert!(!is_public("::ffff:10.0.0.1".parse().unwrap()));
/// ```
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let private = match address.octets() {
        // This network, private networks, this machine.
        [0 | 10 | 127, ..] => true,
        // Shared by a provider's customers.
        [100, second, ..] => (64..128).contains(&second),
        // This link, where clouds keep their metadata service.
        [169, 254, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        // Protocol assignments, documentation, relays from IPv6, private networks.
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 168, ..] => true,
        // Benchmarks, documentation.
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        // Multicast, reserved, broadcast.
        [first, ..] => first >= 224,
    };
    !private
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let v4_of = |high: u16, low: u16| Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    match address.segments() {
        // An IPv4 address in IPv6 clothes is judged as what it reaches.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            is_public_v4(v4_of(high, low))
        }
        // Tunnels that hide an address, benchmarks, documentation.
        [0x2001, 0 | 2 | 0xdb8, ..] => false,
        [0x3fff, ..] => false,
        // Of the rest only global unicast is public.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    /// The ranges that must never be dialled, as a list that can be compared with the rules they come from.
    const DENIED: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 \
        192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4";

    fn denied() -> Vec<ipnet::Ipv4Net> {
        DENIED.split_whitespace().map(|net| net.parse().unwrap()).collect()
    }

    fn listed(address: Ipv4Addr) -> bool {
        denied().iter().any(|net| net.contains(&address))
    }

    #[test]
    fn the_edges_of_every_denied_range() {
        for net in denied() {
            for inside in [net.network(), net.broadcast()] {
                assert!(!is_public_v4(inside), "{inside} is in {net}");
            }
            let before = u32::from(net.network()).checked_sub(1).map(Ipv4Addr::from);
            let after = u32::from(net.broadcast()).checked_add(1).map(Ipv4Addr::from);
            for outside in before.into_iter().chain(after) {
                assert_eq!(is_public_v4(outside), !listed(outside), "{outside} is beside {net}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        #[test]
        fn an_address_is_judged_alike_in_every_dress(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from(bits);
            let (high, low) = ((bits >> 16) as u16, bits as u16);
            let public = !listed(v4);
            prop_assert_eq!(is_public_v4(v4), public);
            prop_assert_eq!(is_public_v6(v4.to_ipv6_mapped()), public);
            prop_assert_eq!(is_public_v6(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, high, low)), public);
            prop_assert_eq!(is_public_v6(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1)), public);
            prop_assert!(!is_public_v6(Ipv6Addr::new(0, 0, 0, 0, 0, 0, high, low)), "the old compatible form");
        }

        #[test]
        fn no_url_to_a_denied_address_is_permitted(bits in any::<u32>(), port in any::<u16>()) {
            let v4 = Ipv4Addr::from(bits);
            let url: Url = format!("https://{v4}:{port}/v1").parse().unwrap();
            let answer = EgressPolicy::default().permits_url(&url);
            prop_assert_eq!(answer.is_ok(), !listed(v4) && port == 443);
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
