//! A database of made-up traffic: 20 accounts of unlike size, 400 keys, 90 days, with names, models and failures as they
//! come in practice, and two needles in the haystack.

use std::time::{Duration, Instant};

use crossmodel::domain::{
    Account, AccountId, Alias, ApiKey, ApiKeyId, ApiKeySecret, Attempt, CallState, Catalog, Limits, MasterKey, Match,
    PicoUsd, Price, ProviderId, RequestId, Timestamp, Tokens, UsageRecord, UsageSource,
};
use crossmodel::store::{Actor, CatalogFile, NewKey, Store};

use super::Error;

const DAYS: u64 = 90;
const ACCOUNTS: usize = 20;
const KEYS: usize = 20;
const BATCH: usize = 20_000;

/// A model that a hundred calls or so went to, of one key.
pub const RARE_MODEL: &str = "openai/o3-pro";
/// A name that is asked for about once a day, by five keys.
pub const RARE_NAME: &str = "gemini-pro-latest";

/// Names that clients ask for, the alias that catches each, if one does, and the real model.
const NAMES: &[(&str, &str, Match, &str)] = &[
    (
        "claude-opus-4-8",
        "claude-opus",
        Match::Prefix,
        "anthropic/claude-opus-4-8",
    ),
    (
        "claude-opus-4-7-20260416",
        "claude-opus",
        Match::Prefix,
        "anthropic/claude-opus-4-8",
    ),
    (
        "claude-sonnet-5",
        "claude-sonnet",
        Match::Prefix,
        "anthropic/claude-sonnet-5",
    ),
    (
        "claude-haiku-4-5",
        "claude-haiku",
        Match::Prefix,
        "deepseek/deepseek-chat",
    ),
    (
        "claude-haiku-4-5-20251001",
        "claude-haiku",
        Match::Prefix,
        "deepseek/deepseek-chat",
    ),
    ("gpt-5", "gpt-5", Match::Exact, "openai/gpt-5.5"),
    ("gpt-5-mini", "gpt-5-mini", Match::Exact, "openai/gpt-5-mini"),
    ("gpt-4o", "gpt-4o", Match::Exact, "openai/gpt-5.4"),
    ("gpt-4o-mini", "gpt-4o-mini", Match::Exact, "deepseek/deepseek-flash"),
    (
        "cross-model-basic",
        "cross-model-basic",
        Match::Exact,
        "deepseek/deepseek-chat",
    ),
    ("deepseek/deepseek-chat", "", Match::Exact, "deepseek/deepseek-chat"),
    (
        "deepseek/deepseek-reasoner",
        "",
        Match::Exact,
        "deepseek/deepseek-reasoner",
    ),
    ("openai/gpt-5.5", "", Match::Exact, "openai/gpt-5.5"),
    ("openai/gpt-5-nano", "", Match::Exact, "openai/gpt-5-nano"),
    (
        "openai/text-embedding-3-small",
        "",
        Match::Exact,
        "openai/text-embedding-3-small",
    ),
    ("google/gemini-2.5-flash", "", Match::Exact, "google/gemini-2.5-flash"),
    ("google/gemini-2.5-pro", "", Match::Exact, "google/gemini-2.5-pro"),
    (
        "mistral/mistral-large-latest",
        "",
        Match::Exact,
        "mistral/mistral-large-latest",
    ),
    ("mistral/codestral-latest", "", Match::Exact, "mistral/codestral-latest"),
    ("xai/grok-4.5", "", Match::Exact, "xai/grok-4.5"),
];

/// A generator of numbers that are the same every time.
pub struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below this one.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

struct Use {
    requested: &'static str,
    alias: Option<(crossmodel::domain::AliasName, Match)>,
    model: &'static str,
    provider: ProviderId,
    price: Price,
}

struct Key {
    id: ApiKeyId,
    account: AccountId,
    /// Sum of the weights up to and with this one.
    upto: u64,
    /// Places in the list of uses.
    uses: Vec<usize>,
    agent: &'static str,
}

/// What was filled in.
pub struct Filled {
    /// Where it ends.
    pub now: Timestamp,
    /// The account with the most calls, and its busiest key.
    pub busy: (AccountId, ApiKeyId),
    /// The key that [`RARE_MODEL`] is called with, and its account.
    pub rare: (AccountId, ApiKeyId),
}

