//! Who may see and change keys, and that looking writes nothing.

use crossmodel::domain::Role;

use super::super::rows;
use super::{names, owner, select, text};
use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::seed::NOON;
use crate::harness::store::on;

#[test]
fn what_belongs_to_another_account_does_not_exist() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let other = seed::account(app.store(), "other").await;
        let (foreign, _) = seed::key(app.store(), other.id, "foreign").await;
        let id = foreign.id;
        let before = rows(&app).await;

        assert!(
            owner
                .get("/keys")
                .await
                .is(200)
                .text()
                .contains("Create your first key")
        );
        for path in ["", "/roll", "/delete", "/created?ticket=x", "/aliases"] {
            owner.get(&format!("/keys/{id}{path}")).await.is(404);
        }
        for path in ["name", "expiry", "adapt", "enable", "disable", "roll", "delete"] {
            let fields = [
                ("name", "mine"),
                ("expires", "never"),
                ("adapt", "off"),
                ("overlap", "now"),
                ("confirm", "foreign"),
            ];
            owner.post_form(&format!("/keys/{id}/{path}"), &fields).await.is(404);
        }
        owner.get("/keys/export.csv").await.is(200);
        assert_eq!(rows(&app).await, before, "something was written");

        let admin = app.someone(Role::Admin).await;
        let page = admin.get("/keys").await.page();
        assert_eq!(names(&page), ["foreign"]);
        assert_eq!(select(&page, "#account option").len(), 3);
        assert!(names(&admin.get(&format!("/keys?account={}", app.account().id)).await.page()).is_empty());
        admin.get(&format!("/keys/{id}")).await.is(200);
    });
}

#[test]
fn a_viewer_sees_the_keys_and_changes_none() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let key = app.operator().creates_key("laptop").await;
        let id = key.key().id;
        let viewer = app.someone(Role::Viewer).await;

        let page = viewer.get("/keys").await.is(200).page();
        assert!(text(&page, ".notice").contains("Ask an account admin to change them."));
        assert!(select(&page, "main form[method=post], main a[href='/keys/new']").is_empty());
        let page = viewer.get(&format!("/keys/{id}")).await.is(200).page();
        assert!(select(&page, "main form").is_empty());
        for path in [
            "/keys/new".to_owned(),
            format!("/keys/{id}/roll"),
            format!("/keys/{id}/delete"),
        ] {
            viewer.get(&path).await.is(403);
        }
        for path in ["name", "expiry", "enable", "disable", "roll", "delete"] {
            viewer.post_form(&format!("/keys/{id}/{path}"), &[]).await.is(403);
        }
        viewer
            .post_form("/keys", &[("name", "x"), ("expires", "90")])
            .await
            .is(403);
        viewer
            .post_form("/keys/bulk", &[("op", "disable"), ("ids[]", &id.to_string())])
            .await
            .is(403);
    });
}

#[test]
fn looking_at_pages_writes_nothing() {
    on(Engine::Sqlite, |store| async move {
        let clock = crossmodel::clock::Clock::manual(NOON);
        let app = TestApp::with(store, clock, |_| {}).await;
        let key = app.operator().creates_key("laptop").await;
        let owner = app.someone(Role::Owner).await;
        let before = rows(&app).await;

        for _ in 0..2 {
            for path in ["", "/new", "/export.csv"] {
                owner.get(&format!("/keys{path}")).await.is(200);
            }
            for path in ["", "/roll", "/delete", "/aliases"] {
                owner.get(&format!("/keys/{}{path}", key.key().id)).await.is(200);
            }
            owner.get("/models").await.is(200);
            owner.get("/find?q=lap").await.is(200);
        }

        assert_eq!(rows(&app).await, before, "a page wrote something");
    });
}
