//! The task that owns a call to a provider: it outlives a client that hangs up, and leaves the usage record whatever happens.
//!
//! The handler of the request only waits for what comes out of here. It may be dropped at any moment.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderValue as AnswerValue;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::attempts::{self, CandidateAnswer, Unanswered};
use super::failures::not_written;
use super::job::{CallJob, ClientResponse};
use super::line::{EVENT_STREAM, Left, Line};
use super::opening::{Answer, Streaming};
use super::plan::Candidate;
use super::record::CallRecord;
use super::relay::Relay;
use super::whole_response::WholeResponse;
use crate::gateway::http::Failure;
use crate::gateway::marks::Marks;
use crate::gateway::state::Inner;
use crate::gateway::upstream::Progress;
use crate::wire::error::ApiError;
use crate::wire::operation::Operation;

/// Starts the call. The answer's end is dropped without a word only if the task panicked.
pub fn start(call: Box<CallJob>) -> oneshot::Receiver<ClientResponse> {
    let (answer, wait) = oneshot::channel();
    // What waits for an answer is large: in a box of its own it is given back before a long stream begins. The task itself
    // stays small, since it is copied as it starts and as it ends.
    let asking = Box::pin(ask(call, answer));
    tokio::spawn(async move {
        if let Some(begun) = asking.await {
            Box::pin(begun.deliver()).await;
        }
    });
    wait
}

/// A call that has got all there is to be had before its content, and what is left of it then.
struct AnsweredCall {
    inner: Arc<Inner>,
    operation: Operation,
    record: Box<CallRecord>,
    progress: Arc<Progress>,
    marks: Marks,
    started: Instant,
    /// `None`: nothing came in the time that there was after the client had left.
    answered: Option<Result<CandidateAnswer, Unanswered>>,
    /// The end of a client that is still there.
    line: Option<Line>,
    /// When that was last told something.
    told: Instant,
}

/// Asks for an answer; `None` if nobody may be asked. A client that waits for a stream is told in the meantime that it is
/// alive; one that leaves is waited for no longer than it takes to hear what the provider charges, or some seconds.
async fn ask(mut call: Box<CallJob>, answer: oneshot::Sender<ClientResponse>) -> Option<AnsweredCall> {
    let mut line = Line::new(call.request.operation, answer);
    // No provider is asked for what a crash could make forgotten.
    if call.record.wait_until_durable().await.is_err() {
        unanswered(call.record, Some(line), not_written(), false);
        return None;
    }

    let (inner, progress) = (Arc::clone(&call.inner), Arc::clone(&call.progress));
    let mut told = call.started;
    let (answered, line) = {
        let keepalive = Some(inner.options.timeouts.keepalive).filter(|time| call.request.stream && !time.is_zero());
        let ran = keepalive
            .and(call.candidates.first())
            .map(|first| first.target.header.clone());
        let mut asking = std::pin::pin!(attempts::run_attempts(&mut call));
        match until_answered(asking.as_mut(), &mut line, keepalive.zip(ran), &mut told).await {
            Some(answered) => (Some(answered), Some(line)),
            None => {
                progress.set_left();
                let drain = inner.drains.begin().filter(|_| progress.is_sent());
                let answered = match drain {
                    Some(_drain) => timeout(inner.options.timeouts.drain, asking).await.ok(),
                    None => None,
                };
                (answered, None)
            }
        }
    };
    // A long answer need not keep the question in memory: the rest of the call ends here.
    let CallJob {
        request: client_request,
        record,
        marks,
        started: began,
        ..
    } = *call;
    let operation = client_request.operation;
    Some(AnsweredCall {
        inner,
        operation,
        record,
        progress,
        marks,
        started: began,
        answered,
        line,
        told,
    })
}

/// Waits for an answer, and tells the client every so often that its stream is alive; `None` if the client leaves first.
async fn until_answered<T>(
    asking: Pin<&mut impl Future<Output = T>>,
    line: &mut Line,
    keepalive: Option<(Duration, AnswerValue)>,
    told: &mut Instant,
) -> Option<T> {
    let Some((every, ran)) = keepalive else {
        return tokio::select! {
            biased;
            answered = asking => Some(answered),
            () = line.left() => None,
        };
    };
    let mut asking = asking;
    loop {
        tokio::select! {
            biased;
            answered = &mut asking => return Some(answered),
            () = line.left() => return None,
            () = sleep_until(*told + every) => {
                *told = Instant::now();
                line.keepalive(&ran);
            }
        }
    }
}

impl AnsweredCall {
    async fn deliver(self) {
        let Self {
            inner,
            operation,
            mut record,
            progress,
            marks,
            started: began,
            answered,
            line,
            told,
        } = self;
        let CandidateAnswer { candidate, answer } = match answered {
            Some(Ok(answered)) => answered,
            Some(Err(Unanswered {
                failure,
                cut_by_us: cut,
            })) => return unanswered(record, line, failure, cut),
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
                    Some(line) => line.stream(*status, content_type.clone(), candidate.target.header.clone()),
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
                Box::pin(relay.run(client, began, told)).await;
            }
        }
    }
}

/// Tells and settles a whole answer.
async fn whole(record: Box<CallRecord>, line: Option<Line>, candidate: &Candidate, status: u16, told: WholeResponse) {
    let mut record = record;
    record.tokens = told.tokens;
    record.service = told.service;
    let Some(line) = line else { return record.client_left() };
    record.delivered_bytes = told.text_bytes;
    if record.settle(status).await.is_err() {
        return line.fail(not_written(), None);
    }
    let ran = candidate.target.header.clone();
    let body = candidate.endpoint.mask.answer(told.body);
    if !told.as_events {
        return line.whole(status, body, ran);
    }
    if let Ok(client) = line.stream(status, EVENT_STREAM, ran) {
        // It has room for one.
        let _ = client.try_send(body);
    }
}

/// Ends a call that got no answer.
fn unanswered(record: Box<CallRecord>, line: Option<Line>, failure: Failure, cut: bool) {
    let of = record.model();
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
