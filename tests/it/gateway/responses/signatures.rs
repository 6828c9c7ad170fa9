//! Thoughts that one provider signed, in a conversation that goes on with another provider of the client's protocol.

use crossmodel::domain::{Model, Provider};
use crossmodel::store::{Actor, CatalogFile};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ask, polyglot};
use crate::gateway::rig::{Rig, test};
use crate::harness::upstream::{Seen, Step, json_answer, stream};

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

/// Adds `signs/m`, which speaks Messages and signs its thoughts for itself alone.
async fn add_signer(rig: &Rig) {
    let url = rig.upstream.url();
    let provider: Provider =
        serde_json::from_value(json!({"id": "signs", "name": "Signs", "protocol": "anthropic-messages",
        "base_url": url, "env": ["ACME_KEY"], "stream_options": true, "counts_tokens": true,
        "facts": {"seals": {"domain": "signs"}},
        "endpoints": [{"protocol": "anthropic-messages", "base_url": url, "path": "/v1/messages"}]}))
        .unwrap();
    let model: Model = serde_json::from_value(json!({"id": "signs/m", "name": "M", "provider": "signs",
        "upstream_model": "m", "type": "chat", "protocols": ["anthropic-messages"], "context_length": 9000,
        "pricing": {"prompt": "0.000001", "completion": "0.000002"}}))
    .unwrap();
    let file = CatalogFile::new(vec![model], vec![provider]);
    let by = Actor::command_line();
    let store = rig.store.by(&by, rig.clock.now());
    store.catalog().import(&file).await.unwrap();
}

/// Thinks, signs that, and counts tokens.
fn signer(seen: &Seen) -> Vec<Step> {
    if seen.path.ends_with("/count_tokens") {
        return json_answer(200, &json!({"input_tokens": 7}));
    }
    let mut message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m",
        "content": [{"type": "thinking", "thinking": "Hm.", "signature": "a-1"}, {"type": "text", "text": "Hello"}],
        "stop_reason": "end_turn", "stop_sequence": null, "usage": {"input_tokens": 11, "output_tokens": 2}});
    if seen.json()["stream"] != true {
        return json_answer(200, &message);
    }

    (message["content"], message["stop_reason"]) = (json!([]), Value::Null);
    let events = [
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Hm."}}),
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "a-1"}}),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": {"output_tokens": 2}}),
        json!({"type": "message_stop"}),
    ];
    let events = events
        .iter()
        .map(|event| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap()));
    stream(&[&events.collect::<String>()])
}

test!(
    a_signature_that_only_its_maker_reads_is_packed_for_the_client_and_unpacked_for_it,
    |store| {
        let rig = Rig::start(store).await;
        add_signer(&rig).await;
        rig.upstream.answers(signer);
        for streamed in [false, true] {
            let reply = rig
                .client()
                .post("/v1/messages", &ask("/v1/messages", "signs/m", streamed))
                .await
                .is(200);
            assert!(
                reply.text().contains("\"signature\":\"cm1.signs.-..a-1\""),
                "{}",
                reply.text()
            );
        }

        let conversation = |model: &str| {
            let mut body = ask("/v1/messages", model, false);
            let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "cm1.signs.-..a-1"});
            body["messages"] = json!([
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": [thinking, {"type": "text", "text": "Hello"}]},
                {"role": "user", "content": "And now?"},
            ]);
            body
        };
        for adapt in ["adapt", "off"] {
            let client = rig.client().with("x-crossmodel-adapt", adapt);
            client.post("/v1/messages", &conversation("signs/m")).await.is(200);
            let content = rig.upstream.last().json()["messages"][1]["content"].clone();
            assert_eq!(
                content[0],
                json!({"type": "thinking", "thinking": "Hm.", "signature": "a-1"}),
                "{adapt}"
            );
        }

        for (model, blocks) in [("signs/m", 2), ("counts/opus", 1)] {
            rig.client()
                .post("/v1/messages/count_tokens", &conversation(model))
                .await
                .is(200);
            let seen = rig.upstream.last().json();
            assert_eq!(
                seen["messages"][1]["content"].as_array().unwrap().len(),
                blocks,
                "{model}"
            );
        }
    }
);

/// Refuses the signature that it has made.
fn forgetful(seen: &Seen) -> Vec<Step> {
    match seen.text().contains("a-1") {
        true => json_answer(
            400,
            &json!({"type": "error", "error": {"type": "invalid_request_error",
                "message": "messages.1.content.0: Invalid `signature` in `thinking` block"}}),
        ),
        false => signer(seen),
    }
}

test!(
    a_signature_that_its_maker_refuses_is_left_out_for_clients_of_every_protocol,
    |store| {
        let rig = Rig::start(store).await;
        add_signer(&rig).await;
        rig.upstream.answers(forgetful);
        let block = json!({"type": "thinking", "thinking": "Hm.", "signature": "cm1.signs.-..a-1"});

        let mut of_messages = ask("/v1/messages", "signs/m", false);
        of_messages["messages"] = json!([{"role": "user", "content": "Hello"},
        {"role": "assistant", "content": [block, {"type": "text", "text": "Hello"}]}, {"role": "user", "content": "And now?"}]);
        let mut of_chat = ask("/v1/chat/completions", "signs/m", false);
        of_chat["messages"] = json!([{"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello", "thinking_blocks": [block]}, {"role": "user", "content": "And now?"}]);

        for (path, body) in [("/v1/messages", of_messages), ("/v1/chat/completions", of_chat)] {
            let reply = rig.client().post(path, &body).await.is(200);

            assert!(reply.header("x-crossmodel-adapted").contains("mended:"), "{path}");
            let content = rig.upstream.last().json()["messages"][1]["content"].clone();
            assert_eq!(content, json!([{"type": "text", "text": "Hello"}]), "{path}");
        }
    }
);
