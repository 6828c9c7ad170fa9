//! Settings: one struct, read from flags and the environment. The doc comments below are what `--help` shows.

mod listen;
mod patience;
mod unknown;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use clap::Args;
use url::{Host, Url};

pub use listen::{Address, AddressError, Part, Parts};
pub use patience::PatienceSettings;
pub use unknown::unknown_variable;

use crate::domain::{EgressPolicy, Reserve, TrustedProxies};
use crate::gateway::CorsOrigins;
use crate::store::DatabaseUrl;
use crate::telemetry;

/// Everything that can be set. A flag wins over its environment variable.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings (each also an environment variable)")]
pub struct Settings {
    /// Where the data is: sqlite://path/to/file.db, or postgres://user:password@host:port/name.
    ///
    /// SQLite serves one machine. Postgres lets several gateways share keys and aliases.
    #[arg(
        long,
        env = "DATABASE_URL",
        value_name = "URL",
        default_value = "sqlite://data/crossmodel.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: DatabaseUrl,

    /// Where to listen: the console at /, the gateway at /v1.
    #[arg(
        long,
        env = "CROSSMODEL_LISTEN",
        value_name = "IP:PORT",
        default_value = "127.0.0.1:8080",
        hide_env_values = true,
        global = true
    )]
    pub listen: Address,

    /// An address of the gateway's own, or `off` to run without it.
    #[arg(
        long,
        env = "CROSSMODEL_GATEWAY_LISTEN",
        value_name = "IP:PORT|off",
        hide_env_values = true,
        global = true
    )]
    pub gateway_listen: Option<Part>,

    /// An address of the console's own, or `off` to run without it.
    #[arg(
        long,
        env = "CROSSMODEL_CONSOLE_LISTEN",
        value_name = "IP:PORT|off",
        hide_env_values = true,
        global = true
    )]
    pub console_listen: Option<Part>,

    /// The address that people type to reach the console. [default: http:// and the listening address]
    ///
    /// It must be https, which a proxy in front provides, unless it is on this machine. Requests to other hosts are
    /// refused.
    #[arg(long, env = "CROSSMODEL_PUBLIC_URL", value_name = "URL", value_parser = web_address, hide_env_values = true, global = true)]
    pub public_url: Option<Url>,

    /// The address that clients use, for the console's examples. [default: the public address, or the gateway's own]
    #[arg(long, env = "CROSSMODEL_GATEWAY_URL", value_name = "URL", value_parser = web_address, hide_env_values = true, global = true)]
    pub gateway_url: Option<Url>,

    /// The file with the master key: 64 hexadecimal digits that seal the providers' credentials and hash the API keys.
    /// [default: master.key beside the SQLite database]
    ///
    /// On the first run it is made, readable by its owner only; with Postgres only if it is named here. Keep a copy
    /// apart from the database's backups: without it no API key works any more.
    #[arg(
        long,
        env = "CROSSMODEL_MASTER_KEY_FILE",
        value_name = "FILE",
        hide_env_values = true,
        global = true
    )]
    pub master_key_file: Option<PathBuf>,

    /// Private addresses that providers may have, as host:port, separated by commas; for example a model server on this
    /// machine at 127.0.0.1:11434. Anything else that is private is refused.
    #[arg(
        long,
        env = "CROSSMODEL_EGRESS_ALLOW",
        value_name = "HOST:PORT,…",
        default_value = "",
        hide_default_value = true,
        hide_env_values = true,
        global = true
    )]
    pub egress_allow: EgressPolicy,

    /// Sites whose pages may call the gateway, as origins separated by commas such as `https://app.example.com`, or `*` for all.
    /// [default: none]
    ///
    /// It is about /v1 alone. A page that calls needs a key, which whoever looks at the page can read.
    #[arg(
        long,
        env = "CROSSMODEL_CORS_ORIGINS",
        value_name = "ORIGIN,…",
        hide_env_values = true,
        global = true
    )]
    pub cors_origins: Option<CorsOrigins>,

    /// The folder of the spool, a log on the gateway's own disk that calls are written to before they are made. [default:
    /// spool beside the SQLite database, else data/spool]
    ///
    /// What is in it and not yet in the database is money: keep it on a disk that outlives a restart.
    #[arg(
        long,
        env = "CROSSMODEL_SPOOL",
        value_name = "FOLDER",
        hide_env_values = true,
        global = true
    )]
    pub spool: Option<PathBuf>,

    /// How much is reserved for a call whose cost is not known before it is made.
    ///
    /// `soft`: what a call like it may reasonably cost, so that limits can be overrun by what calls in flight cost beyond
    /// that. `strict`: the most that it can cost, so that no limit is ever overrun; clients should then name `max_tokens`.
    #[arg(long, env = "CROSSMODEL_RESERVE", default_value = "soft", value_parser = reserve, hide_env_values = true, global = true)]
    pub reserve: Reserve,

    /// How long request records are kept: a number of days such as `90d`, or `forever`. What reports add up is kept for
    /// ever, and so is the ledger.
    #[arg(
        long,
        env = "CROSSMODEL_KEEP_RECORDS",
        value_name = "DAYS",
        default_value = "90d",
        value_parser = keep,
        hide_env_values = true,
        global = true
    )]
    pub keep_records: Keep,

    /// A PEM file with the authorities whose certificates providers may have, beside those that browsers trust: for model
    /// servers with a company's own authority.
    #[arg(
        long,
        env = "CROSSMODEL_CA_FILE",
        value_name = "FILE",
        hide_env_values = true,
        global = true
    )]
    pub ca_file: Option<PathBuf>,

    /// What to log: a level (error, warn, info, debug, trace), or levels by module such as `info,crossmodel::gateway=debug`.
    ///
    /// Bodies and headers of requests are never logged.
    #[arg(
        long = "log",
        env = "CROSSMODEL_LOG",
        value_name = "FILTER",
        default_value = "info",
        value_parser = telemetry::LogFilter::from_str,
        hide_env_values = true,
        global = true
    )]
    pub log: telemetry::LogFilter,

    /// How to log, on standard error.
    #[arg(
        long,
        env = "CROSSMODEL_LOG_FORMAT",
        default_value = "text",
        hide_env_values = true,
        global = true
    )]
    pub log_format: telemetry::LogFormat,

    /// Threads that answer requests. [default: one per core]
    #[arg(
        long,
        env = "CROSSMODEL_WORKERS",
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u16).range(1..=1024),
        hide_env_values = true,
        global = true
    )]
    pub workers: Option<u16>,

    /// The most connections of clients at once. [default: three quarters of the files that the system lets us open]
    ///
    /// Half of them are kept for callers that have shown a key, or a person who has signed in.
    #[arg(
        long,
        env = "CROSSMODEL_MAX_CONNECTIONS",
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(16..=1_000_000),
        hide_env_values = true,
        global = true
    )]
    pub max_connections: Option<u32>,

    /// The most connections of one client address that have shown neither key nor session. Beyond that, its oldest such
    /// connection is closed for each new one.
    #[arg(
        long,
        env = "CROSSMODEL_CONNECTIONS_PER_ADDRESS",
        value_name = "NUMBER",
        default_value = "256",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000),
        hide_env_values = true,
        global = true
    )]
    pub connections_per_address: u32,

    /// Proxies in front whose `X-Forwarded-For` is believed, as networks or addresses separated by commas, or `none`.
    /// [default: this machine's own addresses if the public address is https, else none]
    #[arg(
        long,
        env = "CROSSMODEL_TRUSTED_PROXIES",
        value_name = "NETWORK,…",
        hide_env_values = true,
        global = true
    )]
    pub trusted_proxies: Option<TrustedProxies>,

    /// Seconds to go on listening, already reported as not ready, after a request to stop.
    ///
    /// Gives a load balancer the time to notice.
    #[arg(
        long,
        env = "CROSSMODEL_DRAIN_DELAY",
        value_name = "SECONDS",
        default_value = "0",
        value_parser = clap::value_parser!(u64).range(..=600),
        hide_env_values = true,
        global = true
    )]
    pub drain_delay: u64,

    /// Seconds that requests in flight get to end, after a request to stop.
    #[arg(
        long,
        env = "CROSSMODEL_SHUTDOWN_TIMEOUT",
        value_name = "SECONDS",
        default_value = "120",
        value_parser = clap::value_parser!(u64).range(..=3600),
        hide_env_values = true,
        global = true
    )]
    pub shutdown_timeout: u64,

    /// How long is waited for providers.
    #[command(flatten)]
    pub patience: PatienceSettings,
}

