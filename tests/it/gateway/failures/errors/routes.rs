//! Paths and methods that the gateway does not have.

use hyper::Method;
use serde_json::json;

use super::{INVALID, has_our_headers, is_error};
use crate::gateway::rig::{Rig, test};

test!(what_is_not_there_is_a_json_404_in_the_callers_shape, |store| {
    let rig = Rig::start(store).await;
    let get = async |path: &str| rig.client().get(path).await;

    is_error(
        &get("/v1/nothing").await,
        (404, INVALID, None, "not_found"),
        "There is no GET /v1/nothing here.",
    );
    is_error(
        &get("/v1").await,
        (404, INVALID, None, "not_found"),
        "There is no GET /v1 here.",
    );

    let wrong = get("/v1/chat/completions").await;
    is_error(
        &wrong,
        (404, INVALID, None, "not_found"),
        "Use POST for /v1/chat/completions.",
    );
    assert_eq!(wrong.header("allow"), "POST");

    let wrong = rig.client().post("/v1/models", &json!({})).await;
    is_error(&wrong, (404, INVALID, None, "not_found"), "Use GET for /v1/models.");

    for (path, message) in [
        ("/v1/messages/batches", "There is no GET /v1/messages/batches here."),
        ("/v1/messages", "Use POST for /v1/messages."),
    ] {
        let reply = get(path).await;
        let expected = json!({
            "type": "error",
            "error": {"type": "not_found_error", "message": message},
            "request_id": reply.header("x-request-id"),
        });
        assert_eq!((reply.status.as_u16(), reply.json()), (404, expected));
        has_our_headers(&reply);
    }
});

test!(reading_routes_answer_anthropics_clients_in_their_shape, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.without_key().with("x-api-key", "cm-wrong").get("/v1/models").await;

    let expected = json!({
        "type": "error",
        "error": {"type": "authentication_error", "message": "This API key is not valid."},
        "request_id": reply.header("x-request-id"),
    });
    assert_eq!((reply.status.as_u16(), reply.json()), (401, expected));
});

test!(a_websocket_is_refused_at_once, |store| {
    let rig = Rig::start(store).await;

    let client = rig
        .without_key()
        .with("upgrade", "websocket")
        .with("connection", "upgrade");
    let reply = client
        .send(Method::GET, "/v1/responses", None, Default::default())
        .await;

    is_error(
        &reply,
        (426, INVALID, None, "upgrade_required"),
        "WebSockets are not spoken here. Use POST.",
    );
});
