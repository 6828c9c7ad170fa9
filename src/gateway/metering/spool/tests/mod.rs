//! Tests of the spool: every entry that is written is read again, whatever happens in between.

use std::path::{Path, PathBuf};

use super::*;
use crate::domain::{CallState, PicoUsd, Price, RequestId, Timestamp, Tokens, UsageSource};
use crate::random;

mod damage;
mod durable;
mod faults;
mod folders;
mod forms;

/// A new, empty folder for one test.
fn folder() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("crossmodel-spool-{}", RequestId::new(NOW, random::bytes())));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

const NOW: Timestamp = Timestamp::from_millis(1_795_348_800_000);

fn started() -> CallStarted {
    CallStarted {
        id: RequestId::new(NOW, random::bytes()),
        account: crate::domain::AccountId::new(NOW, random::bytes()),
        key: crate::domain::ApiKeyId::new(NOW, random::bytes()),
        key_revision: 7,
        at: NOW,
        requested: "claude-opus-4-9".into(),
        alias: Some(("claude-opus".parse().unwrap(), crate::domain::Match::Prefix)),
        model: "anthropic/claude-opus-4-8".into(),
        provider: "anthropic".parse().unwrap(),
        protocol: "anthropic-messages".into(),
        stream: true,
        agent: Some("claude-cli/2.1".into()),
        held: 1_000_000,
        charges: Charges {
            key: Some(20_779),
            account: None,
        },
        used: None,
    }
}

fn ended(id: RequestId) -> CallEnded {
    let price = Price {
        prompt: Some(PicoUsd::from_pico(5)),
        completion: Some(PicoUsd::from_pico(25)),
        ..Price::default()
    };
    CallEnded {
        id,
        ran: Some(("amazon/claude-opus-4-8".into(), "amazon".parse().unwrap())),
        state: CallState::Settled,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 100,
            completion: 20,
            cache_read: 3,
            cache_write: 2,
            cache_write_1h: 1,
            reasoning: 4,
        },
        searches: 2,
        tier: Some("priority".into()),
        source: UsageSource::Provider,
        price: Some(price.to_kinds()),
        cost: 987,
        latency_ms: 900,
        first_byte_ms: Some(12),
        attempts: Vec::new(),
        adapted: None,
    }
}

fn start(folder: &Path) -> Spool {
    let options = SpoolOptions::new(folder.to_owned());
    Spool::start(&options, GatewayId::new(NOW, random::bytes())).unwrap()
}

/// Every entry, and whether a part was skipped.
fn read_all(mut reader: Reader, until: u64) -> (Vec<Entry>, bool) {
    let mut all = Vec::new();
    loop {
        let entries = reader.next(until).unwrap();
        if entries.is_empty() {
            return (all, reader.is_damaged());
        }
        all.extend(entries.into_iter().map(|(entry, _)| entry));
    }
}

/// The entries of the one run that was left in this folder, and whether a part was skipped.
fn read_left(folder: &Path) -> (Vec<Entry>, bool) {
    let options = SpoolOptions::new(folder.to_owned());
    let runs = left_behind(&options).unwrap();

    assert_eq!(runs.len(), 1);
    read_all(Reader::of_left(&runs[0]).unwrap(), u64::MAX)
}
