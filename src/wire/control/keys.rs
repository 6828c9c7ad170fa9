//! Where the control keys of a body lie.

use super::error::ControlError;
use crate::wire::json::{JsonError, Span, Walk, unquote};

/// The names of [`Keys`].
const KEYS: [&str; 16] = [
    "model",
    "stream",
    "stream_options",
    "n",
    "messages",
    "input",
    "prompt",
    "instructions",
    "system",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "service_tier",
    "speed",
    "best_of",
    "prediction",
];

/// The places of the values of the control keys that a body has.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) model: Option<Span>,
    pub(super) stream: Option<Span>,
    pub(super) stream_options: Option<Span>,
    pub(super) n: Option<Span>,
    pub(super) messages: Option<Span>,
    pub(super) input: Option<Span>,
    pub(super) prompt: Option<Span>,
    pub(super) instructions: Option<Span>,
    pub(super) system: Option<Span>,
    pub(super) max_tokens: Option<Span>,
    pub(super) max_completion_tokens: Option<Span>,
    pub(super) max_output_tokens: Option<Span>,
    pub(super) service_tier: Option<Span>,
    pub(super) speed: Option<Span>,
    pub(super) best_of: Option<Span>,
    pub(super) prediction: Option<Span>,
}

impl Keys {
    /// Fails if the text is not one JSON object, or a control key is there twice or in other letters.
    pub(super) fn find(&mut self, text: &str) -> Result<(), ControlError> {
        Walk::new(text).object(|key, value| {
            let name = unquote(key.of(text)).ok_or(JsonError::Unexpected(key.start))?;

            if let Some((known, slot)) = self.slot(&name) {
                if slot.replace(value).is_some() {
                    return Err(ControlError::Duplicate(known));
                }
            } else if let Some(known) = spelled_otherwise(&name) {
                return Err(ControlError::Spelling(known));
            }
            Ok(())
        })
    }

    #[inline]
    fn slot(&mut self, name: &str) -> Option<(&'static str, &mut Option<Span>)> {
        Some(match name {
            "model" => ("model", &mut self.model),
            "stream" => ("stream", &mut self.stream),
            "stream_options" => ("stream_options", &mut self.stream_options),
            "n" => ("n", &mut self.n),
            "messages" => ("messages", &mut self.messages),
            "input" => ("input", &mut self.input),
            "prompt" => ("prompt", &mut self.prompt),
            "instructions" => ("instructions", &mut self.instructions),
            "system" => ("system", &mut self.system),
            "max_tokens" => ("max_tokens", &mut self.max_tokens),
            "max_completion_tokens" => ("max_completion_tokens", &mut self.max_completion_tokens),
            "max_output_tokens" => ("max_output_tokens", &mut self.max_output_tokens),
            "service_tier" => ("service_tier", &mut self.service_tier),
            "speed" => ("speed", &mut self.speed),
            "best_of" => ("best_of", &mut self.best_of),
            "prediction" => ("prediction", &mut self.prediction),
            _ => return None,
        })
    }
}

/// The control key that a provider may take this name for: readers in Go and in .NET take capital letters for small ones, and
/// Go's also two letters beyond ASCII for `k` and `s`.
fn spelled_otherwise(name: &str) -> Option<&'static str> {
    // Almost every key is in small letters.
    if !name.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        return None;
    }

    let small = |letter: char| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        letter => letter.to_ascii_lowercase(),
    };
    KEYS.into_iter().find(|known| name.chars().map(small).eq(known.chars()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_key_has_a_slot_of_its_own() {
        let mut keys = Keys::default();

        for name in KEYS {
            let (known, slot) = keys.slot(name).unwrap();
            assert_eq!(known, name);
            assert_eq!(slot.replace(Span { start: 0, end: 1 }), None);
        }
    }
}
