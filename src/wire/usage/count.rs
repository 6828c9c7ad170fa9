//! One count as providers send it: as a number, as null, or as something else.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// More searches than any call makes: a larger number makes no sense and counts as not given.
const MOST_SEARCHES: u64 = 100_000;

/// More tokens than any call can use: a larger number makes no sense and counts as not given.
const PLAUSIBLE: u64 = 10_000_000_000;

/// A count as providers send it; any value that is no plausible count reads as not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count(pub(super) Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Counting)
    }
}

/// Reads a count without making a value of it first: each answer has a dozen.
struct Counting;

impl<'de> Visitor<'de> for Counting {
    type Value = Count;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a count")
    }

    fn visit_u64<E>(self, count: u64) -> Result<Count, E> {
        Ok(Count(Some(count).filter(|&count| count <= PLAUSIBLE)))
    }

    fn visit_i64<E>(self, count: i64) -> Result<Count, E> {
        Ok(Count(u64::try_from(count).ok().filter(|&count| count <= PLAUSIBLE)))
    }

    fn visit_f64<E>(self, count: f64) -> Result<Count, E> {
        let whole = count.fract() == 0.0 && (0.0..1e10).contains(&count);
        Ok(Count(whole.then_some(count as u64).filter(|&count| count <= PLAUSIBLE)))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_str<E>(self, _: &str) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_unit<E>(self) -> Result<Count, E> {
        Ok(Count(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Count, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Count(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Count, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Count(None))
    }
}

impl Count {
    /// Reads the text of one JSON value. Nearly all are plain numbers, and need no parser.
    pub(super) fn read(value: &str) -> Self {
        if value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self(value.parse().ok().filter(|&count| count <= PLAUSIBLE));
        }
        serde_json::from_str(value).unwrap_or_default()
    }
}

/// The number of web searches in a usage's `server_tool_use`.
pub(in crate::wire) fn searches(server_tool_use: &serde_json::Value) -> Option<u64> {
    let count = server_tool_use.get("web_search_requests")?;
    Count::deserialize(count)
        .ok()?
        .0
        .filter(|&count| count <= MOST_SEARCHES)
}
