//! Every setting. The doc comments here are the text that `--help` shows.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use url::Url;

use super::values::{self, Keep};
use super::{Address, Part, PatienceSettings};
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
    #[arg(long, env = "CROSSMODEL_PUBLIC_URL", value_name = "URL", value_parser = values::web_address, hide_env_values = true, global = true)]
    pub public_url: Option<Url>,

    /// The address that clients use, for the console's examples. [default: the public address, or the gateway's own]
    #[arg(long, env = "CROSSMODEL_GATEWAY_URL", value_name = "URL", value_parser = values::web_address, hide_env_values = true, global = true)]
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
    /// This is for /v1 alone. A page that calls needs a key, which every visitor of the page can read.
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
    /// Records in it that are not yet in the database are money: keep it on a disk that outlives a restart.
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
    /// `soft`: the cost that a call like it may reasonably have, so that calls in flight can overrun a limit by their cost
    /// beyond that. `strict`: the most that it can cost, so that no limit is ever overrun; clients should then name
    /// `max_tokens`.
    #[arg(long, env = "CROSSMODEL_RESERVE", default_value = "soft", value_parser = values::reserve, hide_env_values = true, global = true)]
    pub reserve: Reserve,

    /// How long request records are kept: a number of days such as `90d`, or `forever`. The sums of reports are kept for
    /// ever, and so is the ledger.
    #[arg(
        long,
        env = "CROSSMODEL_KEEP_RECORDS",
        value_name = "DAYS",
        default_value = "90d",
        value_parser = values::keep,
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
    /// Half of them are kept for callers that have shown a key, and people who have signed in.
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

    /// Proxies in front whose `X-Forwarded-For` is trusted, as networks or addresses separated by commas, or `none`.
    /// [default: this machine's own addresses if the public address is https, else none]
    #[arg(
        long,
        env = "CROSSMODEL_TRUSTED_PROXIES",
        value_name = "NETWORK,…",
        hide_env_values = true,
        global = true
    )]
    pub trusted_proxies: Option<TrustedProxies>,

    /// Seconds to go on listening after a request to stop, while `/readyz` says that the gateway is not ready.
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

    /// How long the gateway waits for providers.
    #[command(flatten)]
    pub patience: PatienceSettings,
}
