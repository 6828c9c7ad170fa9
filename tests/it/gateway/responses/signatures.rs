//! Thoughts that one provider signed, in a conversation that goes on with another provider of the client's protocol.

use serde_json::json;

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, test};

test!(
    a_provider_of_anthropics_protocol_never_sees_a_seal_of_another_one,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        for streamed in [false, true] {
            let mut body = ask("/v1/messages", "claude/opus", streamed);
            let thinking =
                json!({"type": "thinking", "thinking": "Hm.", "signature": "cm1.openai-responses.-.rs_1.gAAAAA"});
            body["messages"] = json!([
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": [thinking, {"type": "text", "text": "Hello there"}]},
                {"role": "user", "content": "And now?"},
            ]);

            let reply = rig
                .client()
                .with("anthropic-beta", "a-1")
                .post("/v1/messages", &body)
                .await
                .is(200);

            assert!(reply.text().contains("there"), "{}", reply.text());
            let seen = rig.upstream.last();
            assert!(!seen.text().contains("cm1."), "{}", seen.text());
            assert_eq!(
                (seen.json()["model"].as_str(), seen.header("anthropic-beta")),
                (Some("opus-v1"), "a-1")
            );
            assert_eq!(
                seen.json()["messages"][1]["content"],
                json!([{"type": "text", "text": "Hello there"}])
            );
        }
    }
);

test!(
    a_provider_of_the_responses_protocol_never_sees_a_seal_of_another_one,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let mut body = ask("/v1/responses", "acme/thinker", false);
        body["input"] = json!([
            {"type": "message", "role": "user", "content": "Hello"},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "cm1.anthropic-messages.-..EqQB"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello there"}]},
            {"type": "message", "role": "user", "content": "And now?"},
        ]);

        let reply = rig.client().post("/v1/responses", &body).await.is(200);

        assert_eq!(reply.json()["output"][0]["content"][0]["text"], "Hello there");
        let seen = rig.upstream.last();
        assert!(
            !seen.text().contains("cm1.") && !seen.text().contains("EqQB"),
            "{}",
            seen.text()
        );
        assert!(seen.text().contains("And now?"), "{}", seen.text());
    }
);

test!(a_providers_own_seal_passes_as_it_came, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    let mut body = ask("/v1/messages", "claude/opus", false);
    let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "EqQB"});
    body["messages"] = json!([
        {"role": "user", "content": "What is \"cm1.5\"?"},
        {"role": "assistant", "content": [thinking, {"type": "text", "text": "Hello there"}]},
        {"role": "user", "content": "And now?"},
    ]);

    rig.client().post("/v1/messages", &body).await.is(200);

    assert_eq!(
        rig.upstream.last().text(),
        body.to_string().replace("claude/opus", "opus-v1")
    );
});
