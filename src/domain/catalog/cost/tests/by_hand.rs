//! The other computation: from a row's JSON, with decimal text and minutes of the week, and none of the product's code.

use serde_json::{Map, Value, json};

use crate::domain::money::{BillableUsage, ServiceTier, Tokens};
use crate::domain::values::Timestamp;

const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
/// A Monday, 23 November 2026, in unix milliseconds.
const MONDAY: i64 = 1_795_392_000_000;

/// The kinds of a list that has a price for each.
const KINDS: [&str; 8] = [
    "prompt",
    "completion",
    "input_cache_read",
    "input_cache_write",
    "input_cache_write_1h",
    "internal_reasoning",
    "request",
    "web_search",
];

/// What a call costs in 10⁻¹² dollars; `None` without a price.
pub(super) fn by_hand(row: &Value, counted: &BillableUsage, millis: i64) -> Option<i128> {
    let BillableUsage { tokens, searches, tier } = counted;
    // The epoch was a Thursday.
    let minute = (millis.div_euclid(60_000) + 3 * DAY).rem_euclid(WEEK);
    let usual = &row["pricing"];
    let tier = tier.map_or(&Value::Null, |tier| &row["service_tiers"][tier.as_str()]);
    let look = |list: &Value, kind: &str| -> Option<String> {
        let parts = list["overrides"].as_array().into_iter().flatten().rev();
        let part = parts
            .filter(|part| holds(part, tokens.prompt, minute))
            .find(|part| !part[kind].is_null());
        part.unwrap_or(list)[kind].as_str().map(str::to_owned)
    };
    let priced = |kind: &str| {
        let whole = match kind {
            "internal_reasoning" => "completion",
            "input_cache_write_1h" => "input_cache_write",
            _ => "",
        };
        let of_whole = !whole.is_empty() && look(tier, whole).is_some();
        look(tier, kind).or_else(|| if of_whole { None } else { look(usual, kind) })
    };
    let first = |kinds: &[&str]| kinds.iter().find_map(|kind| priced(kind));
    let hour = tokens.cache_write_1h;
    let lines = [
        (
            first(&["prompt"])?,
            tokens.prompt - tokens.cache_read - tokens.cache_write,
        ),
        (first(&["completion"])?, tokens.completion - tokens.reasoning),
        (first(&["input_cache_read", "prompt"])?, tokens.cache_read),
        (first(&["input_cache_write", "prompt"])?, tokens.cache_write - hour),
        (first(&["input_cache_write_1h", "input_cache_write", "prompt"])?, hour),
        (first(&["internal_reasoning", "completion"])?, tokens.reasoning),
        (first(&["request"]).unwrap_or_else(|| "0".into()), 1),
        (first(&["web_search"]).unwrap_or_else(|| "0".into()), *searches),
    ];

    Some(
        lines
            .iter()
            .map(|(text, count)| Decimal::read(text).times(*count).pico())
            .sum(),
    )
}

/// Whether an override's conditions hold in a minute of the week.
fn holds(part: &Value, prompt: u64, minute: i64) -> bool {
    let long = part["min_prompt_tokens"].as_u64().is_none_or(|mark| mark < prompt);
    let clock = |key: &str, or: i64| part[key].as_i64().map_or(or, |hhmm| hhmm / 100 * 60 + hhmm % 100);
    let (start, end) = (clock("utc_start", 0), clock("utc_end", DAY));
    let length = if end < start { end + DAY - start } else { end - start };
    let named = |day: &str| {
        part["utc_days"]
            .as_array()
            .is_none_or(|days| days.iter().any(|it| it == day))
    };
    let begun = (0_i64..7)
        .zip(DAYS)
        .filter(|(_, name)| named(name))
        .map(|(day, _)| day * DAY + start);

    long && begun
        .into_iter()
        .any(|begin| (minute - begin).rem_euclid(WEEK) < length)
}

/// A decimal number: these digits, so many of them after the point.
struct Decimal(i128, u32);

impl Decimal {
    fn read(text: &str) -> Self {
        let point = text.find('.').map_or(0, |at| text.len() - at - 1);
        Self(text.replace('.', "").parse().unwrap(), point.try_into().unwrap())
    }

    fn times(self, count: u64) -> Self {
        Self(self.0 * i128::from(count), self.1)
    }

    fn pico(self) -> i128 {
        let Self(digits, point) = self;
        let scaled = digits * 10_i128.pow(24 - point);

        assert_eq!(scaled % 10_i128.pow(12), 0, "a part of a pico-dollar");
        scaled / 10_i128.pow(12)
    }
}

/// The lists of a row: the usual one, then those of its tiers.
fn lists(row: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(&row["pricing"]).chain(row["service_tiers"].as_object().into_iter().flat_map(Map::values))
}

fn overrides(row: &Value) -> impl Iterator<Item = &Value> {
    lists(row).flat_map(|list| list["overrides"].as_array().into_iter().flatten())
}

