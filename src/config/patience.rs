//! How long the gateway waits for providers, and when it tells a client that its stream is alive.

use std::time::Duration;

use clap::{Args, value_parser};

use crate::gateway::{Limits, Retries, Timeouts};

/// How long the gateway waits for providers. Each provider may have values of its own: `crossmodel provider set`.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Settings of the calls to providers (each also an environment variable)")]
pub struct PatienceSettings {
    /// Seconds that a connection to a provider may take; its TLS handshake has as long again.
    #[arg(long, env = "CROSSMODEL_CONNECT_TIMEOUT", value_name = "SECONDS", default_value = "5", value_parser = value_parser!(u32).range(1..=120), hide_env_values = true, global = true)]
    pub connect_timeout: u32,

    /// Seconds that a provider may take to begin a stream.
    #[arg(long, env = "CROSSMODEL_FIRST_BYTE_STREAM", value_name = "SECONDS", default_value = "300", value_parser = value_parser!(u32).range(1..=86_400), hide_env_values = true, global = true)]
    pub first_byte_stream: u32,

    /// Seconds that a provider may take to begin a whole answer, which thinking models send when they are done.
    #[arg(long, env = "CROSSMODEL_FIRST_BYTE_WHOLE", value_name = "SECONDS", default_value = "900", value_parser = value_parser!(u32).range(1..=86_400), hide_env_values = true, global = true)]
    pub first_byte_whole: u32,

    /// Seconds that a provider may be silent in the middle of an answer.
    #[arg(long, env = "CROSSMODEL_IDLE_TIMEOUT", value_name = "SECONDS", default_value = "300", value_parser = value_parser!(u32).range(1..=86_400), hide_env_values = true, global = true)]
    pub idle_timeout: u32,

    /// Seconds that an answer may take in all. Its cost up to there is charged.
    #[arg(long, env = "CROSSMODEL_TOTAL_TIMEOUT", value_name = "SECONDS", default_value = "3600", value_parser = value_parser!(u32).range(1..=604_800), hide_env_values = true, global = true)]
    pub total_timeout: u32,

    /// Seconds after which a client whose stream is silent hears that it is alive, in the way of its protocol; 0 is never.
    ///
    /// Proxies and clients give up on a connection that is silent for a minute or so.
    #[arg(long, env = "CROSSMODEL_KEEPALIVE", value_name = "SECONDS", default_value = "15", value_parser = value_parser!(u32).range(0..=3_600), hide_env_values = true, global = true)]
    pub keepalive: u32,

    /// Seconds for which an answer is read on after its client has left, so that it is charged as the provider counts; 0 is
    /// not at all.
    #[arg(long, env = "CROSSMODEL_DRAIN", value_name = "SECONDS", default_value = "3", value_parser = value_parser!(u32).range(0..=60), hide_env_values = true, global = true)]
    pub drain: u32,

    /// Whether the next provider is tried after one that did not begin in time: `on` or `off`. The first may still be at work,
    /// and charge for it.
    #[arg(long, env = "CROSSMODEL_FAILOVER_ON_TIMEOUT", value_name = "on|off", default_value = "off", value_parser = ["on", "off"], hide_env_values = true, global = true)]
    pub failover_on_timeout: String,

    /// The longest event of a provider's stream, in MiB: pictures come in one event.
    #[arg(long, env = "CROSSMODEL_MAX_EVENT", value_name = "MIB", default_value = "32", value_parser = value_parser!(u16).range(1..=256), hide_env_values = true, global = true)]
    pub max_event: u16,
}

impl PatienceSettings {
    /// The times, in the gateway's form.
    pub fn timeouts(&self) -> Timeouts {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        Timeouts {
            connect: seconds(self.connect_timeout),
            first_byte_stream: seconds(self.first_byte_stream),
            first_byte_whole: seconds(self.first_byte_whole),
            idle: seconds(self.idle_timeout),
            total: seconds(self.total_timeout),
            keepalive: seconds(self.keepalive),
            drain: seconds(self.drain),
            ..Timeouts::default()
        }
    }

    /// The tries of a provider, in the gateway's form.
    pub fn retries(&self) -> Retries {
        Retries {
            after_timeout: self.failover_on_timeout == "on",
            ..Retries::default()
        }
    }

    /// The limits, in the gateway's form.
    pub fn limits(&self) -> Limits {
        Limits {
            event: usize::from(self.max_event) << 20,
            ..Limits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        patience: PatienceSettings,
    }

    #[test]
    fn the_defaults_are_those_of_the_gateway_itself() {
        let patience = Program::try_parse_from(["crossmodel"]).unwrap().patience;

        assert_eq!(
            (patience.timeouts(), patience.limits(), patience.retries()),
            (Timeouts::default(), Limits::default(), Retries::default())
        );
    }

    #[test]
    fn the_next_provider_is_tried_after_a_timeout_where_that_is_asked_for() {
        let read = |flag| Program::try_parse_from(["crossmodel", flag]).map(|program| program.patience.retries());

        assert!(read("--failover-on-timeout=on").unwrap().after_timeout);
        assert!(!read("--failover-on-timeout=off").unwrap().after_timeout);
        assert!(read("--failover-on-timeout=maybe").is_err());
    }

    #[test]
    fn a_time_of_nothing_is_refused_where_it_would_end_every_call() {
        for flag in [
            "--idle-timeout=0",
            "--total-timeout=0",
            "--first-byte-whole=0",
            "--max-event=0",
            "--keepalive=-1",
        ] {
            assert!(Program::try_parse_from(["crossmodel", flag]).is_err(), "{flag}");
        }
    }
}
