//! What holds for every page: who is answered, with which headers, and what an error looks like.

use crossmodel::domain::Role;
use hyper::Method;
use scraper::{Html, Selector};

use super::rows;
use crate::harness::app::TestApp;
use crate::harness::client::Reply;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

fn select<'a>(page: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn secured(reply: &Reply) {
    assert!(
        reply
            .header("content-security-policy")
            .starts_with("default-src 'none'; script-src 'self'")
    );
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("referrer-policy"), "same-origin");
    assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
    assert!(reply.header("x-request-id").starts_with("req_cm_"));
}

/// No page holds a script, a style or an attribute that the policy would have to make an exception for; every field has a
/// label, every identifier is there once.
fn is_well_made(path: &str, page: &Html) {
    for script in select(page, "script") {
        assert!(
            script.attr("src").is_some() && script.inner_html().is_empty(),
            "{path}: an inline script"
        );
    }
    assert!(
        select(page, "style, [style], [onclick], [onload], [onsubmit], [onchange]").is_empty(),
        "{path}: inline code"
    );
    let banned = "[hx-on], [hx-boost], [hx-disable], [hx-vals^='js:'], [hx-headers^='js:'], [hx-trigger*='[']";
    assert!(
        select(page, banned).is_empty(),
        "{path}: an htmx attribute that needs eval"
    );
    for field in select(page, "input:not([type=hidden]), select, textarea") {
        let id = field.attr("id").unwrap_or_default();
        let wrapped = field
            .ancestors()
            .filter_map(scraper::ElementRef::wrap)
            .any(|near| near.value().name() == "label");
        let labelled =
            wrapped || field.attr("aria-label").is_some() || !select(page, &format!("label[for='{id}']")).is_empty();
        assert!(labelled, "{path}: no label for {}", field.html());
    }
    let mut ids: Vec<&str> = select(page, "[id]")
        .iter()
        .filter_map(|element| element.attr("id"))
        .collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "{path}: an id stands twice");
    assert_eq!(select(page, "h1").len(), 1, "{path}: one heading");
    assert_eq!(select(page, "title").len(), 1, "{path}: one title");
}

#[test]
fn every_page_is_well_made_secured_and_answers_head() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let aliases = vec![seed::exact("fast", "deepseek/deepseek-chat")];
        let key = app.operator().creates_key_with("claude-code-laptop", aliases).await;
        let id = key.key().id;
        let admin = app.someone(Role::Admin).await;
        let viewer = app.someone(Role::Viewer).await;

        for path in [
            "/keys".to_owned(),
            "/keys?q=nothing-like-it".into(),
            "/keys/new".into(),
            format!("/keys/{id}"),
            format!("/keys/{id}/created"),
            format!("/keys/{id}/roll"),
            format!("/keys/{id}/delete"),
            format!("/keys/{id}/aliases"),
            "/models".into(),
            "/models?q=no-such-model".into(),
            "/find?q=claude".into(),
            "/no-such-page".into(),
        ] {
            let reply = admin.get(&path).await;
            secured(&reply);
            is_well_made(&path, &reply.page());
            let varies = reply
                .headers
                .get_all("vary")
                .iter()
                .any(|value| value == "HX-Request-Type");
            assert!(varies, "{path}");
            let head = admin.send(Method::HEAD, &path, None, bytes::Bytes::new()).await;
            assert!(head.text().is_empty(), "{path}: a HEAD answer has no body");
            let known = path.ends_with("/created") || head.status == reply.status;
            assert!(
                known,
                "{path}: HEAD answers {} where GET answers {}",
                head.status, reply.status
            );
            let seen = viewer.get(&path).await;
            is_well_made(&path, &seen.page());
        }
        for path in ["/sign-in", "/setup/unknown", "/reset/unknown"] {
            let reply = app.client().get(path).await;
            secured(&reply);
            is_well_made(path, &reply.page());
        }
    });
}

