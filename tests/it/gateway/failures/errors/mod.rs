//! Every error that these endpoints can answer, with its exact body and headers.

mod access;
mod bodies;
mod calls;
mod keys;
mod models;
mod routes;

use serde_json::{Value, json};

use crate::harness::client::{Client, Reply};

/// Asserts that an answer is exactly this error in OpenAI's shape, with the headers that every answer of ours has.
#[track_caller]
pub(super) fn is_error(reply: &Reply, status: u16, kind: &str, param: Option<&str>, code: &str, message: &str) {
    let expected = json!({"error": {"message": message, "type": kind, "param": param, "code": code}});
    assert_eq!((reply.status.as_u16(), reply.json()), (status, expected));
    has_our_headers(reply);
}

#[track_caller]
pub(super) fn has_our_headers(reply: &Reply) {
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(
        (reply.header("cache-control"), reply.header("x-content-type-options")),
        ("no-store", "nosniff")
    );
    let id = reply
        .header("x-request-id")
        .strip_prefix("req_cm_")
        .expect("an id of ours");
    assert!(id.parse::<crossmodel::domain::RequestId>().is_ok(), "{id}");
}

pub(super) const INVALID: &str = "invalid_request_error";

pub(super) const AUTH: &str = "authentication_error";

pub(super) async fn chat(client: &Client, body: &Value) -> Reply {
    client.post("/v1/chat/completions", body).await
}
