//! The task that owns a call. It outlives a client that hangs up, and leaves a usage record in any case.
//!
//! The handler of the request only waits for the answer of this task. It may be dropped at any moment.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};

use super::answered_call::{AnsweredCall, unanswered};
use super::attempts;
use super::failures::not_written;
use super::job::{CallJob, ClientResponse};
use super::line::Line;
use super::ran_headers::RanHeaders;

/// Starts the task of the call. The channel closes without a response only if the task panics.
pub fn start(call: Box<CallJob>) -> oneshot::Receiver<ClientResponse> {
    let (answer, wait) = oneshot::channel();
    // The future that waits for an answer is large. In a box of its own it is freed before a long stream begins. The task
    // itself stays small, since it is copied as it starts and as it ends.
    let asking = Box::pin(get_answer(call, answer));
    tokio::spawn(async move {
        if let Some(answered) = asking.await {
            Box::pin(answered.deliver()).await;
        }
    });

    wait
}

/// Gets an answer; `None` if no provider may be called. A client that waits for a stream gets keepalives in the meantime. After
/// a client has left, the task waits only a few seconds, to hear what the provider charges.
async fn get_answer(mut call: Box<CallJob>, answer: oneshot::Sender<ClientResponse>) -> Option<AnsweredCall> {
    let mut line = Line::new(&call.request, answer);
    // No provider is called before the start of the call is on the disk: a crash must not lose it.
    if call.record.wait_until_durable().await.is_err() {
        unanswered(call.record, Some(line), not_written(), false);
        return None;
    }

    let mut sent = call.started;
    let (result, line) = {
        let (inner, progress) = (Arc::clone(&call.inner), Arc::clone(&call.progress));
        let keepalive = Some(inner.options.timeouts.keepalive).filter(|time| call.request.stream && !time.is_zero());
        let first = keepalive.and(call.candidates.first()).zip(call.first_request.as_ref());
        let ran = first.map(|(candidate, request)| RanHeaders::new(candidate, &request.notes));
        let mut asking = std::pin::pin!(attempts::run_attempts(&mut call));
        match until_answered(asking.as_mut(), &mut line, keepalive.zip(ran), &mut sent).await {
            Some(result) => (Some(result), Some(line)),
            None => {
                progress.set_left();
                let drain = inner.drains.begin().filter(|_| progress.is_sent());
                let result = match drain {
                    Some(_drain) => timeout(inner.options.timeouts.drain, asking).await.ok(),
                    None => None,
                };
                (result, None)
            }
        }
    };

    // The rest of the call is dropped here: a long answer need not keep the client's body in memory.
    let CallJob {
        inner,
        request,
        record,
        progress,
        marks,
        started,
        ..
    } = *call;
    Some(AnsweredCall {
        inner,
        operation: request.operation,
        record,
        progress,
        marks,
        started,
        result,
        line,
        sent,
    })
}

/// Waits for an answer, and sends the client keepalives. `None` if the client leaves first. `sent` is when the client last got
/// something.
async fn until_answered<T>(
    asking: Pin<&mut impl Future<Output = T>>,
    line: &mut Line,
    keepalive: Option<(Duration, RanHeaders)>,
    sent: &mut Instant,
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
            () = sleep_until(*sent + every) => {
                *sent = Instant::now();
                line.keepalive(&ran, every);
            }
        }
    }
}
