//! Recognises a provider's report that a prompt is too long for the model's context window, and tells it to a client in the
//! words of the client's own protocol: clients that know the words shorten their conversation and go on.

mod numbers;
mod phrases;
#[cfg(test)]
mod tests;

use self::phrases::{CODES, Counts, NUMBERS, PHRASES, RATE};
use super::api_error::ApiError;
use super::bodies::Surface;
use super::code::Code;
use super::provider_error::ProviderError;

/// A prompt that is too long, with the numbers that are known, in tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overflow {
    /// The prompt.
    pub prompt: Option<u64>,
    /// The longest answer that the request permits, where it counts too.
    pub answer: Option<u64>,
    /// The context window of the model.
    pub window: Option<u64>,
    /// The part of the prompt beyond the window, where only that is told.
    pub excess: Option<u64>,
}

impl Overflow {
    /// Reads a provider's error; `None` if it speaks of something else, for example of a limit per minute. `status` is the
    /// error's own, if it has one.
    pub fn read(status: Option<u16>, error: &ProviderError) -> Option<Self> {
        if matches!(status, Some(401..=404 | 429)) {
            return None;
        }

        let is_code = |text: &String| {
            let is_large = status == Some(413) && text == "request_too_large";
            is_large || CODES.iter().any(|(code, _)| text == code)
        };
        let has_code = [&error.code, &error.kind].into_iter().flatten().any(is_code);
        let message = error.message.as_deref().unwrap_or_default().to_lowercase();
        let has_phrase = PHRASES.iter().any(|(phrase, _)| message.contains(phrase));
        if !has_code && !has_phrase {
            return None;
        }

        let speaks_of_rate = |text: &str| RATE.iter().any(|word| text.contains(word));
        let words = [&error.code, &error.kind].into_iter().flatten();
        if speaks_of_rate(&message) || words.into_iter().any(|word| speaks_of_rate(word)) {
            return None;
        }
        Some(Self::of_message(&message))
    }

    /// The numbers in a message in lower case.
    fn of_message(message: &str) -> Self {
        let find = |wanted: Counts| {
            let mut rows = NUMBERS.iter().filter(|(counts, ..)| *counts == wanted);
            rows.find_map(|(_, before, after)| numbers::between(message, before, after))
        };

        let (answer, window) = (find(Counts::Answer), find(Counts::Window));
        let of_sum = || find(Counts::Sum)?.checked_sub(answer.unwrap_or_default());
        Self {
            prompt: find(Counts::Prompt).or_else(of_sum),
            answer,
            window,
            excess: find(Counts::Excess),
        }
    }

    /// The tokens that are left for the answer beside the prompt, if the refusal tells that the prompt fits without it.
    pub fn left_for_answer(&self) -> Option<u64> {
        let (prompt, window) = (self.prompt?, self.window?);
        too_much(prompt, self.answer, window).map(|_| window.saturating_sub(prompt))
    }

    /// The same with an estimate of the prompt and the catalog's window where the provider does not say. A window of 0 is
    /// unknown.
    #[must_use]
    pub fn or(self, estimate: u64, window: u64) -> Self {
        let window = self.window.or(Some(window).filter(|window| *window > 0));
        let told = self.prompt.or_else(|| window?.checked_add(self.excess?));
        let prompt = told.unwrap_or_else(|| estimate.max(window.map_or(0, |window| window.saturating_add(1))));
        Self {
            prompt: Some(prompt),
            window,
            ..self
        }
    }

    /// The error for the client. `param` is the key of the request that holds the prompt.
    pub fn error(&self, surface: Surface, param: &'static str) -> ApiError {
        let Self {
            prompt, answer, window, ..
        } = *self;
        let (message, param) = match surface {
            Surface::Anthropic => (anthropic(prompt, answer, window), None),
            Surface::Openai => (openai(prompt, answer, window), Some(param.into())),
        };

        ApiError {
            param,
            ..ApiError::new(Code::ContextLengthExceeded, message)
        }
    }
}

/// The longest answer, if the prompt fits without it.
fn too_much(prompt: u64, answer: Option<u64>, window: u64) -> Option<u64> {
    answer.filter(|answer| prompt <= window && prompt.saturating_add(*answer) > window)
}

fn anthropic(prompt: Option<u64>, answer: Option<u64>, window: Option<u64>) -> String {
    let (Some(prompt), Some(window)) = (prompt, window) else {
        return "prompt is too long".into();
    };

    match too_much(prompt, answer, window) {
        Some(answer) => format!(
            "input length and `max_tokens` exceed context limit: {prompt} + {answer} > {window}, decrease input length or \
             `max_tokens` and try again"
        ),
        None => format!("prompt is too long: {prompt} tokens > {window} maximum"),
    }
}

fn openai(prompt: Option<u64>, answer: Option<u64>, window: Option<u64>) -> String {
    let (Some(prompt), Some(window)) = (prompt, window) else {
        return "Your input exceeds the context window of this model. Please reduce the length of the messages.".into();
    };

    match too_much(prompt, answer, window) {
        Some(answer) => format!(
            "This model's maximum context length is {window} tokens. However, you requested {} tokens ({prompt} in the \
             messages, {answer} in the completion). Please reduce the length of the messages or completion.",
            prompt.saturating_add(answer)
        ),
        None => format!(
            "This model's maximum context length is {window} tokens. However, your messages resulted in {prompt} tokens. \
             Please reduce the length of the messages."
        ),
    }
}
