//! The events of a Responses stream that the gateway writes itself: while the client waits for the provider's first event, and
//! for a failure before it.

use actix_web::http::header::HeaderValue as AnswerValue;
use serde_json::Value;

use super::plan::ClientRequest;
use crate::domain::RequestId;
use crate::wire::error::{ApiError, Code};
use crate::wire::neutral::ResponseIdentity;
use crate::wire::operation::Operation;
use crate::wire::responses::{WriteEvents, echo};

/// The gateway's own events of one Responses stream.
pub struct OwnEvents {
    id: RequestId,
    created: i64,
    /// The model's name for the client; `None` for the id of the model that ran.
    name: Option<String>,
    /// `None` until the first event.
    writer: Option<WriteEvents>,
}

impl OwnEvents {
    /// The events for this request; `None` unless it asks for a Responses stream.
    pub fn of(request: &ClientRequest) -> Option<Box<Self>> {
        if request.operation != Operation::Responses || !request.stream {
            return None;
        }

        Some(Box::new(Self {
            id: request.id,
            created: request.created,
            name: request.response_name.clone(),
            writer: None,
        }))
    }

    /// Says that the answer is in progress. `ran` is the model that is asked.
    pub fn keepalive(&mut self, ran: &AnswerValue) -> Vec<u8> {
        let mut out = Vec::new();
        self.writer(Some(ran)).keepalive(&mut out);
        out
    }

    /// Ends the stream with an error. `of` is the model that failed. Some clients read only the event `error`, some only
    /// `response.failed`; a prompt that is too long, both read from the latter alone.
    pub fn fail(&mut self, error: &ApiError, of: Option<&AnswerValue>) -> Vec<u8> {
        let mut out = Vec::new();
        if self.writer.is_none() && error.code != Code::ContextLengthExceeded.as_str() {
            out.extend_from_slice(error.responses_event(0).as_bytes());
        }
        self.writer(of).fail(error, &mut out);
        out
    }

    fn writer(&mut self, model: Option<&AnswerValue>) -> &mut WriteEvents {
        let Self {
            id,
            created,
            name,
            writer,
        } = self;
        writer.get_or_insert_with(|| {
            let ran = || model.and_then(|model| model.to_str().ok()).unwrap_or_default();
            WriteEvents::new(ResponseIdentity {
                id: id.to_string().replace('-', ""),
                model: name.take().unwrap_or_else(|| ran().to_owned()),
                created: *created,
                echo: echo(&Value::Null),
                ..ResponseIdentity::default()
            })
        })
    }
}
