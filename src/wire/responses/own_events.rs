//! The events that the gateway itself adds to a forwarded stream of the Responses protocol.

use serde_json::Value;

use super::echo::echo;
use super::response::{Failure, ResponseObject, Status};
use super::write_events::{WithResponse, append};
use crate::wire::error::ApiError;
use crate::wire::neutral::ResponseIdentity;

/// The id for an answer whose own is not known.
const NO_ID: &str = "resp_none";

/// An answer that a provider has begun, as far as the events about it need it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct BegunResponse {
    id: String,
    created: i64,
}

impl BegunResponse {
    /// Reads the `response` of an event.
    pub(super) fn read(response: &Value) -> Option<Self> {
        Some(Self {
            id: response.get("id")?.as_str()?.to_owned(),
            created: response.get("created_at").and_then(Value::as_i64).unwrap_or_default(),
        })
    }

    /// Whether its id is known.
    pub(super) fn is_known(&self) -> bool {
        !self.id.is_empty()
    }

    /// The event that says once more that the answer is in progress. `name` is the model's name for the client, as a JSON
    /// string; `number` is that
    /// of the event before.
    pub(super) fn in_progress(&self, name: &[u8], number: u64) -> Vec<u8> {
        self.event("response.in_progress", Status::InProgress, (name, number), None)
    }

    /// The event that ends the answer with an error. `number` is its own number.
    pub(super) fn failed(&self, name: &[u8], number: u64, error: &ApiError) -> Vec<u8> {
        self.event("response.failed", Status::Failed, (name, number), Some(error))
    }

    fn event(&self, kind: &str, status: Status, (name, number): (&[u8], u64), error: Option<&ApiError>) -> Vec<u8> {
        let identity = ResponseIdentity {
            model: serde_json::from_slice(name).unwrap_or_default(),
            created: self.created,
            echo: echo(&Value::Null),
            ..ResponseIdentity::default()
        };
        let id = if self.is_known() { &self.id } else { NO_ID };

        let mut response = ResponseObject::new(&identity, status, &[], None).with_id(id);
        if let Some(error) = error {
            response = response.failed(Failure {
                code: &error.code,
                message: &error.message,
            });
        }

        let (mut number, mut out) = (number, Vec::new());
        append(kind, &mut number, &WithResponse { response }, &mut out);
        out
    }
}
