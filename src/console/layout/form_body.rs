//! Reads forms whole, within a time and a size, before other layers see them: no client holds a connection by sending
//! slowly.

use std::time::Duration;

use actix_web::HttpMessage;
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::time::timeout;

use crate::console::web::ConsoleError;

/// The largest form, in bytes.
pub(in crate::console) const LARGEST: usize = 64 * 1024;
/// How long a form may take to arrive.
const PATIENCE: Duration = Duration::from_secs(10);

/// Replaces the payload that is arriving with the whole form.
pub async fn read(request: &mut ServiceRequest) -> Result<(), ConsoleError> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }

    let length = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > LARGEST) {
        return Err(ConsoleError::TooLarge);
    }

    let form = timeout(PATIENCE, whole(request.take_payload())).await;
    let form = form.unwrap_or(Err(ConsoleError::TooSlow))?;
    request.set_payload(Payload::Stream {
        payload: stream::iter([Ok(form)]).boxed_local(),
    });
    Ok(())
}

async fn whole(mut arriving: Payload) -> Result<Bytes, ConsoleError> {
    let mut form = BytesMut::new();
    while let Some(piece) = arriving.next().await {
        let piece = piece.map_err(|_| ConsoleError::Unreadable)?;
        if form.len() + piece.len() > LARGEST {
            return Err(ConsoleError::TooLarge);
        }
        form.extend_from_slice(&piece);
    }
    Ok(form.freeze())
}
