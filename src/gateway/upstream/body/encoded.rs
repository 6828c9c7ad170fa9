//! A provider's body that comes compressed, decoded as it arrives.

use bytes::{Buf as _, Bytes, BytesMut};
use hyper::body::Incoming;

use super::incoming::next_data;
use crate::gateway::upstream::http_error::HttpError;
use crate::wire::encoding::Decoder;

/// A compressed body. The gateway asks for none, but some providers compress all the same.
#[derive(Debug)]
pub struct EncodedBody {
    incoming: Incoming,
    /// `None` if the encoding is unknown, or once all of the body is decoded.
    decoder: Option<Decoder>,
    /// Bytes that have arrived and are not decoded yet.
    pending: Bytes,
    ended: bool,
}

impl EncodedBody {
    /// A body to be decoded by `decoder`; `None` for an encoding that is unknown, which makes each read fail.
    pub(super) fn new(incoming: Incoming, decoder: Option<Decoder>) -> Self {
        Self {
            incoming,
            decoder,
            pending: Bytes::new(),
            ended: false,
        }
    }

    /// Whether all of it was read, or reading failed.
    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        if self.ended {
            return None;
        }

        let piece = self.decode_next().await;
        self.ended = !matches!(piece, Some(Ok(_)));
        piece
    }

    async fn decode_next(&mut self) -> Option<Result<Bytes, HttpError>> {
        let Some(decoder) = &mut self.decoder else {
            return Some(Err(HttpError::Undecodable));
        };

        loop {
            let (mut out, mut rest) = (BytesMut::new(), &*self.pending);
            let written = decoder.decode(&mut rest, &mut out);
            let left = rest.len();
            self.pending.advance(self.pending.len() - left);

            match written {
                Ok(0) => {}
                Ok(_) => return Some(Ok(out.freeze())),
                Err(_) => return Some(Err(HttpError::Undecodable)),
            }

            match next_data(&mut self.incoming).await {
                Some(Ok(more)) => self.pending = more,
                Some(Err(error)) => return Some(Err(error)),
                None => {
                    let ended = self.decoder.take()?.finish();
                    return ended.is_err().then_some(Err(HttpError::Broken));
                }
            }
        }
    }
}
