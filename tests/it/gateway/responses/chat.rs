//! A call through an alias: the request that the provider sees, and the response that the client gets.

use serde_json::{Value, json};

use crate::gateway::rig::{CREDENTIAL, Rig, question, stream_question, test};
use crate::harness::upstream::{DONE, Step, answer, delta, finish, json_answer, polite, stream, usage};
use crossmodel::domain::{Match, UsageSource};

both_engines!(a_call_through_an_alias_runs_its_target_and_is_recorded, |store| {
    let rig = Rig::start(store).await;

    let reply = rig
        .client()
        .with("user-agent", "tests/1")
        .post("/v1/chat/completions", &question("fast"))
        .await
        .is(200);

    assert_eq!(reply.json()["choices"][0]["message"]["content"], "Hello there");
    assert_eq!(reply.header("x-crossmodel-model"), "acme/fast");
    assert_eq!(reply.header("x-crossmodel-alias"), "fast; match=exact");

    let records = rig.records().await;
    assert_eq!(records.len(), 1);

    let record = &records[0];
    assert_eq!(reply.header("x-request-id"), format!("req_cm_{}", record.id));
    assert_eq!(
        (
            record.requested.as_str(),
            record.model.as_str(),
            record.provider.as_str()
        ),
        ("fast", "acme/fast", "acme")
    );
    assert_eq!(
        record.alias.as_ref().map(|(name, how)| (name.as_str(), *how)),
        Some(("fast", Match::Exact))
    );
    assert_eq!(
        (record.key, record.account, record.protocol.as_str()),
        (rig.key.id, rig.account.id, "openai-chat")
    );
    assert_eq!(
        (record.tokens.prompt, record.tokens.completion, record.source),
        (11, 2, UsageSource::Provider)
    );
    assert_eq!(record.cost.to_string(), "0.000015");
    assert_eq!(
        (record.status, record.stream, record.error.as_deref()),
        (200, false, None)
    );
    assert_eq!(record.agent.as_deref(), Some("tests/1"));
});

test!(
    the_provider_sees_its_own_name_of_the_model_and_our_credential_and_nothing_of_the_client,
    |store| {
        let rig = Rig::start(store).await;
        let body = r#"{ "temperature": 1.50, "model":"claude-opus-9" ,"messages":[{"role":"user","content":"é \u0041"}],"x":{"model":1}}"#;
        let client = rig
            .client()
            .with("x-forwarded-for", "1.2.3.4")
            .with("cookie", "a=b")
            .with("openai-organization", "org");

        client
            .with("idempotency-key", "once")
            .post_bytes("/v1/chat/completions?model=acme/other&beta=true", body)
            .await
            .is(200);

        let seen = rig.upstream.last();
        assert_eq!(seen.path, "/chat/completions");
        assert_eq!(seen.text(), body.replace("\"claude-opus-9\"", "\"fast-v1\""));
        assert_eq!(seen.header("authorization"), format!("Bearer {CREDENTIAL}"));

        let mut names: Vec<&str> = seen.headers.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "accept-encoding",
                "authorization",
                "content-length",
                "content-type",
                "host",
                "idempotency-key",
                "user-agent"
            ]
        );
        assert_eq!(seen.header("accept-encoding"), "identity");
        assert!(seen.header("user-agent").starts_with("crossmodel/"));
        assert!(!format!("{:?}", seen.headers).contains(rig.secret.expose()));
    }
);

test!(an_escaped_model_name_is_resolved_as_it_was_meant, |store| {
    let rig = Rig::start(store).await;

    let reply = rig
        .client()
        .post_bytes("/v1/chat/completions", r#"{"model":"f\u0061st","messages":[1]}"#)
        .await
        .is(200);

    assert_eq!(reply.header("x-crossmodel-alias"), "fast; match=exact");
    assert_eq!(rig.upstream.last().text(), r#"{"model":"fast-v1","messages":[1]}"#);
});

test!(a_real_id_passes_through_without_an_alias, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.asks("acme/other").await.is(200);

    assert_eq!(
        (reply.header("x-crossmodel-model"), reply.header("x-crossmodel-alias")),
        ("acme/other", "")
    );
    assert_eq!(rig.upstream.last().json()["model"], "other-v1");
    assert_eq!(rig.records().await[0].alias, None);
});

test!(either_header_may_carry_the_key, |store| {
    let rig = Rig::start(store).await;

    let reply = rig
        .without_key()
        .with("x-api-key", rig.secret.expose())
        .post("/v1/chat/completions", &question("fast"))
        .await;

    reply.is(200);
});

test!(
    an_answer_comes_back_byte_for_byte_but_for_the_real_id_with_our_headers_alone,
    |store| {
        let rig = Rig::start(store).await;
        let body = "{ \"id\":\"x\", \"choices\" : [ ],\n\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}, \"model\":\"fast-v1-0102\" }\n";
        rig.upstream.answers(move |_| {
            let headers = [
                ("content-type", "application/json"),
                ("set-cookie", "a=b"),
                ("server", "acme"),
                ("openai-organization", "org-1"),
                ("x-ratelimit-remaining-requests", "1"),
                ("x-request-id", "theirs"),
                ("connection", "x-secret"),
                ("x-secret", "1"),
            ];
            answer(200, &headers, body)
        });

        let reply = rig.asks("fast").await.is(200);

        assert_eq!(reply.text(), body.replace("fast-v1-0102", "acme/fast"));
        let mut names: Vec<&str> = reply.headers.keys().map(|name| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "cache-control",
                "content-length",
                "content-type",
                "date",
                "x-content-type-options",
                "x-crossmodel-alias",
                "x-crossmodel-model",
                "x-request-id"
            ]
        );
        assert_eq!(
            (reply.header("cache-control"), reply.header("x-content-type-options")),
            ("no-store", "nosniff")
        );
    }
);

