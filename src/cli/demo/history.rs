//! A month that the demo's account never had: calls as several clients would have made them, so that pages about usage and
//! money have something to show. The same every time, and charged by the catalog's own prices.

use std::time::Duration;

use crate::domain::{
    AliasSet, ApiKey, CallState, Catalog, PicoUsd, RequestId, Resolution, Timestamp, Tokens, UsageRecord, UsageSource,
};

/// How many days it goes back.
pub const DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What one client does over and over.
struct Habit {
    /// The name that it sends.
    requested: &'static str,
    protocol: &'static str,
    agent: &'static str,
    /// Of a hundred calls, how many are such ones.
    share: u64,
    /// The least and the most tokens of a prompt and of an answer.
    prompt: (u64, u64),
    completion: (u64, u64),
    /// Of a hundred tokens of a prompt, how many come from a cache.
    cached: u64,
}

const HABITS: [Habit; 5] = [
    Habit {
        requested: "claude-opus-4-8",
        protocol: "anthropic-messages",
        agent: "claude-cli/2.1.44 (external, cli)",
        share: 34,
        prompt: (9_000, 38_000),
        completion: (120, 1_900),
        cached: 88,
    },
    Habit {
        requested: "cross-model-basic",
        protocol: "openai-chat",
        agent: "OpenAI/Python 2.8.0",
        share: 36,
        prompt: (400, 6_500),
        completion: (80, 900),
        cached: 30,
    },
    Habit {
        requested: "anthropic/claude-haiku-4-5",
        protocol: "anthropic-messages",
        agent: "claude-cli/2.1.44 (external, cli)",
        share: 18,
        prompt: (900, 7_000),
        completion: (20, 300),
        cached: 60,
    },
    Habit {
        requested: "openai/gpt-5.5",
        protocol: "openai-responses",
        agent: "codex_cli_rs/0.58.0",
        share: 9,
        prompt: (3_000, 16_000),
        completion: (200, 1_500),
        cached: 75,
    },
    Habit {
        requested: "google/gemini-2.5-flash",
        protocol: "openai-chat",
        agent: "curl/8.5.0",
        share: 3,
        prompt: (60, 900),
        completion: (30, 400),
        cached: 0,
    },
];

/// Calls in each hour of a working day, UTC.
const HOURS: [u64; 24] = [0, 0, 0, 0, 0, 1, 1, 3, 4, 5, 5, 3, 2, 4, 5, 5, 4, 3, 2, 1, 1, 1, 0, 0];

/// Numbers that look thrown and are the same every time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to `most`, both included.
    fn between(&mut self, (least, most): (u64, u64)) -> u64 {
        least + self.roll() % (most - least + 1)
    }
}

/// The calls of the days before `now`, one list for each day, the oldest first. A model that the catalog lacks is left out.
pub fn days(key: &ApiKey, aliases: &AliasSet, catalog: &Catalog, now: Timestamp) -> Vec<Vec<UsageRecord>> {
    let mut dice = Dice(u64::from(DAYS));
    let first = now.day() - i64::from(DAYS) + 1;
    let days = (first..=now.day()).map(|day| {
        // 1 January 1970 was a Thursday: Saturdays and Sundays are quiet.
        let quiet = matches!(day.rem_euclid(7), 2 | 3);
        let mut records = Vec::new();
        for (hour, &calls) in (0_u64..).zip(&HOURS) {
            let calls = if quiet { calls / 3 } else { calls };
            for _ in 0..calls + dice.roll() % 2 * u64::from(calls > 1) {
                let at = Duration::from_millis(hour * 3_600_000 + dice.between((0, 3_599_999)));
                let at = Timestamp::of_day(day).plus(at);
                records.extend(call(key, aliases, catalog, at, &mut dice));
            }
        }
        records.retain(|record| record.at < now);
        records.sort_by_key(|record| record.at);
        records
    });
    days.filter(|records| !records.is_empty()).collect()
}

/// When the first of them can have been.
pub fn began(now: Timestamp) -> Timestamp {
    now.minus(DAY * DAYS)
}

