//! Token counts, in the many places where providers that speak the OpenAI chat protocol put them.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::json::{JsonError, Span, Walk, unquote};
use crate::domain::{ServiceReport, ServiceTier, Tokens};

/// More searches than any call makes: a larger number is nonsense and counts as not said.
const MOST_SEARCHES: u64 = 100_000;

/// More tokens than any call can use: a larger number is nonsense and counts as not said.
const PLAUSIBLE: u64 = 10_000_000_000;

/// A count as providers send it; whatever is no plausible count reads as not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count(Option<u64>);

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

/// Reads how often the web was searched from a usage's `server_tool_use`.
pub(super) fn searches(server_tool_use: &serde_json::Value) -> Option<u64> {
    let count = server_tool_use.get("web_search_requests")?;
    Count::deserialize(count)
        .ok()?
        .0
        .filter(|&count| count <= MOST_SEARCHES)
}

#[derive(Clone, Copy, Debug, Default)]
struct Details {
    cached_tokens: Count,
    cache_write_tokens: Count,
    reasoning_tokens: Count,
}

#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Details,
    completion_tokens_details: Details,
    /// DeepSeek.
    prompt_cache_hit_tokens: Count,
    /// Kimi.
    cached_tokens: Count,
    /// xAI.
    cached_prompt_text_tokens: Count,
    /// Claude behind an OpenAI front.
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    /// Perplexity.
    reasoning_tokens: Count,
    citation_tokens: Count,
    /// Searches of the web, by Anthropic's name.
    server_tool_use: u64,
}

impl Count {
    /// Reads the text of one JSON value. A plain number, as nearly all are, is not put through a parser.
    fn read(value: &str) -> Self {
        if value.len() <= 10 && value.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self(value.parse().ok().filter(|&count| count <= PLAUSIBLE));
        }
        serde_json::from_str(value).unwrap_or_default()
    }
}

impl Details {
    /// Reads the text of one JSON value; what is no object has no details.
    fn read(text: &str) -> Self {
        let mut details = Self::default();
        let read = Walk::new(text).object(|key, value| {
            let count = || Count::read(value.of(text));
            match key.of(text) {
                "\"cached_tokens\"" => details.cached_tokens = count(),
                "\"cache_write_tokens\"" => details.cache_write_tokens = count(),
                "\"reasoning_tokens\"" => details.reasoning_tokens = count(),
                _ => {}
            }
            Ok::<_, JsonError>(())
        });
        if read.is_ok() { details } else { Self::default() }
    }
}

impl Usage {
    /// Reads the text of one JSON value, without a parser that fills every field; `None` if it is no object.
    fn read(text: &str) -> Option<Self> {
        let mut usage = Self::default();
        Walk::new(text)
            .object(|key, value| {
                let value = value.of(text);
                let count = || Count::read(value);
                match key.of(text) {
                    "\"prompt_tokens\"" => usage.prompt_tokens = count(),
                    "\"completion_tokens\"" => usage.completion_tokens = count(),
                    "\"total_tokens\"" => usage.total_tokens = count(),
                    "\"prompt_tokens_details\"" => usage.prompt_tokens_details = Details::read(value),
                    "\"completion_tokens_details\"" => usage.completion_tokens_details = Details::read(value),
                    "\"prompt_cache_hit_tokens\"" => usage.prompt_cache_hit_tokens = count(),
                    "\"cached_tokens\"" => usage.cached_tokens = count(),
                    "\"cached_prompt_text_tokens\"" => usage.cached_prompt_text_tokens = count(),
                    "\"cache_read_input_tokens\"" => usage.cache_read_input_tokens = count(),
                    "\"cache_creation_input_tokens\"" => usage.cache_creation_input_tokens = count(),
                    "\"reasoning_tokens\"" => usage.reasoning_tokens = count(),
                    "\"citation_tokens\"" => usage.citation_tokens = count(),
                    "\"server_tool_use\"" => {
                        let used = serde_json::from_str(value).unwrap_or_default();
                        usage.server_tool_use = searches(&used).unwrap_or(0);
                    }
                    _ => {}
                }
                Ok::<_, JsonError>(())
            })
            .ok()?;
        Some(usage)
    }

