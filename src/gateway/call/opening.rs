//! Reads an answer of status 200 up to its first content. Until then it may turn out to be a failure, and the gateway
//! may try again, here or at another provider.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use super::failures::is_silent_on_overflow;
use super::gather::gather;
use super::job::CallJob;
use super::line::EVENT_STREAM;
use super::no_answer::NoAnswer;
use super::plan::{Candidate, ResponseMode};
use super::streaming::Streaming;
use super::whole_response::{self, WholeResponse};
use crate::gateway::upstream::{HttpError, ProviderResponse, Reader};
use crate::wire::encoding::Utf8Mender;
use crate::wire::error::Overflow;
use crate::wire::event_stream::{EventStream, Metered, StreamEnd};
use crate::wire::passthrough::StopCut;
use crate::wire::reported::Reported;
use crate::wire::stop_texts::StopTexts;
use crate::wire::translate::Exchange;
use crate::wire::usage::estimate;

/// A stream counts as begun once so many bytes have come without content.
const WITHOUT_CONTENT: usize = 64 << 10;

/// A provider's answer that is no failure.
pub enum Answer {
    Whole {
        status: u16,
        response: WholeResponse,
    },
    /// A stream whose first content has come.
    Stream(Box<Streaming>),
}

/// Reads an answer up to its first content.
pub async fn read(
    call: &CallJob,
    candidate: &Candidate,
    response: ProviderResponse,
    mode: ResponseMode,
) -> Result<Answer, NoAnswer> {
    let ProviderResponse {
        status,
        is_json,
        is_events,
        content_type,
        body,
        ..
    } = response;
    let (timeouts, limits) = (&candidate.endpoint.timeouts, &call.inner.options.limits);
    let mut reader = Reader::new(body, timeouts, limits, call.started, call.inner.answers.part());

    // The first bytes say more than the label.
    let first = reader.next().await.transpose()?;
    let labelled = is_events || (call.request.stream && !is_json);
    let as_events = first.as_deref().and_then(looks_like_events).unwrap_or(labelled);

    if as_events && call.request.stream {
        let label = content_type
            .filter(|_| is_events)
            .and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
        let (events, content_type) = events(call, candidate, mode, label);
        let stream = Box::new(Streaming {
            status,
            content_type,
            reader,
            events,
            ready: Vec::new(),
            ended: false,
            mender: Utf8Mender::default(),
        });
        return read_to_content(stream, first, candidate).await.map(Answer::Stream);
    }

    let response = if as_events {
        let exchange = match mode {
            ResponseMode::Passthrough { stops, .. } => translated(call, candidate, stops),
            ResponseMode::Translated(exchange) => exchange,
        };
        let exchange = exchange.prompted(prompt_tokens(call, candidate));
        gather(exchange.gathered(candidate.endpoint.longest_event), reader, first).await?
    } else {
        let all = reader.all(first).await.map_err(NoAnswer::Halfway)?;
        let mode = match mode {
            // Sent on as the stream that the client asked for, unless it is no answer of that protocol.
            ResponseMode::Passthrough { stops, .. } if call.request.stream => {
                ResponseMode::Translated(translated(call, candidate, stops))
            }
            mode => mode,
        };
        whole_response::write_response(all, &mode, call.request.stream, candidate).map_err(NoAnswer::Reported)?
    };
    match unsaid_overflow(candidate, &response.metered) {
        Some(overflow) => Err(NoAnswer::TooLong(overflow)),
        None => Ok(Answer::Whole { status, response }),
    }
}

/// The exchange for an answer of the client's own protocol that comes in another form than the client asked for.
fn translated(call: &CallJob, candidate: &Candidate, stops: Option<StopTexts>) -> Box<Exchange> {
    let exchange = call.request.retold_as_stream(&call.body.bytes, candidate);
    Box::new(exchange.cut_at(stops))
}

/// An estimate of the prompt's tokens, for a client whose answer ends before the provider has counted them.
fn prompt_tokens(call: &CallJob, candidate: &Candidate) -> u64 {
    estimate(call.record.prompt_bytes()).min(candidate.target.model.context_length.max(1))
}

