//! A request is fitted to the model that its name was re-pointed to, and the answer says what was done.

use std::time::Duration;

use crossmodel::domain::{Alias, FactEdit, Scope, Strictness};
use serde_json::{Value, json};

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask, polyglot};
use crate::gateway::rig::{Rig, question, test};
use crate::harness::seed;
use crate::harness::upstream::{delta, finish, json_answer, stream, usage};

/// A request for a model that knows the role `developer` and OpenAI's own fields; the rig's provider knows neither.
fn for_gpt() -> Value {
    json!({"model": "acme/fast", "max_completion_tokens": 9, "store": true,
        "messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}]})
}

test!(a_request_is_fitted_to_its_model_and_the_answer_says_how, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    let reply = rig.client().post("/v1/chat/completions", &for_gpt()).await.is(200);

    assert_eq!(
        reply.header("x-crossmodel-adapted"),
        "dropped:store, max_completion_tokens, developer_role"
    );
    let seen = rig.upstream.last().json();
    assert_eq!((&seen["max_tokens"], seen.get("store")), (&json!(9), None));
    assert_eq!(seen["messages"][0]["role"], "system");
});

test!(the_record_keeps_what_was_changed_and_what_the_request_used, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    let mut body = for_gpt();
    body["tools"] = json!([{"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}]);

    for body in [body, for_gpt(), question("acme/fast")] {
        rig.clock.advance(Duration::from_millis(1));
        rig.client().post("/v1/chat/completions", &body).await.is(200);
    }

    let records = rig.records().await;
    let kept: Vec<_> = records
        .iter()
        .map(|record| {
            (
                record.adapted.as_deref(),
                record.used.expect("what it used").to_string(),
            )
        })
        .collect();
    let changed = Some("dropped:store, max_completion_tokens, developer_role");
    assert_eq!(
        kept,
        [
            (None, String::new()),
            (changed, String::new()),
            (changed, "tools".into())
        ]
    );

    let metrics = rig.without_key().get("/metrics").await.is(200);
    for token in ["dropped:store", "max_completion_tokens", "developer_role"] {
        let line = format!("crossmodel_adapted_total{{token=\"{token}\",provider=\"acme\"}} 2");
        assert!(metrics.text().contains(&line), "{line}\n{}", metrics.text());
    }
});

test!(thoughts_that_came_in_tags_are_noted_in_the_record, |store| {
    let rig = Rig::start(store).await;
    let tags = FactEdit::set("answers.think_tags", "true").unwrap();
    let catalog = rig.store.at_noon().catalog();
    catalog
        .change_model_facts(&"acme/fast".parse().unwrap(), &[tags])
        .await
        .unwrap();
    rig.upstream.answers(|seen| {
        if seen.json()["stream"] == true {
            stream(&[&delta("<thi"), &delta("nk>Hm.</think>Hello"), &finish(), &usage(3, 2), "data: [DONE]\n\n"])
        } else {
            let answer = json!({"id": "c", "object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "<think>Hm.</think>Hello"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}});
            json_answer(200, &answer)
        }
    });

    for path in ["/v1/chat/completions", "/v1/messages"] {
        for streams in [false, true] {
            let body = json!({"model": "acme/fast", "max_tokens": 9, "stream": streams,
                "messages": [{"role": "user", "content": "Hi"}]});
            rig.client().post(path, &body).await.is(200);

            let record = rig.records().await.remove(0);
            rig.clock.advance(Duration::from_millis(1));
            assert_eq!(record.adapted.as_deref(), Some("answer:think_tags"), "{path} {streams}");
        }
    }
});

test!(an_answer_to_a_request_that_fits_has_no_such_header, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    let reply = rig.asks("acme/fast").await.is(200);

    assert!(!reply.headers.contains_key("x-crossmodel-adapted"));
});

test!(a_strict_request_is_refused_before_a_provider_is_asked, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    let strict = rig.client().with("x-crossmodel-adapt", "strict");
    let reply = strict.post("/v1/chat/completions", &for_gpt()).await.is(400);

    let error = &reply.json()["error"];
    assert_eq!(
        (&error["code"], &error["param"]),
        (&json!("unsupported_parameter"), &json!("store"))
    );
    assert!(rig.upstream.seen().is_empty());
});

test!(a_strict_request_that_is_translated_is_refused_too, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);
    let body = json!({"model": "claude/opus", "max_tokens": 9, "seed": 7,
        "messages": [{"role": "user", "content": "Hi"}]});

    let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);
    assert_eq!(reply.header("x-crossmodel-adapted"), "dropped:seed");

    let strict = rig.client().with("x-crossmodel-adapt", "strict");
    let reply = strict.post("/v1/chat/completions", &body).await.is(400);
    assert_eq!(reply.json()["error"]["param"], "seed");
    assert_eq!(rig.upstream.seen().len(), 1);
});

