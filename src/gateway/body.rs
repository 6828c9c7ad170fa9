//! Reads a client's body: no more than the limits, no longer than the deadlines.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use actix_web::web;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::Instant;

use super::http::in_time;
use super::{Limits, Timeouts};
use crate::wire::error::{Code, Problem};

/// The slowest that a body may come, once its grace is over.
const BYTES_PER_SECOND: f64 = 1024.0;

/// How many bytes of bodies are in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget(Arc<AtomicUsize>);

/// A part of the budget, given back when dropped.
#[derive(Debug)]
struct Share {
    budget: Budget,
    bytes: usize,
}

impl Share {
    /// Takes more, unless that is more than there is.
    fn grow(&mut self, to: usize, most: usize) -> bool {
        let more = to.saturating_sub(self.bytes);
        if self.budget.0.fetch_add(more, Ordering::Relaxed) + more > most {
            self.budget.0.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        self.bytes += more;
        true
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body in memory, counted in the budget until it is dropped.
#[derive(Debug)]
pub(super) struct Held {
    pub bytes: Bytes,
    _share: Share,
}

/// Reads the body of a request with these headers.
pub(super) async fn read(
    payload: &mut web::Payload,
    headers: &HeaderMap,
    budget: &Budget,
    limits: &Limits,
    timeouts: &Timeouts,
) -> Result<Held, Problem> {
    let encoded =
        headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded {
        return Err(Problem::new(Code::UnsupportedEncoding, "Send the request body without a content encoding."));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let too_large = || {
        let most = limits.body >> 20;
        Problem::new(Code::RequestTooLarge, format!("The request body is larger than {most} MiB."))
    };
    if length.is_some_and(|length| length > limits.body) {
        return Err(too_large());
    }
    let mut share = Share { budget: budget.clone(), bytes: 0 };
    let began = Instant::now();
    // The first piece, until there is a second: most bodies come in one and are not copied.
    let mut one = Bytes::new();
    let mut many = BytesMut::new();
    loop {
        let received = one.len() + many.len();
        let piece = match in_time(|| deadline(began, received, timeouts), payload.next()).await {
            Err(_) => return Err(Problem::new(Code::RequestTimeout, "The request body came too slowly.")),
            Ok(None) => break,
            Ok(Some(Err(error))) => return Err(broken(&error)),
            Ok(Some(Ok(piece))) => piece,
        };
        let received = received + piece.len();
        if received > limits.body {
            return Err(too_large());
        }
        if !share.grow(received, limits.bodies) {
            return Err(Problem::new(Code::Overloaded, "Too many large requests at once. Try again in a moment."));
        }
        if one.is_empty() && many.is_empty() {
            one = piece;
            continue;
        }
        if many.is_empty() {
            many.reserve(length.unwrap_or(received * 2));
            many.extend_from_slice(&one);
            one = Bytes::new();
        }
        many.extend_from_slice(&piece);
    }
    Ok(Held { bytes: if many.is_empty() { one } else { many.freeze() }, _share: share })
}

/// Until when the next piece has to be there: in all, and at the slowest rate that is waited for.
fn deadline(began: Instant, received: usize, timeouts: &Timeouts) -> Instant {
    let paced = timeouts.body_grace + Duration::from_secs_f64(received as f64 / BYTES_PER_SECOND);
    began + paced.min(timeouts.body)
}

fn broken(error: &PayloadError) -> Problem {
    match error {
        PayloadError::Overflow => Problem::new(Code::RequestTooLarge, "The request body is too large."),
        _ => Problem::new(Code::InvalidJson, "The request body broke off before its end."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_may_pause_for_the_grace_and_then_has_to_come_at_a_rate() {
        let began = Instant::now();
        let timeouts = Timeouts::default();
        let after = |received| deadline(began, received, &timeouts) - began;

        assert_eq!(after(0), Duration::from_secs(5));
        assert_eq!(after(10 << 10), Duration::from_secs(15));
        assert_eq!(after(10 << 20), Duration::from_secs(60));
    }

    #[test]
    fn what_was_held_is_given_back() {
        let budget = Budget::default();
        let mut one = Share { budget: budget.clone(), bytes: 0 };
        assert!(one.grow(60, 100));
        let mut two = Share { budget: budget.clone(), bytes: 0 };

        assert!(!two.grow(50, 100));
        drop(one);
        assert!(two.grow(50, 100));
        drop(two);

        assert_eq!(budget.0.load(Ordering::Relaxed), 0);
    }
}