fn call(key: &ApiKey, aliases: &AliasSet, catalog: &Catalog, at: Timestamp, dice: &mut Dice) -> Option<UsageRecord> {
    let mut thrown = dice.roll() % 100;
    let habit = HABITS.iter().find(|habit| {
        let is_it = thrown < habit.share;
        thrown = thrown.saturating_sub(habit.share);
        is_it
    })?;
    let (prompt, completion) = (dice.between(habit.prompt), dice.between(habit.completion));
    let (fate, latency, id) = (
        dice.roll() % 100,
        dice.between((450, 2_500)),
        [dice.roll(), dice.roll()],
    );
    let (alias, target) = match aliases.resolve(habit.requested) {
        Resolution::Alias(alias) => (Some((alias.name.clone(), alias.matching)), alias.target.as_str()),
        Resolution::Passthrough(name) => (None, name),
    };
    let model = catalog.get(target)?;
    let (status, error, state, part) = match fate {
        0 => (502, Some("provider_error"), CallState::Released, 0),
        1 => (429, Some("rate_limit_exceeded"), CallState::Released, 0),
        2 => (499, Some("client_closed_request"), CallState::Partial, 40),
        _ => (200, None, CallState::Settled, 100),
    };
    let tokens = match part {
        0 => Tokens::default(),
        part => Tokens {
            prompt,
            completion: completion * part / 100,
            cache_read: prompt * habit.cached / 100,
            ..Tokens::default()
        },
    };
    let whole = Tokens {
        prompt,
        completion: completion * 2,
        ..Tokens::default()
    };
    let charged = part > 0;
    let latency = latency + completion * 12;
    Some(UsageRecord {
        id: RequestId::new(at, bytes(id)),
        account: key.account,
        key: key.id,
        key_revision: 0,
        at,
        requested: habit.requested.into(),
        alias,
        model: model.id.to_string(),
        provider: model.provider.clone(),
        protocol: habit.protocol.into(),
        stream: habit.prompt.1 > 1_000,
        status,
        error: error.map(str::to_owned),
        source: if charged {
            UsageSource::Provider
        } else {
            UsageSource::None
        },
        state,
        held: model.pricing.cost(&whole, at).unwrap_or(PicoUsd::ZERO),
        price: charged.then(|| model.pricing.in_force(prompt, at)),
        tier: None,
        searches: 0,
        cost: model
            .pricing
            .cost(&tokens, at)
            .filter(|_| charged)
            .unwrap_or(PicoUsd::ZERO),
        tokens,
        latency_ms: u32::try_from(latency).unwrap_or(u32::MAX),
        first_byte_ms: charged.then(|| u32::try_from(latency / 4).unwrap_or(u32::MAX)),
        attempts: Vec::new(),
        agent: Some(habit.agent.into()),
    })
}

fn bytes([high, low]: [u64; 2]) -> [u8; 10] {
    let mut bytes = [0; 10];
    for (byte, from) in bytes
        .iter_mut()
        .zip(high.to_be_bytes().into_iter().chain(low.to_be_bytes()))
    {
        *byte = from;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::demo::ALIASES;
    use crate::domain::{AccountId, Alias, ApiKeyId, ApiKeySecret};

    #[test]
    fn the_month_is_the_same_every_time_and_ends_now() {
        // Sunday, 22 November 2026, noon.
        let now = Timestamp::from_millis(1_795_348_800_000);
        let catalog = crate::domain::samples::shipped();
        let secret = ApiKeySecret::generate(|| [7; 64]);
        let id = ApiKeyId::new(now, [0; 10]);
        let key = ApiKey::new(id, AccountId::new(now, [0; 10]), "demo".parse().unwrap(), &secret, now);

        let alias = |(name, matching, target): (&str, _, &str)| {
            Alias::new(name.parse().unwrap(), matching, target.parse().unwrap())
        };
        let aliases = AliasSet::new(ALIASES.map(alias).to_vec());

        let days = days(&key, &aliases, &catalog, now);

        assert_eq!(days, super::days(&key, &aliases, &catalog, now));
        let all: Vec<&UsageRecord> = days.iter().flatten().collect();
        assert!(
            days.len() >= 28 && all.len() > 1_000,
            "{} days, {} calls",
            days.len(),
            all.len()
        );
        assert!(all.iter().all(|record| record.at < now && record.at > began(now)));
        assert!(all.iter().any(|record| record.status >= 400) && all.iter().all(|record| record.status != 404));
        let charged: Vec<_> = all.iter().filter(|record| record.cost != PicoUsd::ZERO).collect();
        assert!(charged.len() * 10 > all.len() * 9 && charged.iter().all(|record| record.price.is_some()));
    }
}