#[test]
fn nobody_unknown_sees_more_than_the_open_pages() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let stranger = app.client();

        for path in [
            "/keys",
            "/keys/new",
            "/models",
            "/find",
            "/no-such-page",
            "/catalog/search?q=x",
        ] {
            let reply = stranger.get(path).await.is(303);
            assert!(
                reply.header("location").starts_with("/sign-in?next=%2F"),
                "{path}: {}",
                reply.header("location")
            );
            secured(&reply);
        }
        assert_eq!(stranger.get("/").await.is(303).header("location"), "/sign-in");
        let partial = stranger.with("hx-request-type", "partial").get("/keys").await.is(401);
        assert!(partial.text().contains("hx-target=\"#alerts\""));
        assert!(partial.text().contains("Sign in in a new tab, then save again."));
    });
}

#[test]
fn a_form_of_another_site_changes_nothing() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let key = app.operator().creates_key("laptop").await;
        let owner = app.someone(Role::Owner).await;
        let path = format!("/keys/{}/disable", key.key().id);

        let before = rows(&app).await;
        for site in ["cross-site", "same-site", "none"] {
            let reply = owner
                .clone()
                .with("sec-fetch-site", site)
                .post_form(&path, &[])
                .await
                .is(403);
            secured(&reply);
            assert!(reply.text().contains("This form came from another site"));
        }
        let bare = app.client().post_form(&path, &[]).await.is(403);
        assert!(bare.text().contains("This form came from another site"));
        assert_eq!(rows(&app).await, before, "something was written");
        owner.post_form(&path, &[]).await.is(303);
    });
}

#[test]
fn another_host_is_not_answered() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;

        let reply = app.client().with("host", "evil.example").get("/sign-in").await.is(421);

        secured(&reply);
        assert!(
            reply.text().contains("This isn&#39;t the console&#39;s address") || reply.text().contains("This isn't")
        );
    });
}

#[test]
fn assets_are_immutable_and_compressed_as_the_browser_likes() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let page = app.client().get("/sign-in").await.is(200).page();
        let mut paths: Vec<String> = Vec::new();
        for element in select(&page, "link[href], script[src]") {
            paths.extend(element.attr("href").or(element.attr("src")).map(str::to_owned));
        }
        assert!(paths.len() >= 3);

        for path in &paths {
            let plain = app.client().get(path).await.is(200);
            secured(&plain);
            assert_eq!(plain.header("cache-control"), "public, max-age=31536000, immutable");
            let packed = app.client().with("accept-encoding", "gzip, br").get(path).await.is(200);
            assert_eq!(packed.header("content-encoding"), "br");
            assert!(packed.body.len() < plain.body.len(), "{path}");
            let head = app
                .client()
                .send(Method::HEAD, path, None, bytes::Bytes::new())
                .await
                .is(200);
            assert!(head.body.is_empty());
        }
        app.client().get("/assets/app.000000000000.js").await.is(404);
    });
}

#[test]
fn a_form_beyond_64_kilobytes_is_refused_with_a_page() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let owner = app.someone(Role::Owner).await;

        let reply = owner.post_form("/keys", &[("name", &"x".repeat(70_000))]).await.is(413);

        secured(&reply);
        assert!(reply.text().contains("This form is too large"));
    });
}

#[test]
fn an_error_stands_in_the_frame_or_in_the_alerts() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let owner = app.someone(Role::Owner).await;

        let page = owner.get("/keys/nothing").await.is(404).page();
        assert_eq!(select(&page, "nav[aria-label=Main]").len(), 1);

        let partial = owner
            .with("hx-request-type", "partial")
            .get("/keys/nothing")
            .await
            .is(404);
        assert!(
            partial
                .text()
                .trim_start()
                .starts_with("<hx-partial hx-target=\"#alerts\""),
            "{}",
            partial.text()
        );
    });
}
