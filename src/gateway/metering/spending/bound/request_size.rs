//! How many tokens a request may use, by its body.

use crate::domain::{Model, Reserve};
use crate::wire::control::{Beyond, Control};
use crate::wire::operation::Operation;
use crate::wire::usage::{INLINE, inline_data};

/// So many tokens of an answer are reserved if the request has no limit and the reserve is soft.
pub(super) const USUAL_ANSWER: u64 = 4_096;
/// So many tokens a provider may add to a prompt: its own system prompt, the explanation of tools, the borders of messages. The
/// most that is known is about 1,600 (Anthropic's tools).
pub(super) const UNSEEN: u64 = 2_048;
/// So many tokens a provider may add to each text that becomes a vector.
pub(super) const UNSEEN_OF_TEXT: u64 = 32;
/// The least limit that a provider accepts: OpenAI's Responses refuse a lower one.
pub(super) const LEAST_LIMIT: u64 = 16;

/// How much a request asks for, whichever model answers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RequestSize {
    /// Tokens of the prompt, as far as the body shows them.
    prompt: u64,
    /// The same without what the provider may add.
    about: u64,
    /// How often the provider may read a whole context.
    contexts: u64,
    /// Whether the prompt is one text, which cannot be longer than the model's context.
    is_one: bool,
    limit: Option<u64>,
    predicted: u64,
    answers: u64,
    reserve: Reserve,
}

impl RequestSize {
    pub(super) fn read(control: &Control, body: &[u8], reserve: Reserve) -> Self {
        let is_one = control.operation() != Operation::Embeddings;
        let base = Self {
            prompt: 0,
            about: 0,
            contexts: 0,
            is_one,
            limit: control.max_tokens,
            predicted: 0,
            answers: control.answers,
            reserve,
        };

        match reserve {
            Reserve::Soft => base.soft(body),
            Reserve::Strict => base.strict(control, body),
        }
    }

    /// The size with a usual number of tokens for the body.
    fn soft(self, body: &[u8]) -> Self {
        let (data, pieces) = inline_data(body);
        let text = body.len().saturating_sub(data) + pieces * INLINE;
        let prompt = (text as u64).div_ceil(3);
        Self {
            prompt,
            about: prompt,
            ..self
        }
    }

    /// The size with the most tokens that the body may have.
    fn strict(self, control: &Control, body: &[u8]) -> Self {
        let Beyond { reads, writes } = control.beyond(body);
        let count = |byte| memchr::memchr_iter(byte, body).count() as u64;
        // Each text is in quotes, and each thing to be fetched is an object.
        let texts = if self.is_one { 0 } else { count(b'"') / 2 };
        let contexts = match (reads, self.is_one) {
            (false, _) => 0,
            (true, true) => 1,
            (true, false) => count(b'{'),
        };

        // No token is shorter than a byte.
        let about = body.len() as u64;
        Self {
            prompt: about + UNSEEN + texts * UNSEEN_OF_TEXT,
            about,
            contexts,
            limit: self.limit.filter(|_| !writes).map(|limit| limit.max(LEAST_LIMIT)),
            predicted: control.predicted_bytes as u64,
            ..self
        }
    }

    /// About how many tokens of the prompt this model reads, for the limits per minute.
    pub(super) fn about(&self, model: &Model) -> u64 {
        if self.is_one {
            self.about.min(model.context_length.max(1))
        } else {
            self.about
        }
    }

    /// Tokens of the prompt and of all answers of this model. `includes_reasoning`: whether its provider counts thinking within
    /// the answer, if that is known.
    pub(super) fn of(&self, model: &Model, includes_reasoning: Option<bool>) -> (u64, u64) {
        let context = model.context_length.max(1);
        let prompt = match self.is_one {
            true if self.contexts > 0 => context,
            true => self.prompt.min(context),
            false => self.prompt.saturating_add(context.saturating_mul(self.contexts)),
        };

        let longest = model.max_output_tokens().unwrap_or(model.context_length);
        let holds = self.reserve == Reserve::Soft || includes_reasoning != Some(false);
        let one = match (self.limit.filter(|_| holds), self.reserve) {
            (Some(tokens), _) => tokens.min(longest),
            (None, Reserve::Strict) => longest,
            (None, Reserve::Soft) => longest.min(USUAL_ANSWER),
        };

        (prompt, one.saturating_add(self.predicted).saturating_mul(self.answers))
    }
}
