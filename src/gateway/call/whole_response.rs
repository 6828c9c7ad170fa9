//! Turns a provider's whole answer into the client's, and reads the usage that it reports.

use bytes::Bytes;
use serde_json::Value;

use super::plan::{Candidate, ResponseMode};
use crate::domain::{Protocol, ServiceReport, Tokens};
use crate::gateway::upstream::UpstreamEndpoint;
use crate::wire::answer_note::AnswerNote;
use crate::wire::encoding::mended;
use crate::wire::event_stream::{EventStream as _, Metered};
use crate::wire::json::Span;
use crate::wire::passthrough::{cut_answer, pack_signatures, renamed_at, without_think_tags};
use crate::wire::reported::Reported;
use crate::wire::translate::{Answer, Exchange, text_bytes};
use crate::wire::{messages, model_name, responses, usage};

/// A whole answer for the client, and the usage to bill.
pub struct WholeResponse {
    pub body: Bytes,
    /// Whether the body is a stream of events.
    pub as_events: bool,
    /// The usage to bill. `text_bytes` is 0 in a forwarded answer that has token counts.
    pub metered: Metered,
}

/// Turns a provider's whole answer into the client's. `stream`: the client asked for a stream. An answer that is no UTF-8 is
/// mended.
///
/// # Errors
/// The provider's report, if it reports a failure instead of an answer.
pub fn write_response(
    answer: Bytes,
    mode: &ResponseMode,
    stream: bool,
    candidate: &Candidate,
) -> Result<WholeResponse, Reported> {
    let mended = |error| mended(&answer).map(Bytes::from).ok_or(error);
    write_text(answer.clone(), mode, stream, candidate)
        .or_else(|error| write_text(mended(error)?, mode, stream, candidate))
}

fn write_text(
    answer: Bytes,
    mode: &ResponseMode,
    stream: bool,
    candidate: &Candidate,
) -> Result<WholeResponse, Reported> {
    let Candidate { endpoint, facts, .. } = candidate;
    match mode {
        ResponseMode::Passthrough { name, stops } => {
            let changed = match facts.facts.answers.think_tags {
                true => without_think_tags(&answer).map(Bytes::from),
                false => None,
            };
            let has_tags = changed.is_some();
            let answer = changed.unwrap_or(answer);
            let answer = match &facts.packs {
                Some(start) => pack_signatures(&answer, endpoint.protocol, start).map_or(answer, Bytes::from),
                None => answer,
            };
            let Counts { mut metered, model } = counts(&answer, endpoint)?;
            let stops = stops.as_ref();
            let cut = stops.and_then(|texts| cut_answer(endpoint.protocol, &answer, texts));
            metered.notes = metered
                .notes
                .with(AnswerNote::ThinkTags, has_tags)
                .with(AnswerNote::StopCut, cut.is_some());
            let (answer, model) = match cut.map(Bytes::from) {
                Some(cut) => (cut.clone(), model_name::in_answer(&cut)),
                None => (answer, model),
            };
            let renamed = model.and_then(|span| renamed_at(&answer, span, name));
            Ok(WholeResponse {
                body: renamed.map_or(answer, Bytes::from),
                as_events: false,
                metered,
            })
        }
        ResponseMode::Translated(exchange) => {
            let response = if stream {
                as_stream(Exchange::clone(exchange), &answer)
            } else {
                translated(exchange, &answer)
            };
            let response = response.ok_or_else(|| Reported::read(&answer))?;

            // Most answers have text, and need no second look.
            if response.metered.text_bytes == 0
                && let Some(reported) = reported(&answer, endpoint.protocol)
            {
                return Err(reported);
            }
            Ok(response)
        }
    }
}

fn as_stream(exchange: Exchange, answer: &[u8]) -> Option<WholeResponse> {
    let (stream, body) = exchange.answer_as_stream(answer).ok()?;
    Some(WholeResponse {
        body,
        as_events: true,
        metered: stream.metered(),
    })
}

fn translated(exchange: &Exchange, answer: &[u8]) -> Option<WholeResponse> {
    let Answer { body, metered } = exchange.write_response(answer).ok()?;
    Some(WholeResponse {
        body: body.into(),
        as_events: false,
        metered,
    })
}

/// The failure that a provider reports in an answer of its protocol, if there is one.
fn reported(answer: &[u8], protocol: Protocol) -> Option<Reported> {
    Reported::in_answer(protocol, &serde_json::from_slice(answer).ok()?)
}

/// What an answer that passes through reports, and where the name of its model stands in it.
struct Counts {
    metered: Metered,
    model: Option<Span>,
}

/// Reads an answer that passes through. Without token counts, the text in it counts, or all of its bytes if it has no known
/// text: an answer is never free by mistake.
fn counts(answer: &[u8], endpoint: &UpstreamEndpoint) -> Result<Counts, Reported> {
    let protocol = endpoint.protocol;
    type Read = (fn(&Value) -> Option<Tokens>, fn(&Value) -> ServiceReport);
    let (tokens, service): Read = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {
            let glance = usage::glance(answer, endpoint.includes_reasoning).map_err(|_| Reported::read(answer))?;
            if glance.suspect
                && let Some(reported) = reported(answer, protocol)
            {
                return Err(reported);
            }

            let usage::ReportedUsage { tokens, service } = glance.usage;
            let text_bytes = if tokens.is_none() { usage::text_bytes(answer) } else { 0 };
            return Ok(Counts {
                metered: Metered {
                    tokens,
                    service,
                    text_bytes,
                    ..Metered::default()
                },
                model: glance.model,
            });
        }
        Protocol::AnthropicMessages => (messages::tokens, messages::served),
        Protocol::OpenaiResponses => (responses::tokens, responses::served),
    };

    let read: Value = serde_json::from_slice(answer).map_err(|_| Reported::default())?;
    if !read.is_object() {
        return Err(Reported::read(answer));
    }
    if let Some(reported) = Reported::in_answer(protocol, &read) {
        return Err(reported);
    }

    let tokens = tokens(&read);
    let text_bytes = match tokens {
        Some(_) => 0,
        None => text_bytes(protocol, &read).unwrap_or(answer.len()),
    };

    Ok(Counts {
        metered: Metered {
            tokens,
            service: service(&read),
            text_bytes,
            ..Metered::default()
        },
        model: model_name::in_answer(answer),
    })
}
