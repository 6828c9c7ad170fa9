//! Where the control keys of a body lie.

use super::error::ControlError;
use crate::wire::json::{JsonError, Span, Walk, unquote};

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

/// The values of the control keys that a body has.
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
    #[inline]
    pub(super) fn find(text: &str) -> Result<Self, ControlError> {
        let mut found: [Option<Span>; KEYS.len()] = [None; KEYS.len()];
        Walk::new(text).object(|key, value| {
            let name = unquote(key.of(text)).ok_or(JsonError::Unexpected(key.start))?;

            if let Some(which) = KEYS.iter().position(|known| *known == name) {
                let (Some(slot), Some(known)) = (found.get_mut(which), KEYS.get(which)) else {
                    return Ok(());
                };
                if slot.replace(value).is_some() {
                    return Err(ControlError::Duplicate(known));
                }
            } else if let Some(known) = spelled_otherwise(&name) {
                return Err(ControlError::Spelling(known));
            }
            Ok(())
        })?;

        let [
            model,
            stream,
            stream_options,
            n,
            messages,
            input,
            prompt,
            instructions,
            system,
            max_tokens,
            max_completion_tokens,
            max_output_tokens,
            service_tier,
            speed,
            best_of,
            prediction,
        ] = found;
        Ok(Self {
            model,
            stream,
            stream_options,
            n,
            messages,
            input,
            prompt,
            instructions,
            system,
            max_tokens,
            max_completion_tokens,
            max_output_tokens,
            service_tier,
            speed,
            best_of,
            prediction,
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
