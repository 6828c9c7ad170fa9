//! Every error that these endpoints can answer, with its exact body and headers.

use std::time::Duration;

use crossmodel::domain::{Access, ApiKeySecret, KeyState, PersonId, Role, Scope, UsageSource};
use crossmodel::store::Actor;
use hyper::Method;
use serde_json::{Value, json};

use super::rig::{Rig, question, stream_question, test};
use crate::harness::client::{Client, Reply};
use crate::harness::seed::{self, NOON};

/// Asserts that an answer is exactly this error in OpenAI's shape, with the headers that every answer of ours has.
#[track_caller]
fn is_error(reply: &Reply, status: u16, kind: &str, param: Option<&str>, code: &str, message: &str) {
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
    let id = reply
        .header("x-request-id")
        .strip_prefix("req_cm_")
        .expect("an id of ours");
    assert!(id.parse::<crossmodel::domain::RequestId>().is_ok(), "{id}");
}

const INVALID: &str = "invalid_request_error";
const AUTH: &str = "authentication_error";

async fn chat(client: &Client, body: &Value) -> Reply {
    client.post("/v1/chat/completions", body).await
}

test!(a_call_without_a_usable_key_says_what_is_wrong_with_it, |store| {
    let rig = Rig::start(store).await;
    let ask = async |client: Client| chat(&client, &question("fast")).await;
    let unknown = ApiKeySecret::generate(crossmodel::random::bytes);
    let mut mistyped = rig.secret.expose().to_owned();
    let last = mistyped.pop().unwrap();
    mistyped.push(if last == '0' { '1' } else { '0' });

    let missing = "No API key was sent. Send it as 'Authorization: Bearer cm-…' or as 'x-api-key: cm-…'.";
    let not_valid = "This API key is not valid.";
    is_error(&ask(rig.nobody()).await, 401, AUTH, None, "missing_api_key", missing);
    is_error(
        &ask(rig.nobody().with("authorization", "Basic abc")).await,
        401,
        AUTH,
        None,
        "missing_api_key",
        missing,
    );
    is_error(
        &ask(rig.nobody().bearer("sk-other")).await,
        401,
        AUTH,
        None,
        "invalid_api_key",
        not_valid,
    );
    is_error(
        &ask(rig.nobody().bearer(&mistyped)).await,
        401,
        AUTH,
        None,
        "invalid_api_key",
        not_valid,
    );
    is_error(
        &ask(rig.nobody().bearer(unknown.expose())).await,
        401,
        AUTH,
        None,
        "invalid_api_key",
        not_valid,
    );
    let both = rig.client().with("x-api-key", unknown.expose());
    let conflict = "Two different API keys were sent. Send one, in 'Authorization' or in 'x-api-key'.";
    is_error(&ask(both).await, 400, INVALID, None, "conflicting_api_keys", conflict);
    assert_eq!(rig.upstream.seen().len(), 0);
    assert_eq!(rig.records().await, []);
});

both_engines!(a_key_that_is_not_active_says_why, |store| {
    let rig = Rig::start(store).await;
    let (keys, by, now) = (rig.store.api_keys(), Actor::command_line(), rig.clock.now());
    rig.asks("fast").await.is(200);

    keys.set_state(Scope::All, rig.key.id, KeyState::Disabled, &by, now)
        .await
        .unwrap();
    is_error(
        &rig.asks("fast").await,
        401,
        AUTH,
        None,
        "api_key_inactive",
        "This API key is disabled.",
    );
    keys.set_state(Scope::All, rig.key.id, KeyState::Active, &by, now)
        .await
        .unwrap();
    rig.asks("fast").await.is(200);

    keys.set_expiry(Scope::All, rig.key.id, Some(now.plus(Duration::from_secs(5))), &by, now)
        .await
        .unwrap();
    rig.asks("fast").await.is(200);
    rig.clock.advance(Duration::from_secs(5));
    is_error(
        &rig.asks("fast").await,
        401,
        AUTH,
        None,
        "api_key_expired",
        "This API key has expired.",
    );
    keys.set_expiry(Scope::All, rig.key.id, None, &by, now).await.unwrap();
    rig.asks("fast").await.is(200);

    let inactive = "The account or the person that this API key belongs to is disabled.";
    rig.store
        .accounts()
        .set_enabled(rig.account.id, false, &by, now)
        .await
        .unwrap();
    is_error(&rig.asks("fast").await, 401, AUTH, None, "user_inactive", inactive);
    rig.store
        .accounts()
        .set_enabled(rig.account.id, true, &by, now)
        .await
        .unwrap();
    rig.asks("fast").await.is(200);

    keys.delete(Scope::All, rig.key.id, &by, now).await.unwrap();
    is_error(
        &rig.asks("fast").await,
        401,
        AUTH,
        None,
        "invalid_api_key",
        "This API key is not valid.",
    );
});