/// Lengths of a prompt at which something may change, and some at which nothing does.
pub(super) fn prompts(row: &Value) -> Vec<u64> {
    let marks = overrides(row).filter_map(|part| part["min_prompt_tokens"].as_u64());
    let mut all: Vec<u64> = marks
        .flat_map(|mark| [mark.saturating_sub(1), mark, mark + 1])
        .collect();
    all.extend([0, 1, 4_321, 1_000_000]);
    all
}

/// The first and the last minutes of every window, on every day of a week, and one without any.
pub(super) fn moments(row: &Value) -> Vec<i64> {
    let edge = |part: &Value, key: &str| part[key].as_i64().map(|hhmm| hhmm / 100 * 60 + hhmm % 100);
    let edges = overrides(row)
        .flat_map(|part| [edge(part, "utc_start"), edge(part, "utc_end")])
        .flatten();
    let edges: Vec<i64> = edges.flat_map(|minute| [minute - 1, minute]).collect();
    let days = 0..if edges.is_empty() { 1 } else { 7 };
    let of_day = |day: i64| {
        edges
            .iter()
            .copied()
            .chain([12 * 60 + 1])
            .map(move |minute| day * DAY + minute)
    };

    // The last millisecond of a minute is still in it.
    days.flat_map(of_day)
        .map(|minute| MONDAY + minute * 60_000 + minute % 2 * 59_999)
        .collect()
}

/// Numbers that look random, from a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not zero.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }

    pub(super) fn tier(&mut self, tiers: &[ServiceTier]) -> Option<ServiceTier> {
        (self.below(4) > 0).then(|| *self.one_of(tiers))
    }

    /// A moment of the years 1970 to 2037.
    pub(super) fn moment(&mut self) -> Timestamp {
        Timestamp::from_millis(self.below(1 << 41) as i64)
    }

    /// Tokens of every kind, none at times.
    pub(super) fn tokens(&mut self, prompt: u64) -> Tokens {
        let some = |dice: &mut Self, most: u64| if dice.below(3) == 0 { 0 } else { dice.below(most + 1) };
        let cache_read = some(self, prompt);
        let cache_write = some(self, prompt - cache_read);
        let cache_write_1h = some(self, cache_write);
        let completion = some(self, 200_000);

        Tokens {
            prompt,
            completion,
            cache_read,
            cache_write,
            cache_write_1h,
            reasoning: some(self, completion),
        }
    }

    pub(super) fn counted(&mut self, tiers: &[ServiceTier]) -> BillableUsage {
        let prompt = self.below(1_200_000);
        BillableUsage {
            tokens: self.tokens(prompt),
            searches: self.below(5),
            tier: self.tier(tiers),
        }
    }

    /// A price, with up to twelve decimals.
    fn price(&mut self) -> String {
        let decimals = 4 + self.below(9) as usize;
        format!("0.{:0decimals$}", self.below(5_000))
    }

    /// Some kinds of a list, `always` among them.
    fn list(&mut self, always: &[&str]) -> Map<String, Value> {
        let named = |dice: &mut Self, kind: &&str| always.contains(kind) || dice.below(3) == 0;
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| named(self, kind)).collect();
        kinds
            .into_iter()
            .map(|kind| (kind.to_owned(), self.price().into()))
            .collect()
    }

    fn pricing(&mut self, always: &[&str]) -> Value {
        let mut list = self.list(always);
        let parts: Vec<Value> = (0..self.below(4)).map(|_| self.part()).collect();
        if !parts.is_empty() {
            list.insert("overrides".into(), parts.into());
        }
        list.into()
    }

    fn part(&mut self) -> Value {
        let mut part = self.list(&[]);
        if self.below(2) == 0 {
            part.insert("min_prompt_tokens".into(), self.below(3_000).into());
        }

        for key in ["utc_start", "utc_end"] {
            if self.below(2) == 0 {
                part.insert(key.into(), (self.below(24) * 100 + self.below(60)).into());
            }
        }

        if self.below(3) == 0 {
            let days: Vec<&str> = DAYS.into_iter().filter(|_| self.below(2) == 0).collect();
            part.insert("utc_days".into(), days.into());
        }

        part.into()
    }

    /// A model with any prices.
    pub(super) fn row(&mut self) -> Value {
        let named: Vec<&str> = ["batch", "flex", "priority", "fast", "scale"]
            .into_iter()
            .filter(|_| self.below(2) == 0)
            .collect();
        let tiers: Map<String, Value> = named
            .into_iter()
            .map(|tier| (tier.to_owned(), self.pricing(&[])))
            .collect();
        let tiers = if tiers.is_empty() { Value::Null } else { tiers.into() };
        json!({"id": "made/up", "name": "Made up", "provider": "made", "upstream_model": "up", "type": "chat",
            "protocols": ["openai-chat"], "context_length": 1,
            "pricing": self.pricing(&["prompt", "completion"]), "service_tiers": tiers})
    }
}
