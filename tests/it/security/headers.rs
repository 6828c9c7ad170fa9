//! What reaches a provider is our list of headers, whatever a client sends; what reaches a client is our list, whatever a
//! provider sends.

use serde_json::json;

use crate::gateway::rig::{CREDENTIAL, Rig, question};
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::store::on;
use crate::harness::upstream::{Seen, answer};

/// Headers that clients, proxies and attackers send.
const SENT: [(&str, &str); 45] = [
    ("accept", "application/json"),
    ("accept-charset", "utf-8"),
    ("accept-language", "de"),
    ("anthropic-beta", "beta-1"),
    ("anthropic-dangerous-direct-browser-access", "true"),
    ("anthropic-version", "2023-06-01"),
    ("cache-control", "no-store"),
    ("cf-connecting-ip", "1.2.3.4"),
    ("connection", "x-secret"),
    ("content-language", "de"),
    ("cookie", "cm_s=theirs"),
    ("expect-ct", "1"),
    ("forwarded", "for=1.2.3.4"),
    ("from", "a@b.test"),
    ("helicone-auth", "Bearer x"),
    ("http-referer", "https://evil.example"),
    ("idempotency-key", "once"),
    ("if-match", "x"),
    ("max-forwards", "1"),
    ("openai-beta", "beta-2"),
    ("openai-organization", "org-theirs"),
    ("openai-project", "proj-theirs"),
    ("origin", "https://evil.example"),
    ("pragma", "no-cache"),
    ("proxy-authorization", "Basic x"),
    ("range", "bytes=0-1"),
    ("referer", "https://evil.example"),
    ("te", "trailers"),
    ("trailer", "x-late"),
    ("true-client-ip", "1.2.3.4"),
    ("user-agent", "theirs/1"),
    ("via", "1.1 theirs"),
    ("x-amz-security-token", "x"),
    ("x-forwarded-for", "1.2.3.4"),
    ("x-forwarded-host", "evil.example"),
    ("x-forwarded-proto", "https"),
    ("x-goog-api-key", "theirs"),
    ("x-openai-internal-codex-responses-lite", "true"),
    ("x-original-url", "/elsewhere"),
    ("x-real-ip", "1.2.3.4"),
    ("x-request-id", "theirs"),
    ("x-rewrite-url", "/elsewhere"),
    ("x-secret", "x"),
    ("x-stainless-lang", "js"),
    ("api-key", "theirs"),
];

/// Headers that the gateway always sends to a provider, or that belong to the connection.
const OURS: [&str; 5] = [
    "accept-encoding",
    "content-length",
    "content-type",
    "host",
    "user-agent",
];

/// A caller that sends all of them.
fn talkative(rig: &Rig) -> Client {
    SENT.iter()
        .fold(rig.client(), |client, (name, value)| client.with(name, value))
}

/// The headers of a call to the provider, without those that each has, as `name: value`.
fn beyond_ours(seen: &Seen) -> Vec<String> {
    for name in OURS {
        assert_eq!(
            seen.headers.iter().filter(|(known, _)| known == name).count(),
            1,
            "{name} in {:?}",
            seen.headers
        );
    }
    assert_eq!(seen.header("accept-encoding"), "identity");
    assert_eq!(seen.header("content-type"), "application/json");
    assert!(seen.header("user-agent").starts_with("crossmodel/"));

    let rest = seen.headers.iter().filter(|(name, _)| !OURS.contains(&name.as_str()));
    let mut rest: Vec<String> = rest.map(|(name, value)| format!("{name}: {value}")).collect();
    rest.sort();
    rest
}

