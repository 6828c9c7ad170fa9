//! A stream of a provider: its reader, its flow to the client, and the pieces that are ready to go.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use super::stream::Flow;
use crate::gateway::upstream::{HttpError, Reader};

/// A stream of a provider that has begun.
pub struct Streaming {
    pub status: u16,
    pub content_type: AnswerValue,
    pub reader: Reader,
    pub flow: Flow,
    /// The pieces that may go to the client.
    pub ready: Vec<Bytes>,
    /// Whether its bytes have ended.
    pub ended: bool,
}

impl Streaming {
    /// Takes a piece that arrived.
    pub fn take(&mut self, piece: &Bytes) -> Result<(), HttpError> {
        let ready = &mut self.ready;
        self.flow
            .push(piece, |piece| ready.push(piece))
            .map_err(|_| HttpError::TooLarge)?;

        self.reader.holds(self.flow.held())
    }

    /// Notes that the provider sends nothing more.
    pub fn finish(&mut self) {
        self.ready.extend(self.flow.finish());
        self.ended = true;
    }
}
