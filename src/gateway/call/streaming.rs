//! A stream of a provider: its reader, its events for the client, and the pieces that are ready to go.

use actix_web::http::header::HeaderValue as AnswerValue;
use bytes::Bytes;

use crate::gateway::upstream::{HttpError, Reader};
use crate::wire::encoding::Utf8Mender;
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
    pub mender: Utf8Mender,
}

impl Streaming {
    /// Reads a piece that arrived: what the client gets of it is added to `ready`.
    pub fn take(&mut self, piece: &Bytes) -> Result<(), HttpError> {
        let mended = self.mender.mend(piece);
        let pushed = self.events.push(mended.as_ref().unwrap_or(piece), &mut self.ready);
        pushed.map_err(|_| HttpError::TooLarge)?;

        self.reader.holds(self.events.held())
    }

    /// Notes that the provider sends nothing more.
    pub fn finish(&mut self) {
        if let Some(last) = self.mender.finish() {
            // An event that is too long has failed before.
            let _ = self.events.push(&last, &mut self.ready);
        }
        self.ready.extend(self.events.finish());
        self.ended = true;
    }
}
