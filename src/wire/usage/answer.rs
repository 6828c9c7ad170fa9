//! The usage in a whole answer or a chunk of a stream, and what else one walk over it finds.

use serde::Deserialize;

use super::fields::Usage;
use crate::domain::{ServiceReport, ServiceTier, Tokens};
use crate::wire::json::{JsonError, Span, Walk, unquote};

/// The usage that an answer reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportedUsage {
    /// The token counts, if the answer has any.
    pub tokens: Option<Tokens>,
    /// How the provider served the call.
    pub service: ServiceReport,
}

/// The usage that an answer reports, if it is not a stream.
///
/// # Errors
/// If the answer is not a JSON object.
pub fn of_answer(answer: &[u8], includes_reasoning: Option<bool>) -> Result<ReportedUsage, NotJson> {
    glance(answer, includes_reasoning).map(|glance| glance.usage)
}

/// The results of [`glance`]: what one walk over a whole answer finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// The usage that it reports.
    pub usage: ReportedUsage,
    /// The place of its model's name, if it has one.
    pub model: Option<Span>,
    /// Whether it may be a report of a failure, or empty. Only then does [`crate::wire::reported`] have to look at it.
    pub suspect: bool,
}

/// Walks over a whole answer once.
///
/// # Errors
/// If the answer is not a JSON object.
pub fn glance(answer: &[u8], includes_reasoning: Option<bool>) -> Result<Glance, NotJson> {
    let text = std::str::from_utf8(answer).map_err(|_| NotJson)?;
    let parts = Parts::of(text).map_err(|_| NotJson)?;

    let is_list = |span: Option<Span>| span.is_some_and(|span| span.len() > 2 && span.of(text).starts_with('['));
    let suspect = parts.suspect || !(is_list(parts.choices) || is_list(parts.data));
    Ok(Glance {
        usage: parts.usage(text, includes_reasoning),
        model: parts.model,
        suspect,
    })
}

/// The answer is not a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the answer is not a JSON object")]
pub struct NotJson;

/// The usage that one chunk of a stream reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkUsage {
    /// The usage; its counts are those of the whole stream so far.
    pub usage: ReportedUsage,
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

    let usage = parts.usage(text, includes_reasoning);
    let no_choice = parts.choices.is_some_and(|c| {
        c.of(text)
            .strip_prefix('[')
            .is_some_and(|rest| rest.trim_start() == "]")
    });
    ChunkUsage {
        usage,
        alone: usage.tokens.is_some() && no_choice,
    }
}

/// The parts of an answer that say what was used, and which model ran.
#[derive(Default)]
struct Parts {
    model: Option<Span>,
    usage: Option<Span>,
    /// Groq's own member, which older streams have their usage in.
    x_groq: Option<Span>,
    choices: Option<Span>,
    data: Option<Span>,
    tier: Option<ServiceTier>,
    /// Whether it has a member that a failure has.
    suspect: bool,
}

impl Parts {
    fn of(text: &str) -> Result<Self, JsonError> {
        let mut parts = Self::default();
        Walk::new(text).object(|key, value| {
            match key.of(text) {
                "\"usage\"" if value.of(text) != "null" => parts.usage = Some(value),
                "\"x_groq\"" => parts.x_groq = Some(value),
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

    fn usage(&self, text: &str, includes_reasoning: Option<bool>) -> ReportedUsage {
        let usage = self.usage.and_then(|span| Usage::read(span.of(text)));
        let usage = usage
            .or_else(|| self.usage_of_choice(text))
            .or_else(|| self.usage_of_groq(text));
        let is_prompt_alone = self.data.is_some() && self.choices.is_none();

        let service = ServiceReport {
            tier: self.tier,
            fast: None,
            searches: usage.map_or(0, |usage| usage.server_tool_use),
        };
        let tokens = usage.and_then(|usage| {
            if is_prompt_alone {
                usage.of_prompt().or_else(|| usage.tokens(includes_reasoning))
            } else {
                usage.tokens(includes_reasoning)
            }
        });
        ReportedUsage { tokens, service }
    }

    /// The usage in `x_groq`.
    fn usage_of_groq(&self, text: &str) -> Option<Usage> {
        let groq = self.x_groq?.of(text);
        let mut usage = None;
        Walk::new(groq)
            .object(|key, value| {
                if key.of(groq) == "\"usage\"" {
                    usage = Usage::read(value.of(groq));
                }
                Ok::<_, JsonError>(())
            })
            .ok()?;
        usage
    }

    /// The usage in the first choice that has one.
    fn usage_of_choice(&self, text: &str) -> Option<Usage> {
        #[derive(Deserialize)]
        struct Choice {
            #[serde(default)]
            usage: serde_json::Value,
        }

        let choices = self.choices?.of(text);
        memchr::memmem::find(choices.as_bytes(), b"\"usage\"")?;
        let choices: Vec<Choice> = serde_json::from_str(choices).ok()?;
        choices.iter().find_map(|choice| Usage::read(&choice.usage.to_string()))
    }
}
