//! The list of keys and everything that is done with a key, as plain forms and as fragments.

use crossmodel::domain::{KeyState, Role, Scope};
use scraper::{ElementRef, Html, Selector};

use super::rows;
use crate::harness::app::TestApp;
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON};
use crate::harness::store::{TestStore, on};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn names(page: &Html) -> Vec<String> {
    select(page, "table.keys th[scope=row] a")
        .iter()
        .map(|link| link.text().collect())
        .collect()
}

fn text(page: &Html, selector: &str) -> String {
    let found = select(page, selector);
    let first = found.first().unwrap_or_else(|| panic!("no {selector}"));
    first
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

async fn owner(store: TestStore) -> (TestApp, Client) {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    (app, owner)
}

#[test]
fn an_account_without_keys_is_told_what_a_key_is() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;

        let page = owner.get("/keys").await.is(200).page();

        assert_eq!(text(&page, ".empty h2"), "Create your first key");
        assert!(text(&page, ".empty").contains("at any of "));
        assert!(text(&page, ".empty pre").contains(&format!("curl {}/v1/chat/completions", app.url())));
    });
}

#[test]
fn the_list_filters_sorts_and_says_so() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        for name in ["beta", "alpha", "alphabet"] {
            app.operator().creates_key(name).await;
        }
        let off = app.operator().creates_key("gamma").await;
        owner
            .post_form(&format!("/keys/{}/disable", off.key().id), &[])
            .await
            .is(303);

        let all = owner.get("/keys?sort=name").await.is(200).page();
        assert_eq!(names(&all), ["alpha", "alphabet", "beta", "gamma"]);
        assert_eq!(text(&all, "th[aria-sort=ascending]"), "Name");
        assert_eq!(text(&all, "#count-text"), "4 keys");
        assert_eq!(
            names(&owner.get("/keys?sort=-name&q=ALPHA").await.page()),
            ["alphabet", "alpha"]
        );
        assert_eq!(names(&owner.get("/keys?status=disabled").await.page()), ["gamma"]);
        assert_eq!(names(&owner.get("/keys?owner=me").await.page()), Vec::<String>::new());

        let none = owner.get("/keys?q=%3Cb%3E").await.is(200).page();
        assert_eq!(text(&none, ".empty h2"), "No keys match “<b>”.");
    });
}

#[test]
fn the_list_is_shown_25_at_a_time() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        for n in 0..27 {
            app.operator().creates_key(&format!("key-{n:02}")).await;
        }

        let first = owner.get("/keys?sort=name").await.page();
        let second = owner.get("/keys?sort=name&page=2").await.page();

        assert_eq!(
            (names(&first).len(), names(&second)),
            (25, vec!["key-25".to_owned(), "key-26".to_owned()])
        );
        assert_eq!(
            select(&first, "a[rel=next]")[0].attr("href"),
            Some("/keys?sort=name&page=2")
        );
        assert_eq!(text(&second, ".pages [aria-current=page]"), "2");
    });
}

#[test]
fn a_row_counts_aliases_and_problems_in_words() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let aliases = vec![
            seed::exact("fast", "deepseek/deepseek-chat"),
            seed::exact("gone", "openai/never-was"),
        ];
        app.operator().creates_key_with("laptop", aliases).await;

        let page = owner.get("/keys").await.page();

        assert_eq!(text(&page, ".chips .vh"), "Aliases of laptop, 2, 1 problem");
        assert_eq!(text(&page, ".chip.warn"), "1 problem");
    });
}

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

#[test]
fn a_form_with_mistakes_comes_back_with_what_was_typed() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        app.operator().creates_key("taken").await;

        for (fields, id, message) in [
            (vec![("name", " "), ("expires", "90")], "name", "Enter a name."),
            (
                vec![("name", "lap\u{1b}top"), ("expires", "90")],
                "name",
                "Use one line of plain text.",
            ),
            (
                vec![("name", "taken"), ("expires", "90")],
                "name",
                "You already have a key named taken.",
            ),
            (
                vec![("name", "x"), ("expires", "12")],
                "expires",
                "Choose when the key expires.",
            ),
            (
                vec![("name", "x"), ("expires", "date"), ("expires_on", "2001-01-01")],
                "expires_on",
                "Choose a date that is not over yet.",
            ),
            (
                vec![("name", "x"), ("expires", "90"), ("from", "gone")],
                "from",
                "This key is gone. Choose another, or none.",
            ),
        ] {
            let page = owner.post_form("/keys", &fields).await.is(422).page();
            assert_eq!(text(&page, &format!("#{id}-error")), message);
            assert_eq!(text(&page, ".summary a"), message);
            assert_eq!(
                select(&page, ".summary a")[0].attr("href"),
                Some(format!("#{id}").as_str())
            );
            assert_eq!(select(&page, &format!("#{id}"))[0].attr("aria-invalid"), Some("true"));
            assert_eq!(select(&page, "#name")[0].attr("value"), Some(fields[0].1));
        }
    });
}

#[test]
fn aliases_are_copied_into_the_new_key() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = owner(store).await;
        let aliases = vec![
            seed::exact("fast", "deepseek/deepseek-chat"),
            seed::prefix("big", "openai/gpt-5"),
        ];
        let first = app.operator().creates_key_with("first", aliases.clone()).await;
        let id = first.key().id.to_string();
        let form = owner.get(&format!("/keys/new?from={id}")).await.is(200).page();
        assert_eq!(
            select(&form, "#from option[selected]")[0].attr("value"),
            Some(id.as_str())
        );

        owner
            .post_form("/keys", &[("name", "second"), ("expires", "never"), ("from", &id)])
            .await
            .is(303);

        let keys = app.store().api_keys();
        let second = keys
            .by_name(app.account().id, "second")
            .await
            .expect("an answer")
            .expect("it");
        let saved = app
            .store()
            .aliases()
            .list(Scope::All, second.id)
            .await
            .expect("an answer")
            .expect("its aliases");
        assert_eq!(saved.aliases.len(), aliases.len());
    });
}

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
        for path in ["name", "expiry", "enable", "disable", "roll", "delete"] {
            let fields = [
                ("name", "mine"),
                ("expires", "never"),
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