test!(
    a_stream_comes_back_byte_for_byte_and_its_usage_only_if_asked_for,
    |store| {
        let rig = Rig::start(store).await;
        for (asked, shown) in [(true, true), (false, false)] {
            let mut body = stream_question("fast");
            if asked {
                body["stream_options"] = json!({"include_usage": true});
            }

            let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);

            let mut expected = delta("Hello") + &delta(" there") + &finish();
            if shown {
                expected += &usage(11, 2);
            }
            assert_eq!(reply.text(), expected + DONE);
            assert_eq!(reply.header("content-type"), "text/event-stream");
            assert_eq!(reply.header("x-accel-buffering"), "no");
            assert_eq!(
                rig.upstream.last().json()["stream_options"],
                json!({"include_usage": true})
            );
            let record = &rig.records().await[0];
            assert_eq!(
                (record.tokens.prompt, record.tokens.completion, record.stream),
                (11, 2, true)
            );
        }
    }
);

test!(every_event_is_passed_on_when_it_arrives, |store| {
    let rig = Rig::start(store).await;
    let go = std::sync::Arc::new(tokio::sync::Notify::new());
    let wait = std::sync::Arc::clone(&go);
    rig.upstream.answers(move |_| {
        let mut steps = vec![Step::events()];
        for n in 0..3 {
            steps.push(Step::chunk(&delta(&n.to_string())));
            steps.push(Step::Wait(std::sync::Arc::clone(&wait)));
        }
        steps.extend([Step::chunk(&finish()), Step::chunk(DONE), Step::end()]);
        steps
    });

    let body = stream_question("fast").to_string().into();
    let mut reply = rig
        .client()
        .open(
            hyper::Method::POST,
            "/v1/chat/completions",
            Some("application/json"),
            body,
        )
        .await;
    for n in 0..3 {
        assert_eq!(reply.next().await.unwrap().unwrap(), delta(&n.to_string()));
        go.notify_one();
    }
    assert_eq!(reply.read().await.text(), finish() + DONE);
});

test!(usage_is_not_asked_of_a_provider_that_refuses_the_question, |store| {
    let rig = Rig::start(store).await;

    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("terse/model"))
        .await
        .is(200);

    assert_eq!(reply.text(), delta("Hello") + &delta(" there") + &finish() + DONE);
    assert_eq!(rig.upstream.last().json().get("stream_options"), None);
    let record = &rig.records().await[0];
    assert_eq!(record.source, UsageSource::Estimated);
    assert_eq!(
        (
            record.tokens.prompt > 0,
            record.tokens.completion,
            record.cost.pico() > 0
        ),
        (true, 3, true)
    );
});

test!(
    a_provider_that_turns_out_to_refuse_the_question_is_asked_without_it_from_then_on,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            if seen.json().get("stream_options").is_some() {
                return json_answer(
                    422,
                    &json!({"detail": [{"loc": ["body", "stream_options"], "msg": "extra_forbidden"}]}),
                );
            }
            stream(&[&delta("x"), &finish(), DONE])
        });

        for _ in 0..2 {
            rig.client()
                .post("/v1/chat/completions", &stream_question("unsure/model"))
                .await
                .is(200);
        }

        let asked: Vec<bool> = rig
            .upstream
            .seen()
            .iter()
            .map(|seen| seen.json().get("stream_options").is_some())
            .collect();
        assert_eq!(asked, [true, false, false]);
        assert_eq!(rig.records().await.len(), 2);
    }
);

test!(
    usage_that_the_client_asked_for_itself_is_not_asked_for_after_a_refusal,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|seen| {
            if seen.json().get("stream_options").is_none() {
                return polite(seen);
            }
            json_answer(400, &json!({"error": {"message": "stream_options is not supported"}}))
        });
        let mut body = stream_question("unsure/model");
        body["stream_options"] = json!({"include_usage": true});

        let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);

        assert_eq!(reply.header("x-crossmodel-adapted"), "mended:stream_options");
        assert_eq!(rig.upstream.seen().len(), 2);
    }
);

test!(an_answer_without_usage_is_estimated_and_never_free, |store| {
    let rig = Rig::start(store).await;
    rig.upstream
        .answers(|_| json_answer(200, &json!({"choices": [{"message": {"content": "12345678"}}]})));

    rig.asks("fast").await.is(200);

    let record = &rig.records().await[0];
    assert_eq!(
        (record.source, record.tokens.completion, record.cost.pico() > 0),
        (UsageSource::Estimated, 2, true)
    );
});

test!(an_explicit_zero_of_the_provider_stays_zero, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| {
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": ""}, "finish_reason": "stop"});
        json_answer(
            200,
            &json!({"choices": [choice], "usage": {"prompt_tokens": 0, "completion_tokens": 0}}),
        )
    });

    rig.asks("fast").await.is(200);

    let record = &rig.records().await[0];
    assert_eq!((record.source, record.cost.pico()), (UsageSource::Provider, 0));
});

test!(a_google_model_is_reached_through_its_openai_address, |store| {
    let rig = Rig::start(store).await;

    rig.asks("gem/flash").await.is(200);

    assert_eq!(rig.upstream.last().path, "/chat/completions");
});

test!(a_large_body_with_thousands_of_keys_passes, |store| {
    let rig = Rig::start(store).await;
    let mut body = question("fast");
    body["tools"] = Value::Array(
        (0..2000)
            .map(|n| json!({"type": "function", "function": {"name": format!("f{n}")}}))
            .collect(),
    );

    rig.client().post("/v1/chat/completions", &body).await.is(200);

    body["model"] = "fast-v1".into();
    assert_eq!(rig.upstream.last().json(), body);
});
