//! Made-up calls, and how they spread over time.

use crossmodel::domain::{
    Attempt, CallState, PicoUsd, Pricing, RequestId, Timestamp, Tokens, UsageRecord, UsageSource,
};
use fastrand::Rng;

use super::keys::Key;
use super::uses::Use;
use super::{DAYS, RARE_KEY};

/// Every hour of the last [`DAYS`] days with its share of the calls: more by day than by night, fewer at the weekend.
pub(super) fn hours(count: u64, now: Timestamp) -> Vec<(Timestamp, u64)> {
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

/// One call at this time.
pub(super) fn call(dice: &mut Rng, keys: &[Key], uses: &[Use], at: Timestamp) -> UsageRecord {
    let (key, of) = caller(dice, keys, uses);
    let end = End::draw(dice);
    let (tokens, cost) = bill(dice, of, end.is_charged(), at);
    let first = 150 + dice.u32(..1_200);
    let mut id = [0; 10];
    id[2..].copy_from_slice(&dice.u64(..).to_be_bytes());
    // A copy of a record differs from it in this half of the last byte.
    id[9] |= 0x80;

    let charged = end.is_charged();
    let protocol = if of.requested.starts_with("claude") {
        "anthropic-messages"
    } else {
        "openai-chat"
    };
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
        protocol: protocol.into(),
        stream: !end.drawn.is_multiple_of(3),
        status: end.status,
        error: end.error.map(str::to_owned),
        tokens,
        source: if charged {
            UsageSource::Provider
        } else {
            UsageSource::None
        },
        state: end.state,
        held: PicoUsd::from_pico(cost.pico().saturating_mul(3)),
        price: charged.then_some(of.price),
        tier: None,
        searches: 0,
        cost,
        latency_ms: first + dice.u32(..9_000),
        first_byte_ms: charged.then_some(first),
        attempts: attempts(of, &end, first),
        adapted: None,
        used: None,
        agent: Some(key.agent.into()),
    }
}

/// The key that calls and what it asks for; now and then one of the rare ones.
fn caller<'a>(dice: &mut Rng, keys: &'a [Key], uses: &'a [Use]) -> (&'a Key, &'a Use) {
    let total = keys.last().map_or(1, |key| key.upto);
    let drawn = dice.u64(..total);
    let key = &keys[keys.partition_point(|key| key.upto <= drawn)];
    let of = &uses[key.uses[dice.usize(..key.uses.len())]];

    match dice.u64(..100_000) {
        0 => (&keys[RARE_KEY], &uses[uses.len() - 2]),
        1..6 => (&keys[(dice.u64(..5) * 61) as usize], &uses[uses.len() - 1]),
        _ => (key, of),
    }
}

/// How a call ends.
struct End {
    drawn: u64,
    status: u16,
    error: Option<&'static str>,
    state: CallState,
}

impl End {
    fn draw(dice: &mut Rng) -> Self {
        let drawn = dice.u64(..10_000);
        let (status, error, state) = match drawn {
            0..120 => (429, Some("rate_limit_exceeded"), CallState::Released),
            120..220 => (502, Some("provider_error"), CallState::Released),
            220..280 => (400, Some("invalid_request"), CallState::Released),
            280..400 => (499, Some("client_closed"), CallState::Partial),
            400 => (500, Some("internal_error"), CallState::Unknown),
            _ => (200, None, CallState::Settled),
        };
        Self {
            drawn,
            status,
            error,
            state,
        }
    }

    fn is_charged(&self) -> bool {
        matches!(self.state, CallState::Settled | CallState::Partial)
    }
}

/// The tokens of a call and their cost; none if it is not charged.
fn bill(dice: &mut Rng, of: &Use, charged: bool, at: Timestamp) -> (Tokens, PicoUsd) {
    let (long, longer) = (8 + dice.u64(..9), 5 + dice.u64(..7));
    let (prompt, completion) = (200 + dice.u64(..1 << long), 1 + dice.u64(..1 << longer));
    let tokens = Tokens {
        prompt,
        completion,
        cache_read: prompt * dice.u64(..90) / 100,
        reasoning: completion / 3,
        ..Tokens::default()
    };
    if !charged {
        return (Tokens::default(), PicoUsd::ZERO);
    }

    let pricing = Pricing {
        base: of.price,
        overrides: Vec::new(),
    };
    let cost = pricing.cost(&tokens, at).unwrap_or_default();
    (tokens, cost)
}

/// Two attempts for some of the calls.
fn attempts(of: &Use, end: &End, took_ms: u32) -> Vec<Attempt> {
    let attempt = |status, error: Option<&str>| Attempt {
        provider: of.provider.clone(),
        model: of.model.into(),
        status,
        error: error.map(str::to_owned),
        took_ms,
    };
    if end.drawn % 50 == 7 {
        vec![
            attempt(Some(429), Some("rate_limit_exceeded")),
            attempt(Some(end.status), end.error),
        ]
    } else {
        Vec::new()
    }
}