    /// `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where that is known. Where it
    /// is not known to, thinking is added only if the provider's own total shows that it stands beside.
    fn tokens(&self, includes_reasoning: Option<bool>) -> Option<Tokens> {
        if self.prompt_tokens.0.is_none() && self.completion_tokens.0.is_none() {
            return None;
        }
        let prompt = self.prompt_tokens.0.unwrap_or(0);
        let mut completion = self.completion_tokens.0.unwrap_or(0);
        let (input, output) = (self.prompt_tokens_details, self.completion_tokens_details);
        let first = |counts: &[Count]| counts.iter().find_map(|count| count.0).unwrap_or(0);
        let cache_read = first(&[
            input.cached_tokens,
            self.prompt_cache_hit_tokens,
            self.cached_tokens,
            self.cached_prompt_text_tokens,
            self.cache_read_input_tokens,
        ]);
        let cache_write = first(&[input.cache_write_tokens, self.cache_creation_input_tokens]);
        let reasoning = first(&[output.reasoning_tokens, self.reasoning_tokens]);
        let beside = self
            .total_tokens
            .0
            .map_or(0, |total| total.saturating_sub(prompt).saturating_sub(completion));
        let on_top = [reasoning, reasoning + self.citation_tokens.0.unwrap_or(0)];
        if includes_reasoning != Some(true) && beside > 0 && on_top.contains(&beside) {
            completion += beside;
        }
        let cache_read = cache_read.min(prompt);
        Some(Tokens {
            prompt,
            completion,
            cache_read,
            cache_write: cache_write.min(prompt - cache_read),
            // This protocol does not tell how long a cache is kept.
            cache_write_1h: 0,
            reasoning: reasoning.min(completion),
        })
    }
}

/// What an answer says of its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportedUsage {
    /// The counts, if it has any.
    pub tokens: Option<Tokens>,
    /// How it was served.
    pub service: ServiceReport,
}

/// What an answer that is not a stream says of its use.
///
/// # Errors
/// If the answer is not a JSON object.
pub fn of_answer(answer: &[u8], includes_reasoning: Option<bool>) -> Result<ReportedUsage, NotJson> {
    glance(answer, includes_reasoning).map(|glance| glance.usage)
}

/// What one walk over a whole answer finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// What it says of its use.
    pub usage: ReportedUsage,
    /// Where the name of its model stands, if it has one.
    pub model: Option<Span>,
    /// It may be no answer but the report of a failure, or hold nothing: [`super::reported`] knows.
    pub suspect: bool,
}

/// The same, and what else one walk finds.
///
/// # Errors
/// If the answer is not a JSON object.
pub fn glance(answer: &[u8], includes_reasoning: Option<bool>) -> Result<Glance, NotJson> {
    let text = std::str::from_utf8(answer).map_err(|_| NotJson)?;
    let parts = Parts::of(text).map_err(|_| NotJson)?;
    let is_list = |span: Option<Span>| span.is_some_and(|span| span.len() > 2 && span.of(text).starts_with('['));
    let suspect = parts.suspect || !(is_list(parts.choices) || is_list(parts.data));
    Ok(Glance {
        usage: parts.said(text, includes_reasoning),
        model: parts.model,
        suspect,
    })
}

/// An answer that is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not a JSON object")]
pub struct NotJson;

/// What one chunk of a stream says of its use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkUsage {
    /// What the chunk says of it.
    pub said: ReportedUsage,
    /// Whether the chunk carries nothing but usage: its `choices` is an empty list.
    pub alone: bool,
}

/// Reads the usage in the data of one chunk. Moonshot puts it in the first choice.
pub fn of_chunk(data: &[u8], includes_reasoning: Option<bool>) -> ChunkUsage {
    let Ok(text) = std::str::from_utf8(data) else {
        return ChunkUsage::default();
    };
    let Ok(parts) = Parts::of(text) else {
        return ChunkUsage::default();
    };
    let said = parts.said(text, includes_reasoning);
    let no_choice = parts.choices.is_some_and(|c| {
        c.of(text)
            .strip_prefix('[')
            .is_some_and(|rest| rest.trim_start() == "]")
    });
    ChunkUsage {
        said,
        alone: said.tokens.is_some() && no_choice,
    }
}

/// About how many tokens so many bytes of text are, where nobody counted: a token is about four bytes.
pub fn estimate(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(4)
}

/// How many bytes of text an answer delivered, for the estimate: the strings under the keys that carry generated text.
pub fn text_bytes(json: &[u8]) -> usize {
    // `content` also ends `reasoning_content`.
    [b"content\"".as_slice(), b"arguments\"", b"reasoning\""]
        .iter()
        .map(|key| strings_after(json, key))
        .sum()
}

/// What a picture or a file in a request is worth, in bytes of text.
pub const INLINE: usize = 8_192;

