//! Token counts as Anthropic states them: `input_tokens` leaves out both what was read from a cache and what was written
//! to one, `output_tokens` contains the thinking.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{ServiceReport, ServiceTier, Tokens};
use crate::wire::usage::searches;

/// More tokens than any call can use: a larger number is nonsense and counts as not said.
const PLAUSIBLE: f64 = 1e10;

/// What was said so far. A stream says it twice: the input at its start, all of it, counted up, at its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Usage {
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    cache_write_1h: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
    served: ServiceReport,
}

impl Usage {
    /// Reads a `usage` object; whatever is no plausible count reads as not said.
    pub(super) fn read(usage: &Value) -> Self {
        let of = |value: Option<&Value>| {
            let number = value?
                .as_f64()
                .filter(|n| n.fract() == 0.0 && (0.0..=PLAUSIBLE).contains(n))?;
            Some(number as u64)
        };
        let one_hour = of(usage.pointer("/cache_creation/ephemeral_1h_input_tokens"));
        let minutes = of(usage.pointer("/cache_creation/ephemeral_5m_input_tokens"));
        let split = one_hour
            .or(minutes)
            .map(|_| one_hour.unwrap_or(0) + minutes.unwrap_or(0));
        let named = |key: &str| usage.get(key).and_then(Value::as_str).and_then(ServiceTier::named);
        let served = ServiceReport {
            tier: named("service_tier"),
            fast: named("speed").map(|speed| speed == ServiceTier::Fast),
            searches: usage.get("server_tool_use").and_then(searches).unwrap_or(0),
        };
        Self {
            input: of(usage.get("input_tokens")),
            cache_read: of(usage.get("cache_read_input_tokens")),
            cache_write: of(usage.get("cache_creation_input_tokens")).or(split),
            cache_write_1h: one_hour,
            output: of(usage.get("output_tokens")),
            thinking: of(usage.pointer("/output_tokens_details/thinking_tokens")),
            served,
        }
    }

    /// Takes what a later event says over what was known. Some hosts repeat the input as zeros at the end: a report of
    /// nothing at all does not undo an earlier one.
    pub(super) fn update(&mut self, later: Self) {
        let input = [later.input, later.cache_read, later.cache_write];
        if input.iter().flatten().any(|&count| count > 0) {
            self.input = later.input.or(self.input);
            self.cache_read = later.cache_read.or(self.cache_read);
            self.cache_write = later.cache_write.or(self.cache_write);
            self.cache_write_1h = later.cache_write_1h.or(self.cache_write_1h);
        }
        self.output = later.output.or(self.output);
        self.thinking = later.thinking.or(self.thinking);
        self.served = self.served.then(later.served);
    }

    /// How the call was served.
    pub(super) fn served(&self) -> ServiceReport {
        self.served
    }

    /// The counts, if there are any.
    pub(super) fn tokens(&self) -> Option<Tokens> {
        if self.input.is_none() && self.output.is_none() {
            return None;
        }
        let cache_read = self.cache_read.unwrap_or(0);
        let cache_write = self.cache_write.unwrap_or(0);
        let completion = self.output.unwrap_or(0);
        Some(Tokens {
            prompt: self.input.unwrap_or(0) + cache_read + cache_write,
            completion,
            cache_read,
            cache_write,
            cache_write_1h: self.cache_write_1h.unwrap_or(0).min(cache_write),
            reasoning: self.thinking.unwrap_or(0).min(completion),
        })
    }
}

/// What a whole answer that passes untouched says of its tokens.
pub fn tokens(answer: &Value) -> Option<Tokens> {
    Usage::read(answer.get("usage")?).tokens()
}

/// What a whole answer says of how it was served.
pub fn served(answer: &Value) -> ServiceReport {
    answer.get("usage").map(Usage::read).unwrap_or_default().served()
}

/// `usage`, for a client.
#[derive(Debug, Serialize)]
pub(super) struct ClientUsage {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    cache_creation: Creation,
    output_tokens: u64,
    output_tokens_details: Details,
}

#[derive(Debug, Serialize)]
struct Creation {
    ephemeral_5m_input_tokens: u64,
    ephemeral_1h_input_tokens: u64,
}

#[derive(Debug, Serialize)]
struct Details {
    thinking_tokens: u64,
}

impl ClientUsage {
    /// The counts in Anthropic's terms. Nothing known reads as zeros: clients need the fields.
    pub(super) fn new(tokens: Option<Tokens>) -> Self {
        let tokens = tokens.unwrap_or_default();
        Self {
            input_tokens: tokens
                .prompt
                .saturating_sub(tokens.cache_read)
                .saturating_sub(tokens.cache_write),
            cache_creation_input_tokens: tokens.cache_write,
            cache_read_input_tokens: tokens.cache_read,
            cache_creation: Creation {
                ephemeral_5m_input_tokens: tokens.cache_write.saturating_sub(tokens.cache_write_1h),
                ephemeral_1h_input_tokens: tokens.cache_write_1h,
            },
            output_tokens: tokens.completion,
            output_tokens_details: Details {
                thinking_tokens: tokens.reasoning,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_caches_stand_beside_the_input() {
        let usage = json!({"input_tokens": 11, "cache_read_input_tokens": 200, "cache_creation_input_tokens": 50,
            "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 30},
            "output_tokens": 77, "output_tokens_details": {"thinking_tokens": 33}});

        let tokens = Usage::read(&usage).tokens();

        assert_eq!(
            tokens,
            Some(Tokens {
                prompt: 261,
                completion: 77,
                cache_read: 200,
                cache_write: 50,
                cache_write_1h: 30,
                reasoning: 33
            })
        );
        assert_eq!(
            Usage::read(&serde_json::to_value(ClientUsage::new(tokens)).unwrap()).tokens(),
            tokens
        );
    }

    #[test]
    fn odd_numbers_are_read_and_nonsense_is_not() {
        let usage = |value: Value| Usage::read(&value).tokens().map(|t| (t.prompt, t.completion));

        assert_eq!(usage(json!({"input_tokens": 3.0, "output_tokens": 4.0})), Some((3, 4)));
        assert_eq!(usage(json!({"input_tokens": -3, "output_tokens": 4.5})), None);
        assert_eq!(usage(json!({"input_tokens": null})), None);
        assert_eq!(usage(json!({"input_tokens": 1e300, "output_tokens": 1})), Some((0, 1)));
        assert_eq!(usage(json!([])), None);
        assert_eq!(tokens(&json!({"usage": null})), None);
    }

    #[test]
    fn the_end_of_a_stream_corrects_its_start_but_zeros_do_not() {
        let start = json!({"input_tokens": 10, "cache_read_input_tokens": 5, "output_tokens": 1});
        let counted = |later: Value| {
            let mut usage = Usage::read(&start);
            usage.update(Usage::read(&later));
            usage.tokens().map(|t| (t.prompt, t.cache_read, t.completion)).unwrap()
        };

        assert_eq!(counted(json!({"output_tokens": 9})), (15, 5, 9));
        assert_eq!(
            counted(json!({"input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 9})),
            (15, 5, 9)
        );
        assert_eq!(
            counted(json!({"input_tokens": 2, "cache_read_input_tokens": 20, "output_tokens": 9})),
            (22, 20, 9)
        );
    }
}