/// Settings that are each fine but do not go together. `Display` is the whole line, with the name of the setting.
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

    /// What clients use as base URL, with `/v1` at its end, given where the parts listen.
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

    /// The proxies whose word is taken for who called. Unless they are named, one on this machine if there is one: only a
    /// proxy can make a public address https.
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

    /// The folder of the spool.
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

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// For so many days.
    Days(u32),
    /// For ever.
    Forever,
}

impl Keep {
    /// The time; `None` for ever.
    pub fn time(self) -> Option<Duration> {
        match self {
            Self::Days(days) => Some(Duration::from_secs(u64::from(days) * 24 * 60 * 60)),
            Self::Forever => None,
        }
    }
}

fn keep(text: &str) -> Result<Keep, String> {
    if text == "forever" {
        return Ok(Keep::Forever);
    }
    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse().ok())
        .filter(|days| (1..=36_500).contains(days));
    days.map(Keep::Days)
        .ok_or(format!("`{text}` is no time; write for example 90d, or forever"))
}

fn reserve(text: &str) -> Result<Reserve, String> {
    match text {
        "soft" => Ok(Reserve::Soft),
        "strict" => Ok(Reserve::Strict),
        _ => Err(format!("`{text}` is not known; use soft or strict")),
    }
}

fn web_address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or(format!(
        "`{text}` is not a web address; write for example https://crossmodel.example.com"
    ))
}

/// Whether an address means this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests;
