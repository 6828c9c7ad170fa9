//! A made-up month of the demo's account: calls as several clients would make them, so that pages about usage and money
//! have something to show. The month is the same every time, and charged by the catalog's own prices.

use std::time::Duration;

use super::habits::{HABITS, HOURS, Habit};
use crate::domain::{
    AliasSet, ApiKey, CallState, Catalog, PicoUsd, RequestId, Resolution, Timestamp, Tokens, UsageRecord, UsageSource,
};

/// The days that the month goes back.
pub const DAYS: u32 = 30;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Numbers that look random and are the same every time (SplitMix64).
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

/// The calls of the days before `now`, one list for each day, the oldest first. Calls of models that the catalog lacks are
/// left out.
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

/// The earliest time of a call.
pub fn began(now: Timestamp) -> Timestamp {
    now.minus(DAY * DAYS)
}

/// How a call ended: its status, its error, its state, and the part of the answer that came, in per cent.
type Ending = (u16, Option<&'static str>, CallState, u64);

fn ending(dice: u64) -> Ending {
    match dice {
        0 => (502, Some("provider_error"), CallState::Released, 0),
        1 => (429, Some("rate_limit_exceeded"), CallState::Released, 0),
        2 => (499, Some("client_closed_request"), CallState::Partial, 40),
        _ => (200, None, CallState::Settled, 100),
    }
}

fn habit(mut dice: u64) -> Option<&'static Habit> {
    HABITS.iter().find(|habit| {
        let is_it = dice < habit.share;
        dice = dice.saturating_sub(habit.share);
        is_it
    })
}

fn call(key: &ApiKey, aliases: &AliasSet, catalog: &Catalog, at: Timestamp, dice: &mut Dice) -> Option<UsageRecord> {
    let habit = habit(dice.roll() % 100)?;
    let (prompt, completion) = (dice.between(habit.prompt), dice.between(habit.completion));
    let (status, error, state, part) = ending(dice.roll() % 100);
    let latency = dice.between((450, 2_500)) + completion * 12;
    let id = [dice.roll(), dice.roll()];

    let (alias, target) = match aliases.resolve(habit.requested) {
        Resolution::Alias(alias) => (Some((alias.name.clone(), alias.matching)), alias.target.as_str()),
        Resolution::Passthrough(name) => (None, name),
    };
    let model = catalog.get(target)?;

    let charged = part > 0;
    let tokens = Tokens {
        prompt,
        completion: completion * part / 100,
        cache_read: prompt * habit.cached / 100,
        ..Tokens::default()
    };
    let tokens = if charged { tokens } else { Tokens::default() };
    let most = Tokens {
        prompt,
        completion: completion * 2,
        ..Tokens::default()
    };
    let cost = model.pricing.cost(&tokens, at).filter(|_| charged);

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
        source: match charged {
            true => UsageSource::Provider,
            false => UsageSource::None,
        },
        state,
        held: model.pricing.cost(&most, at).unwrap_or(PicoUsd::ZERO),
        price: charged.then(|| model.pricing.in_force(prompt, at)),
        tier: None,
        searches: 0,
        cost: cost.unwrap_or(PicoUsd::ZERO),
        tokens,
        latency_ms: u32::try_from(latency).unwrap_or(u32::MAX),
        first_byte_ms: charged.then(|| u32::try_from(latency / 4).unwrap_or(u32::MAX)),
        attempts: Vec::new(),
        adapted: None,
        used: None,
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
