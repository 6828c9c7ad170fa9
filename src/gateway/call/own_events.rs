//! The events of a Responses stream that the gateway writes itself: while the client waits for the provider's first event, and
//! for a failure before it.

use actix_web::http::header::HeaderValue as AnswerValue;

use super::plan::ClientRequest;
use crate::wire::error::ApiError;
use crate::wire::neutral::ResponseIdentity;
use crate::wire::operation::Operation;
use crate::wire::responses::WriteEvents;

/// The gateway's own events of one Responses stream.
pub struct OwnEvents {
    /// Its model is empty if the answer carries the id of the model that ran.
    identity: ResponseIdentity,
    /// `None` until the first event.
    writer: Option<WriteEvents>,
}

impl OwnEvents {
    /// The events for this request; `None` unless it asks for a Responses stream.
    pub fn of(request: &ClientRequest) -> Option<Box<Self>> {
        if request.operation != Operation::Responses || !request.stream {
            return None;
        }

        let identity = ResponseIdentity {
            id: request.id.to_string().replace('-', ""),
            model: request.response_name.clone().unwrap_or_default(),
            created: request.created,
            ..ResponseIdentity::default()
        };
        Some(Box::new(Self { identity, writer: None }))
    }

    /// Says that the answer is in progress. `ran` is the model that is asked.
    pub fn keepalive(&mut self, ran: &AnswerValue) -> Vec<u8> {
        let mut out = Vec::new();
        self.writer(Some(ran)).keepalive(&mut out);
        out
    }

    /// Ends the stream with an error. `of` is the model that failed.
    pub fn fail(&mut self, error: &ApiError, of: Option<&AnswerValue>) -> Vec<u8> {
        let mut out = Vec::new();
        self.writer(of).fail(error, &mut out);
        out
    }

    fn writer(&mut self, model: Option<&AnswerValue>) -> &mut WriteEvents {
        let Self { identity, writer } = self;
        writer.get_or_insert_with(|| {
            let mut identity = identity.clone();
            if identity.model.is_empty()
                && let Some(model) = model.and_then(|model| model.to_str().ok())
            {
                identity.model = model.to_owned();
            }
            WriteEvents::new(identity)
        })
    }
}
