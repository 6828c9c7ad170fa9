//! Changes of keys: disable, rename, roll, delete, one or several.

use crossmodel::domain::{KeyState, Scope, Strictness};

use super::{names, owner, select, text};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn disabling_answers_with_a_row_or_a_redirect_and_can_be_undone() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let key = app.operator().creates_key("laptop").await;
        let id = key.key().id;
        let state = || async {
            app.store()
                .api_keys()
                .get(Scope::All, id)
                .await
                .expect("an answer")
                .expect("the key")
                .state
        };

        owner
            .post_form(&format!("/keys/{id}/disable"), &[("back", "/keys")])
            .await
            .is(303);
        assert_eq!(state().await, KeyState::Disabled);
        let page = owner.get("/keys").await.page();
        assert!(text(&page, ".toast").starts_with("laptop disabled. Requests with it are refused within a minute."));
        assert_eq!(
            select(&page, ".toast form")[0].attr("action"),
            Some(format!("/keys/{id}/enable").as_str())
        );
        assert!(select(&owner.get("/keys").await.page(), ".toast").is_empty());

        let htmx = owner.clone().with("hx-request-type", "partial");
        let partial = htmx
            .post_form(&format!("/keys/{id}/enable"), &[("back", "/keys")])
            .await
            .is(200);
        assert_eq!(state().await, KeyState::Active);
        assert!(partial.text().contains(&format!("hx-target=\"#key-{id}\"")));
        assert!(
            partial
                .text()
                .contains("laptop enabled. Requests with it are answered within a minute.")
        );
    });
}

#[test]
fn a_key_is_renamed_unless_the_name_is_taken() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        app.operator().creates_key("taken").await;
        let key = app.operator().creates_key("old").await;
        let path = format!("/keys/{}/name", key.key().id);

        let refused = owner.post_form(&path, &[("name", "taken")]).await.is(422).page();
        assert_eq!(text(&refused, "#name-error"), "You already have a key named taken.");
        owner.post_form(&path, &[("name", "new")]).await.is(303);

        let page = owner.get(&format!("/keys/{}", key.key().id)).await.is(200).page();
        assert_eq!(text(&page, "h1"), "new");
    });
}

#[test]
fn a_rolled_key_has_a_new_secret_and_the_old_one_ends_when_chosen() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let key = app.operator().creates_key("laptop").await;
        let path = format!("/keys/{}/roll", key.key().id);
        owner.post_form(&path, &[("overlap", "forever")]).await.is(422);

        let sent = owner.post_form(&path, &[("overlap", "24h")]).await.is(303);

        let page = owner.get(sent.header("location")).await.is(200).page();
        let secret = select(&page, "#secret")[0]
            .attr("value")
            .expect("the secret")
            .to_owned();
        assert_ne!(secret, key.secret());
        for works in [secret.as_str(), key.secret()] {
            app.client().bearer(works).get("/v1/models").await.is(200);
        }
        let sent = owner.post_form(&path, &[("overlap", "now")]).await.is(303);
        owner.get(sent.header("location")).await.is(200);
        for dead in [secret.as_str(), key.secret()] {
            app.client().bearer(dead).get("/v1/models").await.is(401);
        }
    });
}

#[test]
fn a_key_in_use_is_deleted_only_by_its_name() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let key = app.operator().creates_key("laptop").await;
        key.asks("openai/gpt-5").await.runs("openai/gpt-5");
        let path = format!("/keys/{}/delete", key.key().id);
        app.store()
            .api_keys()
            .mark_used(&[(key.key().id, app.clock().now(), None)])
            .await
            .expect("to note the use");

        let refused = owner.post_form(&path, &[("confirm", "Laptop")]).await.is(422).page();
        assert_eq!(text(&refused, "#confirm-error"), "Type laptop exactly to confirm.");
        owner.post_form(&path, &[("confirm", "laptop")]).await.is(303);

        owner.get(&path).await.is(404);
        app.client().bearer(key.secret()).get("/v1/models").await.is(401);
        let unused = app.operator().creates_key("unused").await;
        owner
            .post_form(&format!("/keys/{}/delete", unused.key().id), &[])
            .await
            .is(303);
    });
}

#[test]
fn several_keys_are_changed_at_once_and_deleted_by_a_phrase() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let one = app.operator().creates_key("one").await.key().id.to_string();
        let two = app.operator().creates_key("two").await.key().id.to_string();
        let form = |op, more: &[(&'static str, &'static str)]| {
            let mut fields = vec![("op".to_owned(), String::from(op))];
            fields.extend([&one, &two].map(|id| ("ids[]".to_owned(), id.clone())));
            fields.extend(
                more.iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
            );
            fields
        };
        let send = |fields: Vec<(String, String)>| {
            let owner = owner.clone();
            async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
                owner.post_form("/keys/bulk", &fields).await
            }
        };

        send(form("disable", &[])).await.is(303);
        let page = owner.get("/keys?status=disabled").await.page();
        assert_eq!(names(&page).len(), 2);
        assert!(text(&page, ".toast").starts_with("2 keys disabled."));
        send(form("enable", &[])).await.is(303);

        let csv = send(form("export", &[])).await.is(200);
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(csv.text().lines().count(), 3);

        let ask = send(form("delete", &[])).await.is(200).page();
        assert_eq!(text(&ask, "h1"), "Delete 2 keys?");
        let wrong = send(form("delete-confirmed", &[("confirm", "delete")]))
            .await
            .is(422)
            .page();
        assert_eq!(text(&wrong, "#confirm-error"), "Type delete 2 keys exactly to confirm.");
        send(form("delete-confirmed", &[("confirm", "delete 2 keys")]))
            .await
            .is(303);
        assert!(names(&owner.get("/keys").await.page()).is_empty());
        owner.post_form("/keys/bulk", &[("op", "delete")]).await.is(303);
    });
}

#[test]
fn how_much_requests_may_be_changed_is_set_on_the_page_and_undone() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let id = app.operator().creates_key("laptop").await.key().id;
        let path = format!("/keys/{id}");
        let page = owner.get(&path).await.is(200).page();
        assert_eq!(
            select(&page, "#adapt-choice option[selected]")[0].value().attr("value"),
            Some("adapt")
        );

        owner
            .post_form(&format!("{path}/adapt"), &[("adapt", "strict")])
            .await
            .is(303);

        let page = owner.get(&path).await.is(200).page();
        assert!(text(&page, ".toast").starts_with("Requests of laptop: Fit, but refuse what would be left out."));
        let undo = select(&page, ".toast input[name=adapt]");
        assert_eq!(undo[0].attr("value"), Some("adapt"));
        assert!(text(&page, ".facts-list").contains("Fit, but refuse what would be left out"));
        let key = app.store().api_keys().get(Scope::All, id).await.expect("an answer");
        assert_eq!(key.expect("the key").adapt, Strictness::Strict);

        owner
            .post_form(&format!("{path}/adapt"), &[("adapt", "maybe")])
            .await
            .is(400);
        let csv = owner.get("/keys/export.csv").await.is(200).text().to_owned();
        assert!(
            csv.lines()
                .all(|line| line.ends_with(",\"adapt\"") || line.ends_with(",\"strict\"")),
            "{csv}"
        );
    });
}