both_engines!(
    the_request_decides_before_its_alias_and_the_alias_before_the_key,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let alias = |name: &str, adapt| Alias {
            adapt,
            ..seed::exact(name, "acme/fast")
        };
        let aliases = [
            alias("fits", Some(Strictness::Adapt)),
            alias("comes", Some(Strictness::Off)),
            alias("as-the-key", None),
        ];
        rig.sets(&rig.store, &aliases).await;
        let asks = |model: &'static str, header: Option<&'static str>| {
            let client = header
                .into_iter()
                .fold(rig.client(), |client, value| client.with("x-crossmodel-adapt", value));
            let mut body = for_gpt();
            body["model"] = model.into();
            async move { client.post("/v1/chat/completions", &body).await }
        };
        let is_fitted = || rig.upstream.last().json().get("store").is_none();

        for key in Strictness::ALL {
            let writer = rig.store.at_noon().api_keys();
            assert!(writer.set_adapt(Scope::All, rig.key.id, key).await.unwrap());

            asks("fits", None).await.is(200);
            assert!(is_fitted(), "{key}");
            asks("comes", None).await.is(200);
            assert!(!is_fitted(), "{key}");
            asks("fits", Some("strict")).await.is(400);
            asks("comes", Some("adapt")).await.is(200);
            assert!(is_fitted(), "{key}");

            for name in ["as-the-key", "acme/fast"] {
                match key {
                    Strictness::Strict => drop(asks(name, None).await.is(400)),
                    _ => {
                        asks(name, None).await.is(200);
                        assert_eq!(is_fitted(), key == Strictness::Adapt, "{key} {name}");
                    }
                }
            }
        }
    }
);

test!(a_request_that_is_to_stay_as_it_is_goes_as_it_came, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    let off = rig.client().with("x-crossmodel-adapt", "off");
    off.post("/v1/chat/completions", &for_gpt()).await.is(200);

    let seen = rig.upstream.last().json();
    assert_eq!(
        (&seen["max_completion_tokens"], &seen["store"]),
        (&json!(9), &json!(true))
    );

    let wrong = rig.client().with("x-crossmodel-adapt", "maybe");
    wrong.post("/v1/chat/completions", &for_gpt()).await.is(400);
});

test!(
    a_body_of_responses_at_chat_is_answered_as_chat_by_every_provider,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let tools = json!([{"type": "function", "name": "read", "parameters": {"type": "object", "properties": {}}}]);

        for (model, is_streamed) in MODELS.into_iter().flat_map(|model| [(model, false), (model, true)]) {
            let body = json!({"model": model, "input": [{"role": "user", "content": "Hello"}], "tools": tools, "stream": is_streamed});

            let reply = rig.client().post("/v1/chat/completions", &body).await.is(200);

            let text = reply.text();
            let kind = if is_streamed {
                "chat.completion.chunk"
            } else {
                "chat.completion"
            };
            assert!(text.contains("there") && text.contains(kind), "{model}: {text}");
        }
    }
);

test!(a_model_that_thinks_in_streams_only_gives_whole_answers_too, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    for path in ENDPOINTS {
        let reply = rig.client().post(path, &ask(path, "acme/pensive", false)).await.is(200);

        assert!(reply.text().contains("Hello there"), "{path}: {}", reply.text());
        assert_eq!(reply.header("x-crossmodel-adapted"), "added:stream");
        let seen = rig.upstream.last().json();
        assert_eq!(
            (&seen["stream"], &seen["stream_options"]["include_usage"]),
            (&json!(true), &json!(true))
        );
    }
    for record in rig.records_once(ENDPOINTS.len()).await {
        assert_eq!((record.tokens.prompt, record.tokens.completion), (11, 2));
    }
});

test!(betas_that_a_provider_does_not_take_are_left_out_and_told, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(polyglot);

    let client = rig.client().with("anthropic-beta", "a-1, unknown-1");
    let reply = client
        .post("/v1/messages", &ask("/v1/messages", "claude/opus", false))
        .await
        .is(200);

    assert_eq!(rig.upstream.last().header("anthropic-beta"), "a-1");
    assert_eq!(reply.header("x-crossmodel-adapted"), "beta_headers");
});

test!(
    a_strict_request_is_refused_where_its_translation_would_leave_something_out,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(polyglot);
        let mut body = ask("/v1/chat/completions", "claude/opus", false);
        body["logit_bias"] = json!({"1": 2});

        let strict = rig.client().with("x-crossmodel-adapt", "strict");
        let reply = strict.post("/v1/chat/completions", &body).await.is(400);

        assert_eq!(reply.json()["error"]["param"], "logit_bias");
        rig.client().post("/v1/chat/completions", &body).await.is(200);
    }
);
