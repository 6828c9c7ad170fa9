//! The fields of a usage object, in the many places where providers put them.

use super::count::{Count, searches};
use crate::domain::Tokens;
use crate::wire::json::{JsonError, Walk};

#[derive(Clone, Copy, Debug, Default)]
struct Details {
    cached_tokens: Count,
    cache_write_tokens: Count,
    reasoning_tokens: Count,
    audio_tokens: Count,
}

/// The counts of one usage object, under all names that providers have for them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Details,
    completion_tokens_details: Details,
    // DeepSeek.
    prompt_cache_hit_tokens: Count,
    // Kimi.
    cached_tokens: Count,
    // xAI.
    cached_prompt_text_tokens: Count,
    // Claude behind an OpenAI front.
    cache_read_input_tokens: Count,
    cache_creation_input_tokens: Count,
    // Perplexity.
    reasoning_tokens: Count,
    /// Web searches, by the names of Anthropic and OpenRouter.
    pub(super) server_tool_use: u64,
}

impl Details {
    /// Reads the text of one JSON value; a value that is no object has no details.
    fn read(text: &str) -> Self {
        let mut details = Self::default();
        let read = Walk::new(text).object(|key, value| {
            let count = || Count::read(value.of(text));
            match key.of(text) {
                "\"cached_tokens\"" => details.cached_tokens = count(),
                "\"cache_write_tokens\"" => details.cache_write_tokens = count(),
                "\"reasoning_tokens\"" => details.reasoning_tokens = count(),
                "\"audio_tokens\"" => details.audio_tokens = count(),
                _ => {}
            }
            Ok::<_, JsonError>(())
        });
        if read.is_ok() { details } else { Self::default() }
    }
}

impl Usage {
    /// Reads the text of one JSON value, without a parser that fills every field; `None` if it is no object.
    pub(super) fn read(text: &str) -> Option<Self> {
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
                    "\"server_tool_use\"" | "\"server_tool_use_details\"" if value.starts_with('{') => {
                        let used = serde_json::from_str(value).unwrap_or_default();
                        // OpenRouter states the same number under both names.
                        usage.server_tool_use = usage.server_tool_use.max(searches(&used).unwrap_or(0));
                    }
                    _ => {}
                }
                Ok::<_, JsonError>(())
            })
            .ok()?;
        Some(usage)
    }

    /// `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where that is known. If it is
    /// not known to, all that the provider's own total has beyond the prompt is output.
    pub(super) fn tokens(&self, includes_reasoning: Option<bool>) -> Option<Tokens> {
        if self.prompt_tokens.0.is_none() && self.completion_tokens.0.is_none() {
            return None;
        }

        let mut prompt = self.prompt_tokens.0.unwrap_or(0);
        let completion = self.completion_tokens.0.unwrap_or(0);

        let (input, output) = (self.prompt_tokens_details, self.completion_tokens_details);
        let first = |counts: &[Count]| counts.iter().find_map(|count| count.0).unwrap_or(0);
        let by_anthropic = [self.cache_read_input_tokens, self.cache_creation_input_tokens];
        let cache_read = first(&[
            input.cached_tokens,
            self.prompt_cache_hit_tokens,
            self.cached_tokens,
            self.cached_prompt_text_tokens,
            self.cache_read_input_tokens,
        ]);
        let cache_write = first(&[input.cache_write_tokens, self.cache_creation_input_tokens]);
        let reasoning = first(&[output.reasoning_tokens, self.reasoning_tokens]);

        // Claude behind an OpenAI front, where the caches stand beside the prompt as they do at Anthropic.
        let caches: u64 = by_anthropic.iter().filter_map(|count| count.0).sum();
        if caches > 0 && self.total_tokens.0 == Some(prompt + completion + caches) {
            prompt += caches;
        }
        // Mistral counts heard sound beside the prompt, and charges it by the minute.
        let heard = input.audio_tokens.0.filter(|&heard| heard > prompt).unwrap_or(0);
        let completion = match self.total_tokens.0 {
            _ if includes_reasoning == Some(true) => completion,
            Some(total) => completion.max(total.saturating_sub(prompt).saturating_sub(heard)),
            // More thinking than output cannot be a part of it.
            None if includes_reasoning == Some(false) || reasoning > completion => completion + reasoning,
            None => completion,
        };

        let cache_read = cache_read.min(prompt);
        Some(Tokens {
            prompt,
            completion,
            cache_read,
            cache_write: cache_write.min(prompt - cache_read),
            // This protocol does not say how long a cache is kept.
            cache_write_1h: 0,
            reasoning: reasoning.min(completion),
        })
    }

    /// The counts of an answer that is made of a prompt alone: embeddings. Some providers state only their total.
    pub(super) fn of_prompt(&self) -> Option<Tokens> {
        let prompt = self.total_tokens.0.filter(|_| self.completion_tokens.0.is_none())?;
        Some(Tokens {
            prompt: self.prompt_tokens.0.unwrap_or(prompt),
            ..Tokens::default()
        })
    }
}