/// Pictures and files that stand in a request as text, in base 64: how many bytes they take, and how many there are. A
/// provider counts them in tokens by what they show, not by how long they are.
pub fn inline_data(json: &[u8]) -> (usize, usize) {
    let mut found = (0, 0);
    if json.len() < SHORTEST_DATA {
        return found;
    }
    let mut at = 0;
    while let Some(place) = json.get(at..).and_then(|rest| memchr::memmem::find(rest, b"base64")) {
        at += place + b"base64".len();
        let rest = json.get(at..).unwrap_or_default();
        // `data:image/png;base64,…`, or Anthropic's `"type":"base64", …, "data":"…"`.
        let is_address = json.get(..at).is_some_and(|before| before.ends_with(b";base64"));
        let start = match rest.strip_prefix(b",").filter(|_| is_address) {
            Some(_) => Some(1),
            None => memchr::memmem::find(rest.get(..200).unwrap_or(rest), b"\"data\"")
                .and_then(|key| Some(key + 6 + memchr::memchr(b'"', rest.get(key + 6..)?)? + 1)),
        };
        let Some(start) = start else { continue };
        let data = rest.get(start..).unwrap_or_default();
        let length = memchr::memchr(b'"', data).unwrap_or(data.len());
        if length >= SHORTEST_DATA {
            found = (found.0 + length, found.1 + 1);
            at += start + length;
        }
    }
    found
}

/// Shorter data is not worth telling from text.
const SHORTEST_DATA: usize = 4_096;

fn strings_after(json: &[u8], key: &[u8]) -> usize {
    memchr::memmem::find_iter(json, key)
        .map(|at| string_length(value_after(json, at + key.len())))
        .sum()
}

/// What follows the key that ends at `at`, from the value's first byte on.
pub(super) fn value_after(json: &[u8], at: usize) -> &[u8] {
    let rest = json.get(at..).unwrap_or_default().trim_ascii_start();
    rest.strip_prefix(b":").unwrap_or_default().trim_ascii_start()
}

/// The bytes of the string that starts here, without its quotes; 0 if it is no string.
fn string_length(value: &[u8]) -> usize {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return 0;
    };
    let mut at = 0;
    while let Some(found) = inner.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if inner.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }
    inner.len()
}

/// Where the parts of an answer lie that speak of usage, and of who ran.
#[derive(Default)]
struct Parts {
    model: Option<Span>,
    usage: Option<Span>,
    choices: Option<Span>,
    data: Option<Span>,
    tier: Option<ServiceTier>,
    /// It has a member that a failure would have.
    suspect: bool,
}

impl Parts {
    fn of(text: &str) -> Result<Self, JsonError> {
        let mut parts = Self::default();
        Walk::new(text).object(|key, value| {
            match key.of(text) {
                "\"usage\"" if value.of(text) != "null" => parts.usage = Some(value),
                "\"choices\"" => parts.choices = Some(value),
                "\"data\"" => parts.data = Some(value),
                "\"model\"" => parts.model = Some(value),
                "\"error\"" => parts.suspect |= value.of(text) != "null",
                "\"base_resp\"" => parts.suspect = true,
                "\"object\"" | "\"type\"" => parts.suspect |= value.of(text) == "\"error\"",
                "\"service_tier\"" => parts.tier = unquote(value.of(text)).and_then(|name| ServiceTier::named(&name)),
                _ => {}
            }
            Ok::<_, JsonError>(())
        })?;
        Ok(parts)
    }

    fn said(&self, text: &str, includes_reasoning: Option<bool>) -> ReportedUsage {
        #[derive(Deserialize)]
        struct Choice {
            #[serde(default)]
            usage: serde_json::Value,
        }
        let usage = self.usage.and_then(|span| Usage::read(span.of(text)));
        let usage = usage.or_else(|| {
            let choices = self.choices?.of(text);
            memchr::memmem::find(choices.as_bytes(), b"\"usage\"")?;
            let choices: Vec<Choice> = serde_json::from_str(choices).ok()?;
            choices.iter().find_map(|choice| Usage::read(&choice.usage.to_string()))
        });
        let served = ServiceReport {
            tier: self.tier,
            fast: None,
            searches: usage.map_or(0, |usage| usage.server_tool_use),
        };
        ReportedUsage {
            tokens: usage.and_then(|usage| usage.tokens(includes_reasoning)),
            service: served,
        }
    }
}

#[cfg(test)]
mod tests;
