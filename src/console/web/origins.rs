//! Checks whether a request is for one of the console's own addresses and, if it may change something, comes from one
//! of its own pages.

use actix_web::http::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use actix_web::http::{Method, Uri};
use url::{Host, Url};

use super::error::ConsoleError;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The console's own addresses.
#[derive(Clone, Debug)]
pub struct Origins {
    scheme: String,
    /// `host` or `host:port`, as in the `Host` header.
    hosts: Vec<String>,
}

impl Origins {
    /// The addresses of a public URL. A loopback address has three spellings: all of them mean this machine, and no
    /// attacker's name can mean it.
    pub fn new(public: &Url) -> Self {
        let loopback = match public.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };

        let named = public.host_str().unwrap_or_default();
        let mut names = vec![named];
        if loopback {
            names.extend(
                ["localhost", "127.0.0.1", "[::1]"]
                    .into_iter()
                    .filter(|&name| name != named),
            );
        }

        let hosts = match (public.port(), public.port_or_known_default()) {
            (Some(port), _) => names.iter().map(|name| format!("{name}:{port}")).collect(),
            (None, Some(default)) => names
                .iter()
                .flat_map(|name| [(*name).to_owned(), format!("{name}:{default}")])
                .collect(),
            (None, None) => names.into_iter().map(str::to_owned).collect(),
        };

        Self {
            scheme: public.scheme().into(),
            hosts,
        }
    }

    /// Refuses a request to a foreign host, and an unsafe one that another site's page may have sent: the browser says
    /// where it comes from in `Sec-Fetch-Site` or, over plain http, in `Origin`. A request with neither is refused.
    ///
    /// The target of a request may name a host, too (`GET http://host/path`): that host must be ours as well.
    pub fn check(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), ConsoleError> {
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        let is_ours = |host: &str| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        if !text(HOST).is_some_and(is_ours) || !uri.authority().is_none_or(|named| is_ours(named.as_str())) {
            return Err(ConsoleError::Misdirected);
        }

        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            return Ok(());
        }
        let same = match (text(SEC_FETCH_SITE), text(ORIGIN)) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) => self.is_own(origin),
            (None, None) => false,
        };
        if same { Ok(()) } else { Err(ConsoleError::CrossSite) }
    }

    fn is_own(&self, origin: &str) -> bool {
        origin.split_once("://").is_some_and(|(scheme, host)| {
            scheme == self.scheme && self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(public: &str, method: Method, headers: &[(&'static str, &'static str)]) -> Result<(), ConsoleError> {
        let mut map = HeaderMap::new();
        for &(name, value) in headers {
            map.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        Origins::new(&public.parse().unwrap()).check(&method, &Uri::from_static("/keys"), &map)
    }

    #[test]
    fn an_address_that_names_another_host_is_refused_whatever_the_header_says() {
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_static("cm.example"));
        let origins = Origins::new(&"https://cm.example".parse().unwrap());

        let get = |address| origins.check(&Method::GET, &Uri::from_static(address), &map);
        assert!(get("https://cm.example/keys").is_ok());
        assert!(matches!(
            get("https://evil.example/keys"),
            Err(ConsoleError::Misdirected)
        ));
    }

    #[test]
    fn only_the_public_host_is_answered() {
        let get = |public, host| check(public, Method::GET, &[("host", host)]);

        assert!(get("https://cm.example", "cm.example").is_ok());
        assert!(get("https://cm.example", "CM.example:443").is_ok());
        assert!(get("http://127.0.0.1:8080", "localhost:8080").is_ok());

        for (public, host) in [
            ("https://cm.example", "evil.example"),
            ("http://127.0.0.1:8080", "127.0.0.1"),
            ("https://cm.example", "localhost"),
        ] {
            assert!(matches!(get(public, host), Err(ConsoleError::Misdirected)), "{host}");
        }
        assert!(matches!(
            check("https://cm.example", Method::GET, &[]),
            Err(ConsoleError::Misdirected)
        ));
    }

    #[test]
    fn a_change_needs_proof_that_it_comes_from_here() {
        let post = |more: &[(&'static str, &'static str)]| {
            let headers: Vec<_> = [("host", "cm.example")]
                .into_iter()
                .chain(more.iter().copied())
                .collect();
            check("https://cm.example", Method::POST, &headers).is_ok()
        };
        assert!(post(&[("sec-fetch-site", "same-origin")]));
        assert!(post(&[("origin", "https://cm.example")]));

        assert!(!post(&[]));
        assert!(!post(&[("sec-fetch-site", "cross-site")]));
        assert!(!post(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://cm.example")
        ]));
        assert!(!post(&[("origin", "null")]));
        assert!(!post(&[("origin", "http://cm.example")]));
        assert!(!post(&[("origin", "https://cm.example.evil.example")]));
    }
}
