//! Token counts and services, as this protocol reports them.

use serde::Serialize;
use serde_json::Value;

use crate::domain::{ServiceReport, ServiceTier, Tokens};

/// More tokens than any call can use: a larger number is nonsense and counts as absent.
const PLAUSIBLE: f64 = 1e10;

/// The token counts of a whole answer.
pub fn tokens(answer: &Value) -> Option<Tokens> {
    of_usage(answer.get("usage")?)
}

/// The service tier and the searches that a whole answer reports.
pub fn served(answer: &Value) -> ServiceReport {
    let tier = answer
        .get("service_tier")
        .and_then(Value::as_str)
        .and_then(ServiceTier::named);
    let output = answer.get("output").and_then(Value::as_array).into_iter().flatten();
    ServiceReport {
        tier,
        fast: None,
        searches: output.filter(|item| is_search(item)).count() as u64,
    }
}

/// Whether an item is a web search that took place. The same tool opens pages and searches in them, which OpenAI does not
/// charge.
pub(super) fn is_search(item: &Value) -> bool {
    let text = |path: &str| item.pointer(path).and_then(Value::as_str);
    text("/type") == Some("web_search_call")
        && text("/status").is_none_or(|status| status == "completed")
        && text("/action/type").is_none_or(|action| action == "search")
}

/// Reads a `usage` object. `input_tokens` contains the tokens read from and written to a cache, `output_tokens` the
/// thinking; where a server counts it beside them, its total shows it.
pub(super) fn of_usage(usage: &Value) -> Option<Tokens> {
    let count = |path: &str| usage.pointer(path).and_then(whole);
    let (input, output) = (count("/input_tokens"), count("/output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }

    let prompt = input.unwrap_or(0);
    let beyond = count("/total_tokens").unwrap_or(0).saturating_sub(prompt);
    let completion = output.unwrap_or(0).max(beyond);
    let cache_read = count("/input_tokens_details/cached_tokens")
        // Perplexity's name.
        .or_else(|| count("/input_tokens_details/cache_read_input_tokens"))
        .unwrap_or(0)
        .min(prompt);
    let cache_write = count("/input_tokens_details/cache_write_tokens")
        .unwrap_or(0)
        .min(prompt - cache_read);

    Some(Tokens {
        prompt,
        completion,
        cache_read,
        cache_write,
        // OpenAI caches for up to half a day. It counts as the longer of two times, as an hour does at Anthropic.
        cache_write_1h: count("/input_tokens_details/cache_write_tokens_details/ttl_12h_tokens")
            .unwrap_or(0)
            .min(cache_write),
        reasoning: count("/output_tokens_details/reasoning_tokens")
            .unwrap_or(0)
            .min(completion),
    })
}

fn whole(value: &Value) -> Option<u64> {
    let float = |n: &f64| n.fract() == 0.0 && (0.0..PLAUSIBLE).contains(n);
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(float).map(|n| n as u64))
        .filter(|&n| (n as f64) < PLAUSIBLE)
}

/// The `usage` of an answer. The SDKs require every field.
#[derive(Serialize)]
pub(super) struct Usage {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Serialize)]
struct InputDetails {
    cached_tokens: u64,
    cache_write_tokens: u64,
}

#[derive(Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            input_tokens: tokens.prompt,
            input_tokens_details: InputDetails {
                cached_tokens: tokens.cache_read,
                cache_write_tokens: tokens.cache_write,
            },
            output_tokens: tokens.completion,
            output_tokens_details: OutputDetails {
                reasoning_tokens: tokens.reasoning,
            },
            total_tokens: tokens.prompt.saturating_add(tokens.completion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_count_is_read() {
        let answer = json!({"usage": {
            "input_tokens": 100, "output_tokens": 20.0,
            "input_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 30,
                "cache_write_tokens_details": {"ttl_30m_tokens": 20, "ttl_12h_tokens": 10}},
            "output_tokens_details": {"reasoning_tokens": 7}, "total_tokens": 120,
        }});

        let expected = Tokens {
            prompt: 100,
            completion: 20,
            cache_read: 60,
            cache_write: 30,
            cache_write_1h: 10,
            reasoning: 7,
        };
        assert_eq!(tokens(&answer), Some(expected));
    }

    #[test]
    fn what_only_the_total_shows_is_output() {
        let completion = |total: u64| {
            let usage = json!({"input_tokens": 10, "output_tokens": 5, "total_tokens": total});
            of_usage(&usage).map(|tokens| tokens.completion)
        };

        assert_eq!(completion(35), Some(25));
        assert_eq!(completion(15), Some(5));
        assert_eq!(completion(3), Some(5));
    }

    #[test]
    fn missing_counts_and_nonsense_are_zero_or_absent() {
        assert_eq!(tokens(&json!({})), None);
        assert_eq!(tokens(&json!({"usage": null})), None);
        assert_eq!(tokens(&json!({"usage": {"input_tokens": -1}})), None);

        let part = tokens(&json!({"usage": {"input_tokens": 3, "input_tokens_details": {"cached_tokens": 9}}}));
        assert_eq!(
            part,
            Some(Tokens {
                prompt: 3,
                cache_read: 3,
                ..Tokens::default()
            })
        );
    }
}
