//! The bytes of an HTTP body.

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::gateway::upstream::http_error::HttpError;

/// The next bytes of a body; `None` at its end.
pub(super) async fn next_data(incoming: &mut Incoming) -> Option<Result<Bytes, HttpError>> {
    loop {
        match incoming.frame().await? {
            Err(_) => return Some(Err(HttpError::Broken)),
            Ok(frame) => {
                // Trailers hold nothing that the gateway passes on.
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
        }
    }
}
