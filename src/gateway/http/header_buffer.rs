//! Values of headers that are written one after the other into one piece of memory.

use actix_web::http::header::HeaderValue;
use bytes::BytesMut;

/// Makes the values of an answer's headers, all of them in one piece of memory.
pub struct Values(BytesMut);

impl Default for Values {
    fn default() -> Self {
        // An id, and six numbers of up to twenty digits.
        Self(BytesMut::with_capacity(192))
    }
}

impl Values {
    /// A value of what is written; `None` if a header may not hold it.
    pub fn make(&mut self, write: impl FnOnce(&mut BytesMut)) -> Option<HeaderValue> {
        write(&mut self.0);
        HeaderValue::from_maybe_shared(self.0.split().freeze()).ok()
    }
}
