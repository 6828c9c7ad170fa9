//! The list: filters, sorting, pages, and what a row counts.

use super::{names, owner, select, text};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

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
