//! Models that are not there, cannot do the work, or cannot be called.

use serde_json::json;

use super::{INVALID, is_error};
use crate::gateway::rig::{Rig, test};
use crate::harness::client::Reply;

test!(
    a_model_that_is_not_there_is_named_with_its_alias_and_its_neighbours,
    |store| {
        let rig = Rig::start(store).await;
        let not_found =
            |reply: &Reply, message: &str| is_error(reply, (404, INVALID, Some("model"), "model_not_found"), message);

        let reply = rig.asks("acme/fsat").await;
        not_found(
            &reply,
            "Model 'acme/fsat' was not found or is unavailable. Did you mean 'acme/fast'?",
        );
        assert_eq!(
            (reply.header("x-crossmodel-model"), reply.header("x-crossmodel-alias")),
            ("", "")
        );
        assert_eq!(reply.header("x-should-retry"), "false");

        let reply = rig.asks("gone").await;
        not_found(
            &reply,
            "Model 'acme/vanished' was not found or is unavailable. The alias 'gone' points at it.",
        );
        assert_eq!(
            (reply.header("x-crossmodel-model"), reply.header("x-crossmodel-alias")),
            ("acme/vanished", "gone; match=exact")
        );

        let reply = rig.asks("Claude-Opus-9").await;
        not_found(
            &reply,
            "Model 'Claude-Opus-9' was not found or is unavailable. The alias 'claude-' is written in lower case: only its \
         letter case differs.",
        );
        for disabled in ["acme/off", "down/model"] {
            let reply = rig.asks(disabled).await;
            assert_eq!(
                (reply.status.as_u16(), reply.json()["error"]["code"].as_str()),
                (404, Some("model_not_found"))
            );
        }
        assert_eq!(rig.upstream.seen().len(), 0);
    }
);

test!(what_a_client_names_is_shown_as_text_whatever_it_holds, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.asks("<img src=x onerror=1>\"\n\u{7}").await.is(404);

    assert!(
        reply.json()["error"]["message"]
            .as_str()
            .unwrap()
            .contains("<img src=x onerror=1>\"\n\u{7}")
    );
    assert_eq!(reply.header("content-type"), "application/json");
});

test!(a_model_that_does_another_kind_of_work_says_so, |store| {
    let rig = Rig::start(store).await;
    let refused =
        |reply: &Reply, message: &str| is_error(reply, (400, INVALID, Some("model"), "unsupported_parameter"), message);

    refused(
        &rig.asks("acme/embed").await,
        "Model 'acme/embed' makes embeddings and cannot be used for chat.",
    );
    let embed = rig
        .client()
        .post("/v1/embeddings", &json!({"model": "fast", "input": "x"}))
        .await;
    refused(&embed, "Model 'acme/fast' answers messages and makes no embeddings.");
    assert_eq!(embed.header("x-crossmodel-model"), "acme/fast");
});

test!(a_model_without_a_credential_says_so, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.asks("poor").await;

    let message = "Model 'poor/model' is unavailable: this gateway has no credential for its provider, Poor. The gateway's \
                   administrator can add one.";
    is_error(&reply, (503, "api_error", Some("model"), "model_unavailable"), message);
    assert_eq!(
        (reply.header("x-crossmodel-alias"), reply.header("x-crossmodel-model")),
        ("poor; match=exact", "poor/model")
    );
    assert_eq!(reply.header("x-should-retry"), "false");
});
