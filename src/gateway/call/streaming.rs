//! A stream of a provider: its reader, its events for the client, and the pieces that are ready to go.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use crate::gateway::upstream::{HttpError, Reader};
use crate::wire::event_stream::EventStream;

/// A stream of a provider that has begun.
pub struct Streaming {
    pub status: u16,
    pub content_type: AnswerValue,
    pub reader: Reader,
    /// The stream as the client gets it.
    pub events: Box<dyn EventStream + Send>,
    /// The pieces that may go to the client.
    pub ready: Vec<Bytes>,
    /// Whether its bytes have ended.
    pub ended: bool,
}

impl Streaming {
    /// Reads a piece that arrived: what the client gets of it is added to `ready`.
    pub fn take(&mut self, piece: &Bytes) -> Result<(), HttpError> {
        let pushed = self.events.push(piece, &mut self.ready);
        pushed.map_err(|_| HttpError::TooLarge)?;

        self.reader.holds(self.events.held())
    }

    /// Notes that the provider sends nothing more.
    pub fn finish(&mut self) {
        self.ready.extend(self.events.finish());
        self.ended = true;
    }
}