#[test]
fn a_provider_of_the_clients_own_protocol_sees_our_headers_and_the_few_of_the_list() {
    on(Engine::Sqlite, |store| async move {
        let rig = Rig::start(store).await;
        let client = talkative(&rig);
        let bearer = format!("authorization: Bearer {CREDENTIAL}");
        let openai = [
            "accept: application/json",
            &bearer,
            "idempotency-key: once",
            "openai-beta: beta-2",
            "x-openai-internal-codex-responses-lite: true",
        ];
        let message = json!([{"role": "user", "content": "Hello"}]);

        client.post("/v1/chat/completions", &question("acme/fast")).await;
        assert_eq!(beyond_ours(&rig.upstream.last()), openai);

        client
            .post("/v1/completions", &json!({"model": "acme/fast", "prompt": "Hello"}))
            .await;
        assert_eq!(beyond_ours(&rig.upstream.last()), openai);

        client
            .post("/v1/responses", &json!({"model": "acme/thinker", "input": "Hello"}))
            .await;
        assert_eq!(beyond_ours(&rig.upstream.last()), openai);

        client
            .post("/v1/embeddings", &json!({"model": "acme/embed", "input": "Hello"}))
            .await;
        assert_eq!(beyond_ours(&rig.upstream.last()), openai);

        let body = json!({"model": "claude/opus", "max_tokens": 9, "messages": message});
        client.post("/v1/messages", &body).await;
        assert_eq!(
            beyond_ours(&rig.upstream.last()),
            [
                "accept: application/json",
                "anthropic-beta: beta-1",
                "anthropic-version: 2023-06-01",
                &bearer,
                "idempotency-key: once",
            ]
        );

        client
            .post(
                "/v1/messages/count_tokens",
                &json!({"model": "counts/opus", "messages": message}),
            )
            .await;
        let counted = rig.upstream.last();
        assert!(counted.path.ends_with("count_tokens"), "{}", counted.path);
        assert!(beyond_ours(&counted).contains(&bearer));
        assert_eq!(rig.upstream.seen().len(), 6);
    });
}

#[test]
fn a_provider_of_another_protocol_sees_our_headers_alone() {
    on(Engine::Sqlite, |store| async move {
        let rig = Rig::start(store).await;
        let client = talkative(&rig);
        let bearer = format!("authorization: Bearer {CREDENTIAL}");
        let message = json!([{"role": "user", "content": "Hello"}]);

        client.post("/v1/chat/completions", &question("claude/opus")).await;
        assert_eq!(
            beyond_ours(&rig.upstream.last()),
            ["anthropic-version: 2023-06-01", &bearer]
        );

        client
            .post(
                "/v1/messages",
                &json!({"model": "acme/fast", "max_tokens": 9, "messages": message}),
            )
            .await;
        assert_eq!(beyond_ours(&rig.upstream.last()), [bearer.as_str()]);
    });
}

#[test]
fn a_client_sees_our_headers_whatever_a_provider_sends() {
    on(Engine::Sqlite, |store| async move {
        let rig = Rig::start(store).await;
        let sent: Vec<(&str, &str)> = vec![
            ("content-type", "application/json"),
            ("set-cookie", "theirs=1"),
            ("server", "theirs"),
            ("x-request-id", "theirs"),
            ("cf-ray", "theirs"),
            ("openai-organization", "org-of-ours"),
            ("anthropic-organization-id", "org-of-ours"),
            ("connection", "x-theirs"),
            ("x-theirs", "1"),
            ("keep-alive", "timeout=5"),
            ("location", "https://evil.example"),
            ("refresh", "0; url=https://evil.example"),
            ("www-authenticate", "Basic"),
            ("access-control-allow-origin", "*"),
            ("access-control-allow-credentials", "true"),
            ("strict-transport-security", "max-age=0"),
            ("content-security-policy", "default-src *"),
            ("clear-site-data", "\"*\""),
            ("alt-svc", "h3=\":443\""),
            ("content-disposition", "attachment"),
            ("cache-control", "public, max-age=9999"),
            ("x-crossmodel-model", "theirs"),
            ("x-ratelimit-limit-requests", "1"),
        ];
        let body = json!({
            "id": "c1", "object": "chat.completion", "created": 1, "model": "fast-v1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 2, "total_tokens": 13},
        });
        let script = body.to_string();
        let all = sent.clone();
        rig.upstream.answers(move |_| answer(200, &all, &script));

        let reply = rig.asks("acme/fast").await.is(200);

        let mut names: Vec<&str> = reply.headers.keys().map(hyper::header::HeaderName::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "cache-control",
                "content-length",
                "content-type",
                "date",
                "x-content-type-options",
                "x-crossmodel-model",
                "x-request-id",
            ]
        );
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-crossmodel-model"), "acme/fast");
        assert!(reply.header("x-request-id").starts_with("req_cm_"));
    });
}
