//! Pages of other sites that call the gateway from a browser.

use bytes::Bytes;
use crossmodel::clock::Clock;
use hyper::Method;

use crate::gateway::rig::{Rig, question, test};
use crate::harness::app::TestApp;
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::store::on;

const SITE: &str = "https://app.example.com";

/// Sends the preflight request of a browser whose page of `site` wants to call.
async fn asks_beforehand(client: Client, path: &str, site: &str) -> Reply {
    let client = client
        .with("origin", site)
        .with("access-control-request-method", "POST")
        .with(
            "access-control-request-headers",
            "authorization,x-api-key,anthropic-version,content-type",
        );
    client.send(Method::OPTIONS, path, None, Bytes::new()).await
}

fn says(reply: &Reply, name: &str) -> Option<String> {
    reply.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
}

test!(a_page_of_a_named_site_is_let_through_before_it_shows_a_key, |store| {
    let rig = Rig::with(store, |options| {
        options.cors = Some(format!("https://b.example,{SITE}").parse().unwrap())
    })
    .await;
    for path in [
        "/v1/chat/completions",
        "/v1/messages",
        "/v1/models",
        "/v1/models/a/b",
        "/v1/nothing",
    ] {
        let reply = asks_beforehand(rig.without_key(), path, SITE).await.is(204);
        assert_eq!(says(&reply, "access-control-allow-origin").unwrap(), SITE, "{path}");
        assert_eq!(says(&reply, "access-control-allow-methods").unwrap(), "GET, POST");
        let headers = says(&reply, "access-control-allow-headers").unwrap();
        assert_eq!(headers, "authorization,x-api-key,anthropic-version,content-type");
        assert_eq!(says(&reply, "access-control-max-age").unwrap(), "86400");
        assert_eq!(says(&reply, "vary").unwrap(), "origin");
        assert!(says(&reply, "access-control-allow-credentials").is_none());
    }
});

test!(
    a_page_of_a_named_site_may_read_answers_and_errors_and_their_headers,
    |store| {
        let rig = Rig::with(store, |options| options.cors = Some(SITE.parse().unwrap())).await;
        let answers = [
            rig.client()
                .with("origin", SITE)
                .post("/v1/chat/completions", &question("acme/fast"))
                .await
                .is(200),
            rig.without_key()
                .with("origin", SITE)
                .post("/v1/chat/completions", &question("acme/fast"))
                .await
                .is(401),
            rig.without_key().with("origin", SITE).get("/v1/nothing").await.is(404),
        ];
        for reply in answers {
            assert_eq!(says(&reply, "access-control-allow-origin").unwrap(), SITE);
            assert_eq!(says(&reply, "access-control-expose-headers").unwrap(), "*");
            assert_eq!(says(&reply, "vary").unwrap(), "origin");
        }
    }
);

test!(other_sites_are_told_nothing, |store| {
    let rig = Rig::with(store, |options| options.cors = Some(SITE.parse().unwrap())).await;
    for site in [
        "https://evil.example",
        "http://app.example.com",
        "https://app.example.com.evil.example",
        "null",
    ] {
        let asked = asks_beforehand(rig.without_key(), "/v1/models", site).await.is(404);
        let called = rig.client().with("origin", site).get("/v1/models").await.is(200);
        for reply in [asked, called] {
            assert_eq!(says(&reply, "access-control-allow-origin"), None, "{site}");
            // A cache must not give it to the named site.
            assert_eq!(says(&reply, "vary").unwrap(), "origin");
        }
    }
});

test!(all_sites_can_be_named, |store| {
    let rig = Rig::with(store, |options| options.cors = Some("*".parse().unwrap())).await;
    let asked = asks_beforehand(rig.without_key(), "/v1/models", "https://any.example")
        .await
        .is(204);
    assert_eq!(says(&asked, "access-control-allow-origin").unwrap(), "*");
    let called = rig
        .client()
        .with("origin", "https://any.example")
        .get("/v1/models")
        .await
        .is(200);
    assert_eq!(
        (
            says(&called, "access-control-allow-origin").unwrap().as_str(),
            says(&called, "vary")
        ),
        ("*", None)
    );
});

test!(unless_it_is_set_no_site_is_told_anything, |store| {
    let rig = Rig::with(store, |_| {}).await;
    let asked = asks_beforehand(rig.without_key(), "/v1/models", SITE).await.is(404);
    let called = rig.client().with("origin", SITE).get("/v1/models").await.is(200);
    for reply in [asked, called] {
        assert!(
            !reply
                .headers
                .keys()
                .any(|name| name.as_str().starts_with("access-control")),
            "{:?}",
            reply.headers
        );
    }
});

#[test]
fn the_console_is_read_by_no_other_site() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::with(store, Clock::system(), |options| {
            options.cors = Some("*".parse().unwrap())
        })
        .await;
        for path in ["/sign-in", "/keys", "/healthz", "/metrics", "/v10"] {
            let asked = asks_beforehand(app.client(), path, SITE).await;
            let shown = app.client().with("origin", SITE).get(path).await;
            for reply in [asked, shown] {
                let allowed = says(&reply, "access-control-allow-origin");
                assert_eq!((allowed, reply.status == 204), (None, false), "{path}");
            }
        }
    });
}