/// Fills an empty database with so many records, the last one just before `now`.
pub async fn fill(store: &Store, count: u64, now: Timestamp) -> Result<Filled, Error> {
    let catalog = catalog(store, now).await?;
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let keys = keys(store, &mut dice, now).await?;
    let uses = NAMES
        .iter()
        .map(|name| a_use(&catalog, *name))
        .chain([a_use(&catalog, (RARE_MODEL, "", Match::Exact, RARE_MODEL))])
        .chain([a_use(
            &catalog,
            (RARE_NAME, RARE_NAME, Match::Exact, "google/gemini-pro-latest"),
        )])
        .collect::<Result<Vec<Use>, Error>>()?;
    let (begin, mut batch, mut done) = (Instant::now(), Vec::with_capacity(BATCH), 0_u64);
    for (at, many) in hours(count, now) {
        for n in 0..many {
            let at = at.plus(Duration::from_millis(3_600_000 * n / many));
            batch.push(call(&mut dice, &keys, &uses, at));
            if batch.len() == BATCH {
                done += store.usage().append(&batch).await? as u64;
                batch.clear();
                if done % 1_000_000 == 0 {
                    eprintln!("{done} records after {:?}", begin.elapsed());
                }
            }
        }
    }
    done += store.usage().append(&batch).await? as u64;
    eprintln!("{done} records after {:?}", begin.elapsed());
    Ok(filled(&keys, now))
}

/// What [`fill`] filled in, in a database that it filled before.
pub async fn find(store: &Store, now: Timestamp) -> Result<Filled, Error> {
    let mut keys = Vec::new();
    let accounts = store.accounts().list().await?;
    for account in accounts {
        for key in store
            .api_keys()
            .all(crossmodel::domain::Scope::Account(account.id))
            .await?
        {
            keys.push(Key {
                id: key.id,
                account: account.id,
                upto: 0,
                uses: Vec::new(),
                agent: "",
            });
        }
    }
    Ok(filled(&keys, now))
}

fn filled(keys: &[Key], now: Timestamp) -> Filled {
    let at = |n: usize| (keys[n].account, keys[n].id);
    Filled {
        now,
        busy: at(0),
        rare: at(RARE_KEY),
    }
}

/// The place of the key that alone calls the rare model.
const RARE_KEY: usize = 3 * KEYS + 7;

async fn catalog(store: &Store, now: Timestamp) -> Result<Catalog, Error> {
    let providers = CatalogFile::parse(include_str!("../../catalog/providers.json"))?;
    let models = CatalogFile::parse(include_str!("../../catalog/models.json"))?;
    store
        .catalog()
        .import(&providers.and(models), &Actor::command_line(), now)
        .await?;
    Ok(store.catalog().load().await?)
}

fn a_use(catalog: &Catalog, name: (&'static str, &str, Match, &'static str)) -> Result<Use, Error> {
    let (requested, alias, matching, model) = name;
    let entry = catalog
        .get(model)
        .ok_or_else(|| format!("{model} is not in the catalog"))?;
    let alias = if alias.is_empty() {
        None
    } else {
        Some((alias.parse()?, matching))
    };
    Ok(Use {
        requested,
        alias,
        model,
        provider: entry.provider.clone(),
        price: entry.pricing.base,
    })
}

async fn keys(store: &Store, dice: &mut Dice, now: Timestamp) -> Result<Vec<Key>, Error> {
    const AGENTS: [&str; 5] = [
        "claude-cli/2.1.44 (external, cli)",
        "codex_cli_rs/0.63.0",
        "opencode/1.0.80",
        "OpenAI/Python 2.8.1",
        "curl/8.14.1",
    ];
    let (by, begin) = (
        Actor::command_line(),
        now.minus(Duration::from_secs((DAYS + 1) * 86_400)),
    );
    let hasher = MasterKey::from_bytes([7; 32]).api_key_hasher();
    let (mut keys, mut sum) = (Vec::new(), 0);
    for a in 0..ACCOUNTS {
        let account = Account::new(
            AccountId::new(begin, id_bytes(a)),
            format!("account-{a:02}").parse()?,
            begin,
        );
        store.accounts().create(&account, &by, begin).await?;
        // Half of the names each, so that accounts differ.
        let known: Vec<usize> = (0..NAMES.len()).filter(|n| (n + a) % 2 == 0 || *n < 4).collect();
        for k in 0..KEYS {
            let secret = ApiKeySecret::generate(crossmodel::random::bytes);
            let id = ApiKeyId::new(begin, id_bytes(a * KEYS + k));
            let key = ApiKey {
                limits: Limits::NONE,
                ..ApiKey::new(id, account.id, format!("key-{k:02}").parse()?, &secret, begin)
            };
            let mut aliases: Vec<Alias> = Vec::new();
            for (_, name, matching, target) in NAMES.iter().filter(|(_, name, ..)| !name.is_empty()) {
                if aliases.iter().all(|known| known.name.as_str() != *name) {
                    aliases.push(Alias::new(name.parse()?, *matching, target.parse()?));
                }
            }
            store
                .api_keys()
                .create(
                    &NewKey {
                        hash: hasher.hash(&secret),
                        key,
                        aliases,
                    },
                    &by,
                    begin,
                )
                .await?;
            sum += 1_000_000 / ((a as u64 + 1) * (k as u64 + 2));
            let mut uses: Vec<usize> = (0..6).map(|_| known[dice.below(known.len() as u64) as usize]).collect();
            // The first name is asked for most.
            uses.extend([uses[0], uses[0], uses[0], uses[1], uses[1]]);
            keys.push(Key {
                id,
                account: account.id,
                upto: sum,
                uses,
                agent: AGENTS[(a + k) % AGENTS.len()],
            });
        }
    }
    Ok(keys)
}