test!(a_key_of_a_disabled_person_is_refused, |store| {
    let rig = Rig::start(store).await;
    let person = seed::person(&rig.store, "maya@example.com", Role::Owner, Some(rig.account.id)).await;
    let secret = key_of(&rig, Some(person.id)).await;
    let client = rig.nobody().bearer(secret.expose());
    chat(&client, &question("acme/fast")).await.is(200);

    rig.store
        .people()
        .set_enabled(person.id, false, &Actor::command_line(), NOON)
        .await
        .unwrap();

    chat(&client, &question("acme/fast")).await.is(401);
});

async fn key_of(rig: &Rig, owner: Option<PersonId>) -> ApiKeySecret {
    let secret = ApiKeySecret::generate(crossmodel::random::bytes);
    let mut key = rig.key.clone();
    key.id = crossmodel::domain::ApiKeyId::new(NOON, crossmodel::random::bytes());
    (key.owner, key.name) = (owner, seed::name("theirs"));
    let hash = seed::master().api_key_hasher().hash(&secret);
    let new = crossmodel::store::NewKey {
        key,
        hash,
        aliases: Vec::new(),
    };
    rig.store
        .api_keys()
        .create(&new, &Actor::command_line(), NOON)
        .await
        .unwrap();
    secret
}

test!(a_rolled_secret_works_as_long_as_was_granted, |store| {
    let rig = Rig::start(store).await;
    let new = ApiKeySecret::generate(crossmodel::random::bytes);
    let hash = seed::master().api_key_hasher().hash(&new);
    rig.asks("fast").await.is(200);

    let until = rig.clock.now().plus(Duration::from_secs(30));
    let by = Actor::command_line();
    rig.store
        .api_keys()
        .roll(
            Scope::All,
            rig.key.id,
            &hash,
            &new.display(),
            Some(until),
            &by,
            rig.clock.now(),
        )
        .await
        .unwrap();

    rig.asks("fast").await.is(200);
    chat(&rig.nobody().bearer(new.expose()), &question("fast"))
        .await
        .is(200);
    rig.clock.advance(Duration::from_secs(30));
    rig.asks("fast").await.is(401);
    chat(&rig.nobody().bearer(new.expose()), &question("fast"))
        .await
        .is(200);
});

test!(a_key_limited_to_addresses_is_refused_elsewhere, |store| {
    let rig = Rig::start(store).await;
    let limit = async |net: &str| {
        let (by, now) = (Actor::command_line(), rig.clock.now());
        rig.store
            .api_keys()
            .set_allowed(Scope::All, rig.key.id, None, &[net.parse().unwrap()], &by, now)
            .await
            .unwrap();
    };

    limit("10.0.0.0/8").await;
    let reply = rig
        .client()
        .with("x-forwarded-for", "10.0.0.1")
        .post("/v1/chat/completions", &question("fast"))
        .await;
    let message = "This API key may not be used from your address.";
    is_error(&reply, 403, "permission_error", None, "address_not_allowed", message);

    limit("127.0.0.0/8").await;
    rig.asks("fast").await.is(200);
});

test!(a_key_limited_to_models_may_not_reach_others_through_an_alias, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let allowed = ["acme/other".parse().unwrap()];
    rig.store
        .api_keys()
        .set_allowed(Scope::All, rig.key.id, Some(&allowed), &[], &by, now)
        .await
        .unwrap();

    let through = rig.asks("claude-opus").await;
    let message = "This API key may not use the model 'acme/fast', which the alias 'claude-' points at.";
    is_error(
        &through,
        403,
        "permission_error",
        Some("model"),
        "model_not_allowed",
        message,
    );
    assert_eq!(through.header("x-crossmodel-alias"), "claude-; match=prefix");
    assert_eq!(through.header("x-crossmodel-model"), "acme/fast");
    let straight = rig.asks("acme/fast").await;
    let message = "This API key may not use the model 'acme/fast'.";
    is_error(
        &straight,
        403,
        "permission_error",
        Some("model"),
        "model_not_allowed",
        message,
    );
    rig.asks("acme/other").await.is(200);
});