/// The events of a stream for the client, and its content type. `label` is the content type that the provider gave it.
fn events(
    call: &CallJob,
    candidate: &Candidate,
    mode: ResponseMode,
    label: Option<AnswerValue>,
) -> (Box<dyn EventStream + Send>, AnswerValue) {
    match mode {
        ResponseMode::Passthrough { name, stops } => {
            let stop_cut = stops.map(|texts| StopCut {
                texts,
                answers: call.control.answers,
                prompt_tokens: prompt_tokens(call, candidate),
            });
            let stream = candidate.passthrough_stream(name, stop_cut, &call.request);
            (stream, label.unwrap_or(EVENT_STREAM))
        }
        ResponseMode::Translated(exchange) => {
            let exchange = exchange.prompted(prompt_tokens(call, candidate));
            let stream = exchange.stream().holding(candidate.endpoint.longest_event);
            (Box::new(stream), EVENT_STREAM)
        }
    }
}

/// The overflow behind an answer without output, of a provider that takes a prompt that is too long without a word.
fn unsaid_overflow(candidate: &Candidate, metered: &Metered) -> Option<Overflow> {
    let window = candidate.target.model.context_length;
    let tokens = metered
        .tokens
        .filter(|_| window > 0 && is_silent_on_overflow(candidate))?;
    let is_full = u128::from(tokens.prompt) * 100 >= u128::from(window) * 99;

    (is_full && tokens.completion == 0 && metered.text_bytes == 0).then(|| Overflow {
        prompt: Some(tokens.prompt.max(window.saturating_add(1))),
        ..Overflow::default()
    })
}

/// Reads a stream up to its first content.
async fn read_to_content(
    mut stream: Box<Streaming>,
    first: Option<Bytes>,
    candidate: &Candidate,
) -> Result<Box<Streaming>, NoAnswer> {
    let mut next = first.map(Ok);
    loop {
        let piece = match next.take() {
            Some(piece) => Some(piece),
            None => stream.reader.next().await,
        };
        match piece.transpose()? {
            Some(piece) => stream.take(&piece)?,
            None => stream.finish(),
        }

        if stream.events.has_content() {
            // The usage comes after the end of an answer without words, and may say that the prompt was too long.
            let may_tell_more = is_silent_on_overflow(candidate)
                && stream.events.metered().text_bytes == 0
                && stream.events.end() == StreamEnd::Complete;
            if may_tell_more && !stream.ended && !stream.events.is_done() {
                continue;
            }
            return match unsaid_overflow(candidate, &stream.events.metered()).filter(|_| may_tell_more) {
                Some(overflow) => Err(NoAnswer::TooLong(overflow)),
                None => Ok(stream),
            };
        }
        if let Some(reported) = stream.events.error() {
            return Err(NoAnswer::Reported(reported.clone()));
        }
        if stream.ended || stream.events.is_done() {
            return Err(match stream.events.end() {
                StreamEnd::Cut => HttpError::Broken.into(),
                StreamEnd::Complete | StreamEnd::Failed => NoAnswer::Reported(Reported::default()),
            });
        }
        if stream.ready.iter().map(Bytes::len).sum::<usize>() > WITHOUT_CONTENT {
            return Ok(stream);
        }
    }
}

/// Whether a body with this start is a stream of events; `None` if the start does not tell.
fn looks_like_events(start: &[u8]) -> Option<bool> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    match start {
        [b'{' | b'[' | b'<', ..] => Some(false),
        _ => {
            let fields: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];
            fields.iter().any(|field| start.starts_with(field)).then_some(true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_first_bytes() {
        for events in [
            "data: {}",
            "event: x",
            ": hello",
            "id: 1",
            "\u{feff}data:1",
            "\n\ndata: x",
        ] {
            assert_eq!(looks_like_events(events.as_bytes()), Some(true), "{events}");
        }

        for whole in ["{\"a\":1}", " [1]", "<html>"] {
            assert_eq!(looks_like_events(whole.as_bytes()), Some(false), "{whole}");
        }

        assert_eq!(looks_like_events(b"da"), None);
        assert_eq!(looks_like_events(b""), None);
    }
}
