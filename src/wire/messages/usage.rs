//! Token counts as Anthropic states them: `input_tokens` leaves out the tokens read from a cache and those written to one,
//! `output_tokens` contains the thinking.

use serde_json::Value;

use crate::domain::{ServiceReport, ServiceTier, Tokens};
use crate::wire::usage::searches;

/// More tokens than any call can use: a larger number is nonsense and counts as absent.
const PLAUSIBLE: f64 = 1e10;

/// The counts so far. A stream reports the input at its start, and all counts again at its end.
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
    /// Reads a `usage` object. A value that is no plausible count counts as absent.
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

    /// Replaces the counts by those of a later event. Some hosts repeat the input as zeros at the end: such zeros do not
    /// replace an earlier input.
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

    pub(super) fn service(&self) -> ServiceReport {
        self.served
    }

    /// The counts; `None` if the provider reported neither input nor output.
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

/// The token counts of a whole answer.
pub fn tokens(answer: &Value) -> Option<Tokens> {
    Usage::read(answer.get("usage")?).tokens()
}

/// The service tier and the searches that a whole answer reports.
pub fn served(answer: &Value) -> ServiceReport {
    answer.get("usage").map(Usage::read).unwrap_or_default().service()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::messages::client_usage::ClientUsage;
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
