//! The page that shows a new secret, once and to one session.

use crossmodel::domain::Role;

use super::{owner, select};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

#[test]
fn a_new_key_is_shown_once_and_works() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let fields = [("name", " laptop "), ("owner", "me"), ("expires", "30")];

        let sent = owner.post_form("/keys", &fields).await.is(303);

        let at = sent.header("location").to_owned();
        assert!(at.starts_with("/keys/") && at.contains("/created?ticket="));
        assert!(!at.contains("cm-"));
        let stranger = app.someone(Role::Admin).await;
        let head = owner
            .send(hyper::Method::HEAD, &at, None, bytes::Bytes::new())
            .await
            .is(200);
        assert!(head.body.is_empty());
        let shown = owner.get(&at).await.is(200);
        assert_eq!(shown.header("cache-control"), "no-store");
        let page = shown.page();
        let secret = select(&page, "#secret")[0]
            .attr("value")
            .expect("the secret")
            .to_owned();
        assert!(secret.starts_with("cm-") && secret.len() == 49);
        let settings: Vec<String> = select(&page, "pre code")
            .iter()
            .map(|code| code.text().collect())
            .collect();
        assert!(settings[0].contains(&secret) && settings.iter().all(|code| !code.contains("$CROSSMODEL_API_KEY")));
        for again in [&owner, &stranger] {
            let gone = again.get(&at).await.is(410);
            assert!(gone.text().contains("This key was already shown") && !gone.text().contains(&secret));
        }
        app.client().bearer(&secret).get("/v1/models").await.is(200);
        let saved = app
            .store()
            .api_keys()
            .by_name(app.account().id, "laptop")
            .await
            .expect("an answer")
            .expect("it");
        assert!(saved.owner.is_some() && saved.expires_at.is_some());
    });
}

#[test]
fn nobody_else_can_use_the_address_that_shows_a_secret() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let sent = owner
            .post_form("/keys", &[("name", "laptop"), ("expires", "never")])
            .await
            .is(303);
        let admin = app.someone(Role::Admin).await;

        let stolen = admin.get(sent.header("location")).await.is(410);

        assert!(!stolen.text().contains("value=\"cm-"));
    });
}

#[test]
fn only_the_session_that_made_a_key_uses_up_its_one_look() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let sent = owner
            .post_form("/keys", &[("name", "laptop"), ("expires", "never")])
            .await
            .is(303);
        let at = sent.header("location");
        // The same person in another browser, too.
        let elsewhere = app.client().like_a_browser();
        elsewhere
            .post_form(
                "/sign-in",
                &[("email", "owner@example.com"), ("password", seed::PASSWORD)],
            )
            .await
            .is(303);

        for other in [
            app.someone(Role::Viewer).await,
            app.someone(Role::Admin).await,
            elsewhere,
        ] {
            let shown = other.get(at).await.is(410);
            assert!(!shown.text().contains("value=\"cm-"));
        }
        app.client().get(at).await.is(303);
        owner
            .send(hyper::Method::HEAD, at, None, bytes::Bytes::new())
            .await
            .is(200);
        for ahead in ["prefetch", "prefetch;prerender"] {
            let early = owner.clone().with("sec-purpose", ahead).get(at).await.is(409);
            assert!(!early.text().contains("value=\"cm-"));
        }

        let page = owner.get(at).await.is(200).page();
        assert!(
            select(&page, "#secret")[0]
                .attr("value")
                .expect("the secret")
                .starts_with("cm-")
        );
        owner.get(at).await.is(410);
    });
}
