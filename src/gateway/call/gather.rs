//! Reads a provider's stream to its end for a client that asked for a whole answer.

use bytes::Bytes;

use super::no_answer::NoAnswer;
use super::whole_response::WholeResponse;
use crate::gateway::upstream::{HttpError, Reader};
use crate::wire::encoding::Utf8Mender;
use crate::wire::event_stream::StreamEnd;
use crate::wire::reported::Reported;
use crate::wire::translate::{Answer, GatheredStream};

/// Reads a stream to its end. `first` is the piece of it that was read before, if any.
pub async fn gather(
    mut stream: GatheredStream,
    mut reader: Reader,
    first: Option<Bytes>,
) -> Result<WholeResponse, NoAnswer> {
    let (mut mender, mut total) = (Utf8Mender::default(), 0);

    let mut next = first.map(Ok);
    while !stream.is_done() {
        let piece = match next.take() {
            Some(piece) => Some(piece),
            None => reader.next().await,
        };
        let broken = |error| match stream.has_content() {
            true => NoAnswer::Halfway(error),
            false => NoAnswer::Http(error),
        };
        let Some(piece) = piece.transpose().map_err(broken)? else {
            if let Some(last) = mender.finish() {
                let _ = stream.push(&last);
            }
            stream.finish();
            break;
        };

        total += piece.len();
        reader.holds(total).map_err(NoAnswer::Halfway)?;
        let piece = mender.mend(&piece).unwrap_or(piece);
        stream
            .push(&piece)
            .map_err(|_| NoAnswer::Halfway(HttpError::TooLarge))?;
    }

    let has_content = stream.has_content();
    match (stream.end(), stream.error().cloned()) {
        (StreamEnd::Complete, None) if has_content => {
            let Answer { body, metered } = stream.into_answer();
            Ok(WholeResponse {
                body: body.into(),
                as_events: false,
                metered,
            })
        }
        (_, Some(reported)) if has_content => Err(NoAnswer::Late(reported)),
        (_, Some(reported)) => Err(NoAnswer::Reported(reported)),
        (StreamEnd::Complete, None) => Err(NoAnswer::Reported(Reported::default())),
        (_, None) if has_content => Err(NoAnswer::Halfway(HttpError::Broken)),
        (_, None) => Err(NoAnswer::Http(HttpError::Broken)),
    }
}
