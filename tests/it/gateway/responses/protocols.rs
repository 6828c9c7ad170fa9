//! Every endpoint over HTTP, with providers of every protocol behind it.

use crossmodel::domain::UsageSource;
use serde_json::json;

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask, polyglot, told, words};
use crate::gateway::rig::{CREDENTIAL, Rig, test};
use crate::harness::upstream::{Step, json_answer};

test!(every_endpoint_works_with_providers_of_every_protocol, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    for path in ENDPOINTS {
        for model in MODELS {
            let reply = rig.client().post(path, &ask(path, model, false)).await.is(200);

            assert_eq!(
                told(path, &reply.json()),
                ("Hello there".into(), 11, 2, model.into()),
                "{path} {model}"
            );
            assert_eq!(reply.header("x-crossmodel-model"), model);
            assert!(!format!("{:?}", rig.upstream.last().headers).contains(rig.secret.expose()));
            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!(
                (record.tokens.prompt, record.tokens.completion, record.source),
                (11, 2, UsageSource::Provider)
            );
            assert_eq!(
                (record.model.as_str(), record.status, record.stream),
                (model, 200, false)
            );
        }
    }
});

test!(every_endpoint_streams_from_providers_of_every_protocol, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    for path in ENDPOINTS {
        for model in MODELS {
            let reply = rig.client().post(path, &ask(path, model, true)).await.is(200);

            assert_eq!(words(path, &reply), "Hello there", "{path} {model}: {}", reply.text());
            assert_eq!(reply.header("content-type"), "text/event-stream");
            assert!(
                reply.text().contains(&format!("\"model\":\"{model}\"")) || path == "/v1/chat/completions",
                "{path} {}",
                reply.text()
            );
            let end = match path {
                "/v1/messages" => "event: message_stop",
                "/v1/responses" => "event: response.completed",
                _ => "data: [DONE]\n\n",
            };
            assert!(reply.text().contains(end), "{path} {model}: {}", reply.text());
            rig.clock.advance(std::time::Duration::from_millis(1));
            let record = &rig.records().await[0];
            assert_eq!(
                (record.tokens.prompt, record.tokens.completion, record.source),
                (11, 2, UsageSource::Provider),
                "{path} {model}"
            );
            assert!(record.stream);
        }
    }
});

test!(
    a_provider_of_the_clients_protocol_gets_the_bytes_as_they_came_but_for_the_model,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let body = r#"{ "max_tokens": 5, "model":"claude/opus" ,"messages":[{"role":"user","content":"é \u0041"}],"my_own":{"model":1}}"#;

        let client = rig
            .client()
            .with("anthropic-version", "2026-10-21")
            .with("anthropic-beta", "a-1,b-2");
        client.post_bytes("/v1/messages?beta=true", body).await.is(200);

        let seen = rig.upstream.last();
        assert_eq!(seen.text(), body.replace("\"claude/opus\"", "\"opus-v1\""));
        assert_eq!(
            (seen.header("anthropic-version"), seen.header("anthropic-beta")),
            ("2026-10-21", "a-1,b-2")
        );
        assert_eq!(seen.header("authorization"), format!("Bearer {CREDENTIAL}"));
    }
);

test!(a_providers_error_reaches_every_client_in_its_own_shape, |store| {
    let rig = Rig::start(store).await;
    for model in MODELS {
        rig.upstream.answers(|_| {
            json_answer(
                400,
                &json!({"type": "error", "error": {"type": "invalid_request_error", "message": "too long"}}),
            )
        });
        for path in ENDPOINTS {
            let reply = rig.client().post(path, &ask(path, model, true)).await.is(400);

            let body = reply.json();
            assert_eq!(body["error"]["message"], "too long", "{path} {model}");
            assert_eq!(body["type"] == "error", path == "/v1/messages", "{body}");
        }
    }
});

test!(
    a_stream_that_breaks_ends_in_the_clients_own_error_and_never_as_if_it_were_whole,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            let mut steps = polyglot(seen);
            steps.truncate(4);
            steps.push(Step::Reset);
            steps
        });
        for model in MODELS {
            for path in ENDPOINTS {
                let reply = rig.client().post(path, &ask(path, model, true)).await.is(200);

                let text = reply.text();
                for end in ["[DONE]", "message_stop", "response.completed"] {
                    assert!(!text.contains(end), "{path} {model}: {text}");
                }
                assert!(
                    text.contains("failed: it broke off its answer."),
                    "{path} {model}: {text}"
                );
                assert_eq!(
                    path == "/v1/messages" || path == "/v1/responses",
                    text.contains("event: "),
                    "{text}"
                );
            }
        }
    }
);

test!(
    an_answer_that_is_not_streamed_though_it_was_asked_to_be_becomes_a_stream,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            let mut plain = seen.clone();
            let mut body = seen.json();
            body["stream"] = false.into();
            plain.body = body.to_string().into_bytes();
            polyglot(&plain)
        });

        let reply = rig
            .client()
            .post("/v1/messages", &ask("/v1/messages", "acme/fast", true))
            .await
            .is(200);

        assert_eq!(
            (words("/v1/messages", &reply).as_str(), reply.header("content-type")),
            ("Hello there", "text/event-stream")
        );
    }
);

test!(what_a_protocol_has_no_place_for_is_refused_and_named, |store| {
    let rig = Rig::start(store).await;
    let mut body = ask("/v1/chat/completions", "claude/opus", false);
    body["n"] = 2.into();

    let reply = rig.client().post("/v1/chat/completions", &body).await.is(400);

    assert_eq!(reply.json()["error"]["param"], "n");
    assert_eq!(reply.json()["error"]["code"], "unsupported_parameter");
    assert_eq!(reply.header("x-crossmodel-model"), "claude/opus");
    assert_eq!(rig.upstream.seen().len(), 0);
});
