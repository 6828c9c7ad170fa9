//! A call whose attempts are over: sends the client its answer or error, and records how the call ended.

use std::sync::Arc;

use tokio::time::Instant;

use super::attempts::{CandidateAnswer, Unanswered};
use super::failures::not_written;
use super::line::{EVENT_STREAM, Left, Line};
use super::opening::Answer;
use super::plan::Candidate;
use super::ran_headers::RanHeaders;
use super::record::CallRecord;
use super::relay::Relay;
use super::streaming::Streaming;
use super::whole_response::WholeResponse;
use crate::gateway::http::Failure;
use crate::gateway::marks::Marks;
use crate::gateway::state::Inner;
use crate::gateway::upstream::Progress;
use crate::wire::error::ApiError;
use crate::wire::event_stream::Metered;
use crate::wire::operation::Operation;

/// A call whose attempts are over, and the way to its client.
pub struct AnsweredCall {
    pub inner: Arc<Inner>,
    pub operation: Operation,
    pub record: Box<CallRecord>,
    pub progress: Arc<Progress>,
    pub marks: Marks,
    pub started: Instant,
    /// The answer or the failure; `None` if the client left, and neither came within the time that the gateway waits
    /// after that.
    pub result: Option<Result<CandidateAnswer, Unanswered>>,
    /// The client's end; `None` if the client has left.
    pub line: Option<Line>,
    /// When the client last got something.
    pub sent: Instant,
}

impl AnsweredCall {
    /// Sends the client its answer, and records how the call ends.
    pub async fn deliver(self) {
        let Self {
            inner,
            operation,
            mut record,
            progress,
            marks,
            started,
            result,
            line,
            sent,
        } = self;

        let CandidateAnswer { candidate, answer } = match result {
            Some(Ok(answer)) => answer,
            Some(Err(Unanswered { failure, cut_by_us })) => return unanswered(record, line, failure, cut_by_us),
            None => return record.client_left(),
        };
        record.record_first_byte();

        match answer {
            Answer::Whole { status, response } => whole(record, line, &candidate, status, response).await,
            Answer::Stream(stream) => {
                let Streaming {
                    status, content_type, ..
                } = &*stream;
                let client = match line {
                    Some(line) => line.stream(
                        *status,
                        content_type.clone(),
                        RanHeaders::new(&candidate, &record.notes),
                    ),
                    None => Err(Left),
                };
                let relay = Relay {
                    inner,
                    candidate,
                    stream,
                    record,
                    progress,
                    marks,
                    operation,
                };
                Box::pin(relay.run(client, started, sent)).await;
            }
        }
    }
}

/// Settles a whole answer, and then sends it.
async fn whole(
    record: Box<CallRecord>,
    line: Option<Line>,
    candidate: &Candidate,
    status: u16,
    response: WholeResponse,
) {
    let mut record = record;
    // A client that has left got none of the text.
    record.metered = Metered {
        text_bytes: 0,
        ..response.metered
    };
    let Some(line) = line else { return record.client_left() };
    record.metered = response.metered;

    let ran = RanHeaders::new(candidate, &record.notes);
    if record.settle(status).await.is_err() {
        return line.fail(not_written(), None);
    }

    let body = candidate.endpoint.mask.answer(response.body);
    if !response.as_events {
        return line.whole(status, body, ran);
    }
    if let Ok(client) = line.stream(status, EVENT_STREAM, ran) {
        // The channel has room for one piece.
        let _ = client.try_send(body);
    }
}

/// Ends a call that got no answer. `cut`: a limit of the gateway cut it off, and the provider charges for it.
pub fn unanswered(record: Box<CallRecord>, line: Option<Line>, failure: Failure, cut: bool) {
    let of = record.ran_headers();
    let ApiError { status, code, .. } = &failure.error;
    if cut {
        record.cut_off(*status, code)
    } else {
        record.fail(*status, code)
    }

    if let Some(line) = line {
        line.fail(failure, of);
    }
}
