//! Every error that these endpoints can answer, with its exact body and headers.

mod access;
mod bodies;
mod calls;
mod keys;
mod models;
mod routes;

use serde_json::{Value, json};

use crate::harness::client::{Client, Reply};

/// The status of an error, its type, its parameter and its code.
type Kind<'a> = (u16, &'a str, Option<&'a str>, &'a str);

/// Asserts that an answer is exactly this error in OpenAI's shape, with the headers that every answer of ours has.
#[track_caller]
fn is_error(reply: &Reply, (status, kind, param, code): Kind<'_>, message: &str) {
    let expected = json!({"error": {"message": message, "type": kind, "param": param, "code": code}});
    assert_eq!((reply.status.as_u16(), reply.json()), (status, expected));
    has_our_headers(reply);
}

#[track_caller]
fn has_our_headers(reply: &Reply) {
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(
        (reply.header("cache-control"), reply.header("x-content-type-options")),
        ("no-store", "nosniff")
    );

    let id = reply.header("x-request-id").strip_prefix("req_cm_");
    let id = id.expect("an id of ours");
    assert!(id.parse::<crossmodel::domain::RequestId>().is_ok(), "{id}");
}

const INVALID: &str = "invalid_request_error";
const AUTH: &str = "authentication_error";

async fn chat(client: &Client, body: &Value) -> Reply {
    client.post("/v1/chat/completions", body).await
}
