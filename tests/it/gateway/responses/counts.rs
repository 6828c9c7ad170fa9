//! Endpoints that generate no text: embeddings, and the count of tokens.

use serde_json::json;

use crate::gateway::polyglot::ask;
use crate::gateway::rig::{Rig, test};
use crate::harness::upstream::{answer, json_answer};

test!(embeddings_pass_as_they_came_and_are_metered, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|seen| {
        assert_eq!(seen.path, "/embeddings");
        json_answer(
            200,
            &json!({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": "AACAPw=="}],
            "model": seen.json()["model"], "usage": {"prompt_tokens": 3, "total_tokens": 3}}),
        )
    });

    let body = r#"{"model":"acme/embed","input":["a","b"],"encoding_format":"base64","dimensions":256}"#;
    let reply = rig.client().post_bytes("/v1/embeddings", body).await.is(200);

    assert_eq!(rig.upstream.last().text(), body.replace("acme/embed", "embed-v1"));
    assert_eq!(
        (
            reply.json()["model"].as_str(),
            reply.json()["data"][0]["embedding"].as_str()
        ),
        (Some("acme/embed"), Some("AACAPw=="))
    );
    let record = &rig.records().await[0];
    assert_eq!(
        (record.tokens.prompt, record.tokens.completion, record.protocol.as_str()),
        (3, 0, "openai-embeddings")
    );
    assert_eq!(record.cost.to_string(), "0.000003");
});

test!(
    tokens_are_counted_by_the_provider_where_it_can_and_estimated_where_it_cannot,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            assert_eq!(seen.path, "/v1/messages/count_tokens");
            json_answer(200, &json!({"input_tokens": 4711}))
        });

        let counted = rig
            .client()
            .post(
                "/v1/messages/count_tokens?beta=true",
                &ask("/v1/messages", "counts/opus", false),
            )
            .await
            .is(200);
        let estimated = rig
            .client()
            .post("/v1/messages/count_tokens", &ask("/v1/messages", "fast", false))
            .await
            .is(200);

        assert_eq!(
            (counted.json(), counted.header("x-crossmodel-estimate")),
            (json!({"input_tokens": 4711}), "")
        );
        assert_eq!(rig.upstream.last().json()["model"], "opus-v1");
        assert_eq!(estimated.header("x-crossmodel-estimate"), "input_tokens");
        assert!(
            (1..40).contains(&estimated.json()["input_tokens"].as_u64().unwrap()),
            "{}",
            estimated.text()
        );
        assert_eq!(rig.upstream.seen().len(), 1);
        assert_eq!(rig.records().await, []);
    }
);

test!(a_provider_without_a_place_to_count_is_estimated_for, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| answer(404, &[], "no such page"));

    let reply = rig
        .client()
        .post("/v1/messages/count_tokens", &ask("/v1/messages", "counts/opus", false))
        .await
        .is(200);

    assert_eq!(reply.header("x-crossmodel-estimate"), "input_tokens");
});