both_engines!(what_an_account_does_not_allow_none_of_its_keys_may, |store| {
    let rig = Rig::start(store).await;
    let by = Actor::command_line();
    let allow = async |access: Access| {
        assert!(
            rig.store
                .accounts()
                .set_access(rig.account.id, &access, &by, rig.clock.now())
                .await
                .unwrap()
        );
    };
    let open = Access::default();

    allow(Access {
        models: Some(vec!["acme/other".parse().unwrap()]),
        ..open.clone()
    })
    .await;
    let message = "This API key may not use the model 'acme/fast'.";
    let straight = rig.asks("acme/fast").await;
    is_error(
        &straight,
        403,
        "permission_error",
        Some("model"),
        "model_not_allowed",
        message,
    );
    rig.asks("acme/other").await.is(200);
    // What a key may is not widened by what it may itself.
    let own = ["acme/fast".parse().unwrap()];
    rig.store
        .api_keys()
        .set_allowed(Scope::All, rig.key.id, Some(&own), &[], &by, rig.clock.now())
        .await
        .unwrap();
    rig.asks("acme/fast").await.is(403);
    rig.asks("acme/other").await.is(403);
    rig.store
        .api_keys()
        .set_allowed(Scope::All, rig.key.id, None, &[], &by, rig.clock.now())
        .await
        .unwrap();

    allow(Access {
        addresses: vec!["10.0.0.0/8".parse().unwrap()],
        ..open.clone()
    })
    .await;
    let message = "This API key may not be used from your address.";
    is_error(
        &rig.asks("fast").await,
        403,
        "permission_error",
        None,
        "address_not_allowed",
        message,
    );
    allow(Access {
        addresses: vec!["127.0.0.0/8".parse().unwrap()],
        ..open.clone()
    })
    .await;
    rig.asks("fast").await.is(200);

    allow(Access {
        expires_at: Some(rig.clock.now().plus(Duration::from_secs(5))),
        ..open.clone()
    })
    .await;
    rig.asks("fast").await.is(200);
    rig.clock.advance(Duration::from_secs(5));
    let message = "The account of this API key has expired.";
    is_error(&rig.asks("fast").await, 401, AUTH, None, "api_key_expired", message);
    allow(open).await;
    rig.asks("fast").await.is(200);
});

