//! Writes the values of an answer's headers, one after the other, into one piece of memory.

use actix_web::http::header::HeaderValue;
use bytes::BytesMut;

/// Makes the values of an answer's headers in one piece of memory.
pub struct Values(BytesMut);

impl Default for Values {
    fn default() -> Self {
        // An id, and six numbers of up to twenty digits.
        Self(BytesMut::with_capacity(192))
    }
}

impl Values {
    /// The value that `write` writes; `None` if no header may have it.
    pub fn make(&mut self, write: impl FnOnce(&mut BytesMut)) -> Option<HeaderValue> {
        write(&mut self.0);
        HeaderValue::from_maybe_shared(self.0.split().freeze()).ok()
    }
}
