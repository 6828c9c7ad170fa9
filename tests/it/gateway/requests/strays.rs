//! Clients whose base URL is not quite right, on an address that has the console as well.

use bytes::Bytes;
use hyper::Method;

use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn an_address_without_v1_is_a_json_404_that_names_the_right_one() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        for (path, ours) in [
            ("/chat/completions", "/v1/chat/completions"),
            ("/completions", "/v1/completions"),
            ("/responses", "/v1/responses"),
            ("/embeddings", "/v1/embeddings"),
            ("/messages", "/v1/messages"),
            ("/messages/count_tokens", "/v1/messages/count_tokens"),
            ("/v1/v1/chat/completions", "/v1/chat/completions"),
            ("/v1/v1/messages", "/v1/messages"),
            ("/openai/v1/chat/completions", "/v1/chat/completions"),
            ("/api/tags", "/v1/models"),
            ("/api/chat", "/v1/chat/completions"),
            ("/v1/v1/models", "/v1/models"),
        ] {
            for method in [Method::POST, Method::GET, Method::PUT] {
                for client in [
                    app.client(),
                    app.client().bearer("cm-x"),
                    app.client().with("x-api-key", "cm-x"),
                ] {
                    let body = Bytes::from_static(b"{}");
                    let reply = client
                        .send(method.clone(), path, Some("application/json"), body)
                        .await
                        .is(404);
                    assert_eq!(reply.header("content-type"), "application/json", "{method} {path}");
                    let error = reply.json();
                    let message = error["error"]["message"].as_str().unwrap();
                    let expected =
                        format!("There is no {method} {path} here. The address is {ours}: check the base URL.");
                    assert_eq!(message, expected);
                    if path.contains("messages") {
                        assert_eq!(
                            (&error["type"], &error["error"]["type"]),
                            (&"error".into(), &"not_found_error".into())
                        );
                    } else {
                        assert!(error["error"]["type"].is_string(), "{error}");
                    }
                }
            }
        }
    });
}

#[test]
fn who_shows_a_key_gets_json_where_others_get_a_page() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        for (path, ours) in [
            ("/models", "/v1/models"),
            ("/models/openai/gpt-5.5", "/v1/models"),
            ("/usage", "/v1/usage"),
        ] {
            let reply = app.client().bearer("cm-x").get(path).await.is(404);
            let error = reply.json();
            assert!(
                error["error"]["message"]
                    .as_str()
                    .unwrap()
                    .contains(&format!("The address is {ours}:")),
                "{error}"
            );

            app.client().get(path).await.is(303);
            app.client()
                .bearer("token-of-a-proxy")
                .with("accept", "text/html,*/*;q=0.8")
                .get(path)
                .await
                .is(303);
            app.client()
                .bearer("token-of-a-proxy")
                .with("cookie", "cm_s=x")
                .get(path)
                .await
                .is(303);
        }
        let reply = app.client().bearer("cm-x").get("/nothing").await.is(404);
        let message = reply.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(
            message.ends_with("Addresses of the API begin with /v1: check the base URL."),
            "{message}"
        );
    });
}