test!(
    a_body_that_is_not_understood_is_refused_with_the_key_that_is_wrong,
    |store| {
        let rig = Rig::start(store).await;
        let cases: [(&str, &str, Option<&str>, &str); 12] = [
            (
                "",
                "invalid_json",
                None,
                "The request body is not a valid JSON object: the text ends too early.",
            ),
            (
                "[]",
                "invalid_json",
                None,
                "The request body is not a valid JSON object: unexpected character at byte 0.",
            ),
            (
                r#"{"model":"fast","messages":[1]"#,
                "invalid_json",
                None,
                "The request body is not a valid JSON object: the text ends too early.",
            ),
            (
                r#"{"messages":[1]}"#,
                "missing_model",
                Some("model"),
                "Name the model to use in 'model'.",
            ),
            (
                r#"{"model":"","messages":[1]}"#,
                "missing_model",
                Some("model"),
                "Name the model to use in 'model'.",
            ),
            (
                r#"{"model":["fast"],"messages":[1]}"#,
                "invalid_json",
                Some("model"),
                "'model' must be a string.",
            ),
            (
                r#"{"model":"fast"}"#,
                "invalid_messages",
                Some("messages"),
                "'messages' must be a list with at least one message.",
            ),
            (
                r#"{"model":"fast","messages":[]}"#,
                "invalid_messages",
                Some("messages"),
                "'messages' must be a list with at least one message.",
            ),
            (
                r#"{"model":"fast","messages":"hi"}"#,
                "invalid_messages",
                Some("messages"),
                "'messages' must be a list with at least one message.",
            ),
            (
                r#"{"model":"fast","messages":[1],"stream":1}"#,
                "invalid_json",
                Some("stream"),
                "'stream' must be true or false.",
            ),
            (
                r#"{"model":"fast","messages":[1],"model":"acme/other"}"#,
                "invalid_json",
                Some("model"),
                "The request body has 'model' more than once.",
            ),
            (
                r#"{"model":"fast","messages":[1],"max_tokens":1,"max_tokens":9}"#,
                "invalid_json",
                Some("max_tokens"),
                "The request body has 'max_tokens' more than once.",
            ),
        ];
        for (body, code, param, message) in cases {
            let reply = rig.client().post_bytes("/v1/chat/completions", body).await;
            is_error(&reply, 400, INVALID, param, code, message);
            assert_eq!(reply.header("x-should-retry"), "false");
        }
        let long = format!(r#"{{"model":"{}","messages":[1]}}"#, "m".repeat(300));
        let reply = rig.client().post_bytes("/v1/chat/completions", long).await;
        is_error(
            &reply,
            400,
            INVALID,
            Some("model"),
            "invalid_json",
            "'model' is longer than 256 bytes.",
        );
        assert_eq!(rig.upstream.seen().len(), 0);
    }
);

test!(
    a_model_that_is_not_there_is_named_with_its_alias_and_its_neighbours,
    |store| {
        let rig = Rig::start(store).await;
        let not_found =
            |reply: &Reply, message: &str| is_error(reply, 404, INVALID, Some("model"), "model_not_found", message);

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
        |reply: &Reply, message: &str| is_error(reply, 400, INVALID, Some("model"), "unsupported_parameter", message);

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
    is_error(&reply, 503, "api_error", Some("model"), "model_unavailable", message);
    assert_eq!(
        (reply.header("x-crossmodel-alias"), reply.header("x-crossmodel-model")),
        ("poor; match=exact", "poor/model")
    );
    assert_eq!(reply.header("x-should-retry"), "false");
});

test!(a_body_beyond_the_limit_is_refused, |store| {
    let rig = Rig::with(store, |options| options.limits.body = 1 << 20).await;

    let large = format!(r#"{{"model":"fast","messages":["{}"]}}"#, "x".repeat(1 << 20));
    let reply = rig.client().post_bytes("/v1/chat/completions", large).await;
    is_error(
        &reply,
        413,
        INVALID,
        None,
        "request_too_large",
        "The request body is larger than 1 MiB.",
    );
});

test!(more_bodies_than_fit_are_refused_for_now, |store| {
    let rig = Rig::with(store, |options| options.limits.bodies = 16).await;

    let reply = rig.asks("fast").await;

    let message = "Too many large requests at once. Try again in a moment.";
    is_error(&reply, 503, "api_error", None, "overloaded", message);
    assert_eq!((reply.header("retry-after"), reply.header("x-should-retry")), ("5", ""));
});

test!(a_body_that_comes_too_slowly_is_not_waited_for, |store| {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let rig = Rig::with(store, |options| {
        options.timeouts.body_grace = Duration::from_millis(200)
    })
    .await;
    let mut socket = tokio::net::TcpStream::connect(rig.url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100\r\n\r\n{{",
        rig.secret.expose()
    );

    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();

    assert_eq!(&answer, b"HTTP/1.1 408");
});

test!(what_is_not_there_is_a_json_404_in_the_callers_shape, |store| {
    let rig = Rig::start(store).await;
    let get = async |path: &str| rig.client().get(path).await;

    is_error(
        &get("/v1/nothing").await,
        404,
        INVALID,
        None,
        "not_found",
        "There is no GET /v1/nothing here.",
    );
    is_error(
        &get("/v1").await,
        404,
        INVALID,
        None,
        "not_found",
        "There is no GET /v1 here.",
    );
    let wrong = get("/v1/chat/completions").await;
    is_error(
        &wrong,
        404,
        INVALID,
        None,
        "not_found",
        "Use POST for /v1/chat/completions.",
    );
    assert_eq!(wrong.header("allow"), "POST");
    let wrong = rig.client().post("/v1/models", &json!({})).await;
    is_error(&wrong, 404, INVALID, None, "not_found", "Use GET for /v1/models.");

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

    let reply = rig.nobody().with("x-api-key", "cm-wrong").get("/v1/models").await;

    let expected = json!({
        "type": "error",
        "error": {"type": "authentication_error", "message": "This API key is not valid."},
        "request_id": reply.header("x-request-id"),
    });
    assert_eq!((reply.status.as_u16(), reply.json()), (401, expected));
});

test!(a_websocket_is_refused_at_once, |store| {
    let rig = Rig::start(store).await;

    let client = rig.nobody().with("upgrade", "websocket").with("connection", "upgrade");
    let reply = client
        .send(Method::GET, "/v1/responses", None, Default::default())
        .await;

    is_error(
        &reply,
        426,
        INVALID,
        None,
        "upgrade_required",
        "WebSockets are not spoken here. Use POST.",
    );
});

test!(
    a_call_that_breaks_down_here_is_an_internal_error_and_recorded_as_one,
    |store| {
        // The moment by which an answer has to end lies beyond the last one there is: the task that owns the call panics.
        let rig = Rig::with(store, |options| options.timeouts.total = Duration::MAX).await;

        for body in [question("fast"), stream_question("fast")] {
            let reply = chat(&rig.client(), &body).await;

            is_error(
                &reply,
                500,
                "api_error",
                None,
                "internal_error",
                "Something went wrong here.",
            );
            assert_eq!(
                (reply.header("x-crossmodel-alias"), reply.header("x-crossmodel-model")),
                ("fast; match=exact", "acme/fast")
            );
            // A client may well ask again.
            assert_eq!((reply.header("retry-after"), reply.header("x-should-retry")), ("", ""));
        }

        let records = rig.records().await;
        assert_eq!(records.len(), 2);
        for record in records {
            assert_eq!((record.status, record.error.as_deref()), (500, Some("internal_error")));
            assert_eq!((record.cost.pico(), record.source), (0, UsageSource::None));
        }
    }
);

test!(a_refused_call_leaves_no_record, |store| {
    let rig = Rig::start(store).await;

    for model in ["nothing", "poor", "acme/embed"] {
        chat(&rig.client(), &stream_question(model)).await;
    }

    assert_eq!(rig.records().await, []);
});
