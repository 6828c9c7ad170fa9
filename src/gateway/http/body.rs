//! Reads a client's body: no more than the limits, no longer than the deadlines, compressed or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use actix_web::web;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::Instant;

use crate::gateway::options::{Limits, Timeouts};
use crate::gateway::upstream::in_time;
use crate::wire::encoding::{DecodeError, Decoder, Encoded, Encoding};
use crate::wire::error::{ApiError, Code};

/// The encodings that a body may have, as a header of an answer names them.
pub const ACCEPTED: &str = "gzip, zstd, identity";
/// The slowest that a body may come, once its grace is over.
const BYTES_PER_SECOND: f64 = 1024.0;
/// The memory that a decoder itself may fill, at most, and never before the body has got as long.
const WINDOW: usize = 8 << 20;
/// Pieces that are decoded before others get their turn: well under a millisecond of work.
const PIECES_IN_A_ROW: usize = 4;

/// How many bytes of bodies are in memory. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct BodyBudget(Arc<AtomicUsize>);

/// A part of the budget, given back when dropped.
#[derive(Debug)]
struct Share {
    budget: BodyBudget,
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

    /// Gives a part back.
    fn shrink(&mut self, to: usize) {
        let less = self.bytes.saturating_sub(to);
        self.budget.0.fetch_sub(less, Ordering::Relaxed);
        self.bytes -= less;
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body in memory, counted in the budget until it is dropped.
#[derive(Debug)]
pub struct BufferedBody {
    pub bytes: Bytes,
    _share: Share,
}

/// Reads the body of a request with these headers, and decodes it.
pub async fn read(
    payload: &mut web::Payload,
    headers: &HeaderMap,
    budget: &BodyBudget,
    limits: &Limits,
    timeouts: &Timeouts,
) -> Result<BufferedBody, ApiError> {
    let encoding = match Encoded::read(headers.get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes)) {
        Encoded::Not => None,
        Encoded::By(encoding @ (Encoding::Gzip | Encoding::Zstd)) => Some(encoding),
        Encoded::By(Encoding::Deflate | Encoding::Brotli) | Encoded::Unknown => {
            let message = "Send the request body as it is, or encoded once, with gzip or zstd.";
            return Err(ApiError::new(Code::UnsupportedEncoding, message));
        }
    };
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limits.body) {
        return Err(too_large(limits, ""));
    }
    let mut share = Share {
        budget: budget.clone(),
        bytes: 0,
    };
    let mut coming = IncomingBody {
        payload,
        limits,
        timeouts,
        began: Instant::now(),
        received: 0,
    };
    let bytes = match encoding {
        None => plain(&mut coming, length, &mut share).await?,
        // Few bodies are: the others do not make room for it.
        Some(encoding) => Box::pin(decoded(&mut coming, encoding, &mut share)).await?,
    };
    Ok(BufferedBody { bytes, _share: share })
}

/// A body on its way, as it is sent.
struct IncomingBody<'a> {
    payload: &'a mut web::Payload,
    limits: &'a Limits,
    timeouts: &'a Timeouts,
    began: Instant,
    received: usize,
}

impl IncomingBody<'_> {
    /// The next piece; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, ApiError> {
        let (began, received, timeouts) = (self.began, self.received, self.timeouts);
        let piece = match in_time(|| deadline(began, received, timeouts), self.payload.next()).await {
            Err(_) => return Err(ApiError::new(Code::RequestTimeout, "The request body came too slowly.")),
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => return Err(broken(&error)),
            Ok(Some(Ok(piece))) => piece,
        };
        self.received += piece.len();
        if self.received > self.limits.body {
            return Err(too_large(self.limits, ""));
        }
        Ok(Some(piece))
    }
}

/// Reads a body that is what it is.
async fn plain(coming: &mut IncomingBody<'_>, length: Option<usize>, share: &mut Share) -> Result<Bytes, ApiError> {
    // The first piece, until there is a second: most bodies come in one and are not copied.
    let mut one = Bytes::new();
    let mut many = BytesMut::new();
    while let Some(piece) = coming.next().await? {
        hold(share, coming.received, coming.limits)?;
        if one.is_empty() && many.is_empty() {
            one = piece;
            continue;
        }
        if many.is_empty() {
            many.reserve(length.unwrap_or(coming.received * 2));
            many.extend_from_slice(&one);
            one = Bytes::new();
        }
        many.extend_from_slice(&piece);
    }
    Ok(if many.is_empty() { one } else { many.freeze() })
}

/// Reads a body that has to be decoded, and decodes it as it comes. It stops with the piece that is too much.
async fn decoded(coming: &mut IncomingBody<'_>, encoding: Encoding, share: &mut Share) -> Result<Bytes, ApiError> {
    let limits = coming.limits;
    let mut decoder = Decoder::new(encoding);
    let mut body = BytesMut::new();
    let mut pieces: usize = 0;
    while let Some(piece) = coming.next().await? {
        let mut input = piece.as_ref();
        while decoder.decode(&mut input, &mut body).map_err(undecodable)? > 0 {
            if body.len() > limits.body {
                return Err(too_large(limits, " once it is decoded"));
            }
            hold(share, body.len() + body.len().min(WINDOW), limits)?;
            pieces += 1;
            if pieces.is_multiple_of(PIECES_IN_A_ROW) {
                tokio::task::yield_now().await;
            }
        }
    }
    decoder.finish().map_err(undecodable)?;
    share.shrink(body.len());
    Ok(body.freeze())
}

fn hold(share: &mut Share, bytes: usize, limits: &Limits) -> Result<(), ApiError> {
    if share.grow(bytes, limits.bodies) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Overloaded,
        "Too many large requests at once. Try again in a moment.",
    ))
}

fn too_large(limits: &Limits, when: &str) -> ApiError {
    let most = limits.body >> 20;
    ApiError::new(
        Code::RequestTooLarge,
        format!("The request body is larger than {most} MiB{when}."),
    )
}

fn undecodable(error: DecodeError) -> ApiError {
    ApiError::new(Code::InvalidJson, format!("The request body {error}."))
}

/// Until when the next piece has to be there: in all, and at the slowest rate that is waited for.
fn deadline(began: Instant, received: usize, timeouts: &Timeouts) -> Instant {
    let paced = timeouts.body_grace + Duration::from_secs_f64(received as f64 / BYTES_PER_SECOND);
    began + paced.min(timeouts.body)
}

fn broken(error: &PayloadError) -> ApiError {
    match error {
        PayloadError::Overflow => ApiError::new(Code::RequestTooLarge, "The request body is too large."),
        _ => ApiError::new(Code::InvalidJson, "The request body broke off before its end."),
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
        let budget = BodyBudget::default();
        let mut one = Share {
            budget: budget.clone(),
            bytes: 0,
        };
        assert!(one.grow(60, 100));
        let mut two = Share {
            budget: budget.clone(),
            bytes: 0,
        };

        assert!(!two.grow(50, 100));
        drop(one);
        assert!(two.grow(50, 100));
        two.shrink(20);
        let mut three = Share {
            budget: budget.clone(),
            bytes: 0,
        };
        assert!(three.grow(80, 100));
        drop((two, three));

        assert_eq!(budget.0.load(Ordering::Relaxed), 0);
    }
}
