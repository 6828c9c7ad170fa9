//! A request is fitted to the model that its name was re-pointed to, and the answer says what was done.

use serde_json::{Value, json};

use crate::gateway::polyglot::{ENDPOINTS, MODELS, ask, polyglot};
use crate::gateway::rig::{Rig, test};

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
    assert_eq!(reply.header("x-crossmodel-adapted"), "betas");
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
