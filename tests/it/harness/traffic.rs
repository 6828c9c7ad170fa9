//! Request records to start from: one that went well, and a month of traffic as it comes in practice.

use std::time::Duration;

use crossmodel::domain::{
    AccountId, ApiKeyId, Attempt, CallState, Catalog, Match, PicoUsd, Pricing, RequestId, Timestamp, Tokens,
    UsageRecord, UsageSource,
};
use crossmodel::random;

/// A call that went well, for a real model by its own id.
pub fn record(account: AccountId, key: ApiKeyId, at: Timestamp) -> UsageRecord {
    UsageRecord {
        id: RequestId::new(at, random::bytes()),
        account,
        key,
        key_revision: 1,
        at,
        requested: "deepseek/deepseek-chat".into(),
        alias: None,
        model: "deepseek/deepseek-chat".into(),
        provider: "deepseek".parse().expect("a provider"),
        protocol: "openai-chat".into(),
        stream: true,
        status: 200,
        error: None,
        tokens: Tokens {
            prompt: 100,
            completion: 20,
            cache_read: 40,
            ..Tokens::default()
        },
        source: UsageSource::Provider,
        state: CallState::Settled,
        held: PicoUsd::from_pico(9_000_000),
        price: None,
        tier: None,
        searches: 0,
        cost: PicoUsd::from_pico(1_000_000),
        latency_ms: 900,
        first_byte_ms: Some(120),
        attempts: Vec::new(),
        adapted: None,
        used: None,
        agent: Some("curl/8".into()),
    }
}

/// The same, caught by an exact alias.
pub fn aliased(record: UsageRecord, alias: &str, model: &str) -> UsageRecord {
    let provider = model.split('/').next().expect("a vendor").parse().expect("a provider");
    UsageRecord {
        requested: alias.into(),
        alias: Some((alias.parse().expect("an alias name"), Match::Exact)),
        model: model.into(),
        provider,
        ..record
    }
}

/// The same, failed at the provider.
pub fn failed(record: UsageRecord, status: u16, error: &str) -> UsageRecord {
    UsageRecord {
        status,
        error: Some(error.into()),
        tokens: Tokens::default(),
        source: UsageSource::None,
        state: CallState::Released,
        price: None,
        cost: PicoUsd::ZERO,
        first_byte_ms: None,
        ..record
    }
}

/// The names that clients send, the aliases that catch them, and the models that run.
const CALLS: &[(&str, &str, &str)] = &[
    ("claude-opus-4-8", "claude-opus", "anthropic/claude-opus-4-8"),
    ("claude-opus-4-8", "claude-opus", "anthropic/claude-opus-4-8"),
    ("claude-haiku-4-5-20251001", "claude-haiku", "deepseek/deepseek-chat"),
    ("gpt-5-codex", "gpt-5", "openai/gpt-5.5"),
    ("cross-model-basic", "cross-model-basic", "deepseek/deepseek-chat"),
    ("openai/gpt-5-mini", "", "openai/gpt-5-mini"),
    ("google/gemini-2.5-flash", "", "google/gemini-2.5-flash"),
    ("mistral/codestral-latest", "", "mistral/codestral-latest"),
    ("xai/grok-4.5", "", "xai/grok-4.5"),
    ("openai/text-embedding-3-small", "", "openai/text-embedding-3-small"),
];

const AGENTS: [&str; 3] = [
    "claude-cli/2.1.44 (external, cli)",
    "codex_cli_rs/0.63.0",
    "OpenAI/Python 2.8.1",
];

/// Some days of traffic of some keys up to `now`: more on workdays than at weekends, with the prices of the catalog, and
/// some calls that fail, are cut short or are tried twice.
pub fn month(catalog: &Catalog, account: AccountId, keys: &[ApiKeyId], now: Timestamp, days: u64) -> Vec<UsageRecord> {
    let mut records = Vec::new();
    for ago in (0..days).rev() {
        let weekday = (now.day() - i64::try_from(ago).expect("a few days") + 4).rem_euclid(7);
        let calls = if matches!(weekday, 0 | 6) { 9 } else { 31 + ago % 5 * 3 };
        for n in 0..calls {
            let at = now.minus(Duration::from_secs(ago * 86_400 + (calls - n) * 1_100));
            let dice = ago * 31 + n * 7 + n * n;
            let key = keys[(dice % (keys.len() as u64 + 1)).min(keys.len() as u64 - 1) as usize];
            let agent = AGENTS[(n % 3) as usize];
            let well = priced(record(account, key, at), catalog, dice);

            records.push(varied(
                UsageRecord {
                    agent: Some(agent.into()),
                    ..well
                },
                dice,
            ));
        }
    }
    records
}

/// A call that went well, for one of [`CALLS`], with tokens that `dice` decides and the catalog's price for them.
fn priced(record: UsageRecord, catalog: &Catalog, dice: u64) -> UsageRecord {
    let (requested, alias, model) = CALLS[(dice % CALLS.len() as u64) as usize];
    let entry = catalog.get(model).expect("a model of the shipped catalog");
    let matching = match alias == requested {
        true => Match::Exact,
        false => Match::Prefix,
    };

    let prompt = 800 + dice * 977 % 60_000;
    let tokens = Tokens {
        prompt,
        completion: 40 + dice * 613 % 2_400,
        cache_read: prompt * (dice % 9) / 10,
        reasoning: dice % 3 * 20,
        ..Tokens::default()
    };
    let price = entry.pricing.in_force(prompt, record.at);
    let pricing = Pricing {
        base: price,
        overrides: Vec::new(),
    };
    let cost = pricing.cost(&tokens, record.at).expect("a price");

    UsageRecord {
        requested: requested.into(),
        alias: (!alias.is_empty()).then(|| (alias.parse().expect("an alias name"), matching)),
        model: model.into(),
        provider: entry.provider.clone(),
        tokens,
        price: Some(price),
        cost,
        held: PicoUsd::from_pico(cost.pico() * 2),
        latency_ms: 700 + (dice * 37 % 12_000) as u32,
        first_byte_ms: Some(180 + (dice % 900) as u32),
        ..record
    }
}

/// Most calls stay as they are; some fail, are cut short or are tried twice.
fn varied(well: UsageRecord, dice: u64) -> UsageRecord {
    let attempt = |status: u16, error: Option<&str>| Attempt {
        provider: well.provider.clone(),
        model: well.model.clone(),
        status: Some(status),
        error: error.map(str::to_owned),
        took_ms: 412,
    };

    match dice % 29 {
        3 => failed(well, 429, "rate_limit_exceeded"),
        11 => failed(well, 502, "provider_error"),
        17 => UsageRecord {
            state: CallState::Partial,
            source: UsageSource::Estimated,
            ..well
        },
        23 => UsageRecord {
            attempts: vec![attempt(503, Some("overloaded")), attempt(200, None)],
            ..well
        },
        _ => well,
    }
}
