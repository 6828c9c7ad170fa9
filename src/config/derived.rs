//! Derives values from several settings: addresses, proxies, folders. Refuses settings that contradict each other.

use std::path::{Path, PathBuf};

use url::{Host, Url};

use super::{Address, Part, Parts, Settings};
use crate::domain::TrustedProxies;

/// Settings that are each valid but contradict each other. `Display` is the whole line, with the name of the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Gateway and console are both switched off.
    #[error("CROSSMODEL_GATEWAY_LISTEN and CROSSMODEL_CONSOLE_LISTEN are both off: there is nothing to serve")]
    NothingToServe,
    /// Passwords and cookies would cross a network in the clear.
    #[error("CROSSMODEL_PUBLIC_URL: `{0}` would send passwords in the clear; use https, or an address on this machine")]
    PlainHttp(Url),
    /// The console listens to other machines, and nothing says under which address.
    #[error(
        "CROSSMODEL_PUBLIC_URL is not set, and the console at {0} can be reached from other machines; set it to the \
         https address that people use"
    )]
    NoPublicUrl(Address),
    /// The public address has more than scheme, host and port.
    #[error("CROSSMODEL_PUBLIC_URL: `{0}` must be a scheme, a host and maybe a port, without a path")]
    NotAnOrigin(Url),
}

impl Settings {
    /// Where each part listens.
    ///
    /// # Errors
    /// If both parts are off.
    pub fn parts(&self) -> Result<Parts, SettingsError> {
        let address = |own: Option<Part>| match own {
            None => Some(self.listen),
            Some(Part::At(address)) => Some(address),
            Some(Part::Off) => None,
        };

        let parts = Parts {
            gateway: address(self.gateway_listen),
            console: address(self.console_listen),
        };
        if parts.gateway.is_none() && parts.console.is_none() {
            return Err(SettingsError::NothingToServe);
        }
        Ok(parts)
    }

    /// The console's public address, given where it listens.
    ///
    /// # Errors
    /// If it is plain http beyond this machine, or no plain origin, or if it is not set and cannot be guessed.
    pub fn console_url(&self, console: Address) -> Result<Url, SettingsError> {
        let Some(url) = &self.public_url else {
            return console
                .url()
                .filter(|_| console.is_loopback())
                .ok_or(SettingsError::NoPublicUrl(console));
        };

        let origin = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none();
        if !origin {
            return Err(SettingsError::NotAnOrigin(url.clone()));
        }
        if url.scheme() == "http" && !is_loopback(url) {
            return Err(SettingsError::PlainHttp(url.clone()));
        }
        Ok(url.clone())
    }

    /// The base URL that clients use, with `/v1` at its end, given where the parts listen.
    pub fn client_url(&self, parts: Parts) -> String {
        let base = match (&self.gateway_url, &self.public_url, parts.gateway) {
            (Some(url), ..) => url.to_string(),
            (None, Some(public), gateway) if gateway.is_none() || gateway == parts.console => public.to_string(),
            (None, _, gateway) => format!(
                "http://{}",
                gateway.or(parts.console).unwrap_or(self.listen).from_here()
            ),
        };

        let base = base.trim_end_matches('/');
        if base.ends_with("/v1") {
            base.to_owned()
        } else {
            format!("{base}/v1")
        }
    }

    /// The proxies that are trusted to name the client. Unless they are set, this machine's own if an address is https,
    /// which only a proxy can provide.
    pub fn proxies(&self) -> TrustedProxies {
        let secure = || {
            [&self.public_url, &self.gateway_url]
                .into_iter()
                .flatten()
                .any(|url| url.scheme() == "https")
        };

        match &self.trusted_proxies {
            Some(named) => named.clone(),
            None if secure() => TrustedProxies::on_this_machine(),
            None => TrustedProxies::default(),
        }
    }

    /// The folder of the spool: the one that is set, or one beside the SQLite database.
    pub fn spool_folder(&self) -> PathBuf {
        match (&self.spool, self.database_url.file()) {
            (Some(named), _) => named.clone(),
            (None, Some(database)) => database.parent().unwrap_or(Path::new("")).join("spool"),
            (None, None) => Path::new("data").join("spool"),
        }
    }

    /// The master key's file, and whether it may be made if it is missing.
    pub fn master_key(&self) -> (PathBuf, bool) {
        match (&self.master_key_file, self.database_url.file()) {
            (Some(named), _) => (named.clone(), true),
            (None, Some(database)) => (database.parent().unwrap_or(Path::new("")).join("master.key"), true),
            (None, None) => (Path::new("data").join("master.key"), false),
        }
    }
}

/// Whether a URL can only mean this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