fn id_bytes(n: usize) -> [u8; 10] {
    let mut bytes = [0; 10];
    bytes[8..].copy_from_slice(&(n as u16).to_be_bytes());
    bytes
}

/// Every hour of the last [`DAYS`] days and its share of the calls: more by day than by night, fewer at the weekend.
fn hours(count: u64, now: Timestamp) -> Vec<(Timestamp, u64)> {
    let first = now.hour() - 24 * DAYS as i64;
    let weight = |hour: i64| {
        let of_day = [
            2, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 20, 16, 18, 20, 20, 18, 15, 12, 10, 9, 7, 5, 3,
        ][hour.rem_euclid(24) as usize];
        // 1 January 1970 was a Thursday.
        if matches!(hour.div_euclid(24).rem_euclid(7), 2 | 3) {
            of_day
        } else {
            of_day * 3
        }
    };
    let all: u64 = (first..now.hour()).map(weight).sum();
    let (mut given, mut weighed) = (0, 0);
    let share = |hour| {
        weighed += weight(hour);
        let upto = count * weighed / all;
        let many = upto - given;
        given = upto;
        (Timestamp::of_hour(hour), many)
    };
    (first..now.hour()).map(share).collect()
}

fn call(dice: &mut Dice, keys: &[Key], uses: &[Use], at: Timestamp) -> UsageRecord {
    let total = keys.last().map_or(1, |key| key.upto);
    let drawn = dice.below(total);
    let mut key = &keys[keys.partition_point(|key| key.upto <= drawn)];
    let mut of = &uses[key.uses[dice.below(key.uses.len() as u64) as usize]];
    match dice.below(100_000) {
        0 => (key, of) = (&keys[RARE_KEY], &uses[uses.len() - 2]),
        1..6 => {
            key = &keys[(dice.below(5) * 61) as usize];
            of = &uses[uses.len() - 1];
        }
        _ => {}
    }
    let fate = dice.below(10_000);
    let (status, error, state) = match fate {
        0..120 => (429, Some("rate_limit_exceeded"), CallState::Released),
        120..220 => (502, Some("provider_error"), CallState::Released),
        220..280 => (400, Some("invalid_request"), CallState::Released),
        280..400 => (499, Some("client_closed"), CallState::Partial),
        400 => (500, Some("internal_error"), CallState::Unknown),
        _ => (200, None, CallState::Settled),
    };
    let charged = matches!(state, CallState::Settled | CallState::Partial);
    let (long, longer) = (8 + dice.below(9), 5 + dice.below(7));
    let (prompt, completion) = (200 + dice.below(1 << long), 1 + dice.below(1 << longer));
    let tokens = Tokens {
        prompt,
        completion,
        cache_read: prompt * dice.below(90) / 100,
        reasoning: completion / 3,
        ..Tokens::default()
    };
    let pricing = crossmodel::domain::Pricing {
        base: of.price,
        overrides: Vec::new(),
    };
    let cost = if charged {
        pricing.cost(&tokens, at).unwrap_or_default()
    } else {
        PicoUsd::ZERO
    };
    let first = 150 + dice.below(1_200) as u32;
    let attempt = |status, error: Option<&str>| Attempt {
        provider: of.provider.clone(),
        model: of.model.into(),
        status,
        error: error.map(str::to_owned),
        took_ms: first,
    };
    let mut id = [0; 10];
    id[2..].copy_from_slice(&dice.next().to_be_bytes());
    // Copies are told from it by this half of the last byte.
    id[9] |= 0x80;
    UsageRecord {
        id: RequestId::new(at, id),
        account: key.account,
        key: key.id,
        key_revision: 1,
        at,
        requested: of.requested.into(),
        alias: of.alias.clone(),
        model: of.model.into(),
        provider: of.provider.clone(),
        protocol: if of.requested.starts_with("claude") {
            "anthropic-messages"
        } else {
            "openai-chat"
        }
        .into(),
        stream: !fate.is_multiple_of(3),
        status,
        error: error.map(str::to_owned),
        tokens: if charged { tokens } else { Tokens::default() },
        source: if charged {
            UsageSource::Provider
        } else {
            UsageSource::None
        },
        state,
        held: PicoUsd::from_pico(cost.pico().saturating_mul(3)),
        price: charged.then_some(of.price),
        tier: None,
        searches: 0,
        cost,
        latency_ms: first + dice.below(9_000) as u32,
        first_byte_ms: charged.then_some(first),
        attempts: if fate % 50 == 7 {
            vec![
                attempt(Some(429), Some("rate_limit_exceeded")),
                attempt(Some(status), error),
            ]
        } else {
            Vec::new()
        },
        agent: Some(key.agent.into()),
    }
}
