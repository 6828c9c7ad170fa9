//! What a provider answers with 200, up to its first content: until then it may turn out to be no answer, and another try or
//! another provider may give one.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use super::job::CallJob;
use super::line::EVENT_STREAM;
use super::plan::{Candidate, ResponseMode};
use super::stream::Flow;
use super::whole_response::{self, WholeResponse};
use crate::gateway::upstream::{HttpError, ProviderResponse, Reader, UpstreamEndpoint};
use crate::wire::event_stream::StreamEnd;
use crate::wire::reported::Reported;

/// What is held of a stream before its first content, in bytes: beyond that it is taken to have begun.
const HELD: usize = 64 << 10;

/// A provider's answer that is one.
pub enum Answer {
    /// All of it.
    Whole { status: u16, response: WholeResponse },
    /// A stream whose first content has come.
    Stream(Box<Streaming>),
}

/// A stream under way.
pub struct Streaming {
    pub status: u16,
    pub content_type: AnswerValue,
    pub reader: Reader,
    pub flow: Flow,
    /// What may go to the client.
    pub ready: Vec<Bytes>,
    /// Its bytes have ended.
    pub ended: bool,
}

/// Why there is no answer.
pub enum NoAnswer {
    /// It broke off or never came.
    Http(HttpError),
    /// A whole answer began and broke off: the provider may have done all of the work, and is not asked for it twice.
    Halfway(HttpError),
    /// The provider reported a failure in the place of an answer, or nothing.
    Reported(Reported),
}

impl From<HttpError> for NoAnswer {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// Reads an answer up to its first content.
pub async fn read(
    call: &CallJob,
    candidate: &Candidate,
    response: ProviderResponse,
    reading: ResponseMode,
) -> Result<Answer, NoAnswer> {
    let options = &call.inner.options;
    let ProviderResponse {
        status,
        is_json,
        is_events,
        content_type,
        body,
        ..
    } = response;
    let UpstreamEndpoint {
        timeouts,
        longest_event,
        ..
    } = &*candidate.endpoint;
    let longest_event = *longest_event;
    let mut reader = Reader::new(body, timeouts, &options.limits, call.started, call.inner.answers.part());
    let labelled = is_events || (call.request.stream && !is_json);
    // The first bytes tell more than the label, but a stream is not to be waited for before it is labelled as one.
    let first = if is_events {
        None
    } else {
        reader.next().await.transpose()?
    };
    let as_events = first.as_deref().and_then(looks_like_events).unwrap_or(labelled);

    if as_events {
        let content_type = content_type.filter(|_| is_events);
        let content_type = content_type.and_then(|value| AnswerValue::from_bytes(value.as_bytes()).ok());
        let (flow, content_type) = match reading {
            ResponseMode::Passthrough { name } => {
                let stream = candidate.passthrough_stream(name, &call.request).holding(longest_event);
                (Flow::Passing(stream), content_type.unwrap_or(EVENT_STREAM))
            }
            ResponseMode::Translated(exchange) if call.request.stream => (
                Flow::Translated(Box::new(exchange.stream().holding(longest_event))),
                EVENT_STREAM,
            ),
            // It has done all of the work, and would do it again.
            ResponseMode::Translated(_) => return Err(NoAnswer::Halfway(HttpError::Unasked)),
        };
        let streaming = Streaming {
            status,
            content_type,
            reader,
            flow,
            ready: Vec::new(),
            ended: false,
        };
        return begun(Box::new(streaming), first).await.map(Answer::Stream);
    }

    // Had nothing come, `first` would be nothing, or an error.
    let all = reader.all(first).await.map_err(NoAnswer::Halfway)?;
    let reading = match reading {
        // Told as the stream that was asked for, unless it is no answer of that protocol.
        ResponseMode::Passthrough { .. } if call.request.stream => {
            ResponseMode::Translated(Box::new(call.request.retold_as_stream(&call.body.bytes, candidate)))
        }
        reading => reading,
    };
    let response = whole_response::write_response(all, reading, call.request.stream, &candidate.endpoint)
        .map_err(NoAnswer::Reported)?;
    Ok(Answer::Whole { status, response })
}

/// Reads a stream up to its first content.
async fn begun(mut stream: Box<Streaming>, first: Option<Bytes>) -> Result<Box<Streaming>, NoAnswer> {
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

        if stream.flow.has_content() {
            return Ok(stream);
        }
        if let Some(reported) = stream.flow.reported() {
            return Err(NoAnswer::Reported(reported.clone()));
        }
        if stream.ended || stream.flow.is_done() {
            return Err(match stream.flow.ending() {
                StreamEnd::Cut => HttpError::Broken.into(),
                StreamEnd::Complete | StreamEnd::Failed => NoAnswer::Reported(Reported::default()),
            });
        }
        if stream.ready.iter().map(Bytes::len).sum::<usize>() > HELD {
            return Ok(stream);
        }
    }
}

impl Streaming {
    /// Takes a piece that came.
    pub fn take(&mut self, piece: &Bytes) -> Result<(), HttpError> {
        let ready = &mut self.ready;
        self.flow
            .push(piece, |piece| ready.push(piece))
            .map_err(|_| HttpError::TooLarge)?;
        self.reader.holds(self.flow.held())
    }

    /// Notes that nothing more comes.
    pub fn finish(&mut self) {
        self.ready.extend(self.flow.finish());
        self.ended = true;
    }
}

/// Whether a body that begins so is a stream of events; `None` if that cannot be told.
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
