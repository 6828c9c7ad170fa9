//! What becomes of the fields of a request that is written in another protocol, in notes.

use serde_json::Number;

use crate::domain::{Effort, Facts, Fit, Protocol, WholeAnswers};
use crate::wire::adapt::media::ClientBody;
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::control::TopField;
use crate::wire::json::{Outline, quote};
use crate::wire::neutral::{Request, Thinking};

/// Fields that no other protocol has, so that the readers of requests pass over them.
const WITHOUT_PLACE: [TopField; 8] = [
    TopField::LogitBias,
    TopField::Prediction,
    TopField::Moderation,
    TopField::ContextManagement,
    TopField::Container,
    TopField::McpServers,
    TopField::Fallbacks,
    TopField::Truncation,
];

/// Notes which fields of the client's body have no place in any other protocol.
pub(super) fn note_passed_over(client: ClientBody<'_>, notes: &mut Notes) {
    for field in WITHOUT_PLACE.into_iter().filter(|field| client.says(*field)) {
        notes.add(Note::Dropped(field));
    }
}

/// Asks for a stream where the model thinks in streams only. The gateway makes one answer of it.
pub(super) fn stream(request: &mut Request<'_>, facts: &Facts, notes: &mut Notes) {
    let thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    if thinks && !request.stream && facts.thinking.whole_answers == WholeAnswers::StreamOnly {
        request.stream = true;
        notes.add(Note::STREAMED);
    }
}

/// Adds the fields that the facts say to a request that has been written.
pub fn add_stated(written: Vec<u8>, facts: &Facts, notes: &mut Notes) -> Vec<u8> {
    if facts.adds.is_empty() {
        return written;
    }
    let Ok(text) = std::str::from_utf8(&written) else {
        return written;
    };
    let outline = Outline::of(text, 1);
    let missing = facts.adds.iter().filter(|(name, _)| outline.root().get(name).is_none());
    let added: String = missing
        .map(|(name, value)| format!("{}:{value},", quote(name)))
        .collect();
    match text.strip_prefix('{') {
        Some(rest) if !added.is_empty() => {
            notes.add(Note::Added("target_field"));
            format!("{{{added}{rest}").into_bytes()
        }
        _ => written,
    }
}

/// Notes which fields the target does not take, or takes with another value.
pub(super) fn note(request: &Request<'_>, facts: &Facts, protocol: Protocol, notes: &mut Notes) {
    if let (Some(asked), Some(most)) = (request.max_tokens, facts.max_tokens)
        && asked > most
    {
        notes.add(Note::Cut(TopField::MaxTokens));
    }

    if request.show_thinking && protocol == Protocol::OpenaiResponses && !facts.thinking.summaries {
        notes.add(Note::Element(Element::Summaries));
    }
    sampling(request, facts, protocol, notes);
    thinking(request, facts, notes);

    let is_chat = protocol == Protocol::OpenaiChat;
    let takes_openai = facts.openai_fields && protocol != Protocol::AnthropicMessages;
    if request.verbosity.is_some() && !takes_openai {
        notes.add(Note::Dropped(TopField::Verbosity));
    }
    if request.prompt_cache_key.is_some() && !takes_openai && is_chat {
        notes.add(Note::Dropped(TopField::PromptCacheKey));
    }
}

fn sampling(request: &Request<'_>, facts: &Facts, protocol: Protocol, notes: &mut Notes) {
    let sampling = &request.sampling;
    let thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    let is_chat = protocol == Protocol::OpenaiChat;
    let is_anthropic = protocol == Protocol::AnthropicMessages;

    let all: [(TopField, Option<&Number>, bool); 6] = [
        (TopField::Temperature, sampling.temperature, true),
        (TopField::TopP, sampling.top_p, true),
        (TopField::TopK, sampling.top_k, is_chat || is_anthropic),
        (TopField::FrequencyPenalty, sampling.frequency_penalty, is_chat),
        (TopField::PresencePenalty, sampling.presence_penalty, is_chat),
        (TopField::Seed, sampling.seed, is_chat),
    ];
    for (field, sent, has_place) in all {
        let Some(sent) = sent else { continue };
        let is_dropped_while_thinking = is_anthropic && thinks && request.thinking.is_some();
        match facts.field(field.as_str()).fit(sent, thinks) {
            _ if !has_place || is_dropped_while_thinking => notes.add(Note::Dropped(field)),
            Fit::Keep => {}
            Fit::Cut(_) => notes.add(Note::Cut(field)),
            Fit::Drop => notes.add(Note::Dropped(field)),
        }
    }
}

fn thinking(request: &Request<'_>, facts: &Facts, notes: &mut Notes) {
    let Some(asked) = request.thinking else { return };
    if facts.thinking.thinks == Some(false) {
        if asked != Thinking::Off {
            notes.add(Note::Dropped(TopField::Thinking));
        }
        return;
    }

    let (from, wanted) = match asked {
        Thinking::Effort(effort) => (effort.as_str(), effort),
        Thinking::Off if facts.thinking.must_think() => ("none", Effort::Minimal),
        Thinking::Off | Thinking::Adaptive | Thinking::Budget(_) => return,
    };
    let has_efforts = facts.thinking.efforts.as_ref().is_some_and(|known| !known.is_empty());
    if let Some(to) = facts.thinking.nearest_effort(wanted).filter(|_| has_efforts)
        && to.as_str() != from
    {
        notes.add(Note::Effort { from, to: to.as_str() });
    }
}
