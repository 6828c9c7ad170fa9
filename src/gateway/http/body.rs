//! Reads a client's body within its limits and deadlines, and decodes it if it is compressed.

use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderValue};
use actix_web::web;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::time::Instant;

use super::body_budget::{BodyBudget, Share};
use crate::gateway::options::{Limits, Timeouts};
use crate::gateway::upstream::in_time;
use crate::wire::encoding::{DecodeError, Decoder, Encoded, Encoding};
use crate::wire::error::{ApiError, Code};

/// The encodings that a body may have, as the value of an `Accept-Encoding` header.
pub const ACCEPTED: &str = "gzip, deflate, br, zstd, identity";
/// The slowest rate of a body, once its grace is over.
const BYTES_PER_SECOND: f64 = 1024.0;
/// The most memory that a decoder itself may fill, in bytes. It never fills more than the body has got.
const WINDOW: usize = 16 << 20;
/// So many pieces are decoded before other tasks get a turn: well under a millisecond of work.
const PIECES_IN_A_ROW: usize = 4;

/// A body in memory, counted in the budget until it is dropped.
#[derive(Debug)]
pub struct BufferedBody {
    pub bytes: Bytes,
    _share: Share,
}

/// Reads the body of a request with these headers, and decodes it if it is compressed.
pub async fn read(
    payload: &mut web::Payload,
    headers: &HeaderMap,
    budget: &BodyBudget,
    limits: &Limits,
    timeouts: &Timeouts,
) -> Result<BufferedBody, ApiError> {
    let encoding = match Encoded::read(headers.get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes)) {
        Encoded::Not => None,
        Encoded::By(encoding) => Some(encoding),
        Encoded::Unknown => {
            let message = "Send the request body as it is, or encoded once, with gzip, deflate, br or zstd.";
            return Err(ApiError::new(Code::UnsupportedEncoding, message));
        }
    };

    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > limits.body) {
        return Err(too_large(limits, ""));
    }

    let mut share = budget.share();
    let mut incoming = IncomingBody {
        payload,
        limits,
        timeouts,
        began: Instant::now(),
        received: 0,
    };

    let bytes = match encoding {
        None => plain(&mut incoming, length, &mut share).await?,
        // Boxed, since few bodies are compressed: the others need no room for this future.
        Some(encoding) => Box::pin(decoded(&mut incoming, encoding, &mut share)).await?,
    };
    Ok(BufferedBody { bytes, _share: share })
}

/// A body that is arriving.
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

/// Reads a body that is not compressed.
async fn plain(incoming: &mut IncomingBody<'_>, length: Option<usize>, share: &mut Share) -> Result<Bytes, ApiError> {
    // `one` is the first piece, until there is a second: most bodies come in one piece and are not copied.
    let mut one = Bytes::new();
    let mut many = BytesMut::new();

    while let Some(piece) = incoming.next().await? {
        hold(share, incoming.received, incoming.limits)?;
        if one.is_empty() && many.is_empty() {
            one = piece;
            continue;
        }
        if many.is_empty() {
            many.reserve(length.unwrap_or(incoming.received * 2));
            many.extend_from_slice(&one);
            one = Bytes::new();
        }
        many.extend_from_slice(&piece);
    }

    Ok(if many.is_empty() { one } else { many.freeze() })
}

/// Reads a compressed body and decodes it as it arrives. It stops at the first piece beyond the limit.
async fn decoded(incoming: &mut IncomingBody<'_>, encoding: Encoding, share: &mut Share) -> Result<Bytes, ApiError> {
    let limits = incoming.limits;
    let mut decoder = Decoder::new(encoding);
    let mut body = BytesMut::new();
    let mut pieces: usize = 0;

    while let Some(piece) = incoming.next().await? {
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

/// Takes so much of the memory that all bodies share.
fn hold(share: &mut Share, bytes: usize, limits: &Limits) -> Result<(), ApiError> {
    if share.grow(bytes, limits.bodies) {
        return Ok(());
    }
    Err(ApiError::new(
        Code::Overloaded,
        "Too many large requests at once. Try again in a moment.",
    ))
}

/// `when` goes on the sentence, with a blank before it.
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

/// When the next piece is due: at the slowest permitted rate, and at the latest when the whole body is.
fn deadline(began: Instant, received: usize, timeouts: &Timeouts) -> Instant {
    let paced = timeouts.body_grace + Duration::from_secs_f64(received as f64 / BYTES_PER_SECOND);
    began + paced.min(timeouts.body)
}

/// The error for a body that cannot be read to its end.
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
}
