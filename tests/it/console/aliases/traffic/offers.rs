//! The buttons of the panel: test a name, add an alias for it.

use crossmodel::domain::Role;
use scraper::Html;

use super::super::{BASIC, Desk, OPUS, rows, select, text};
use super::{HAIKU, Sent, USUAL};
use crate::harness::database::Engine;
use crate::harness::store::on;

fn rows_of(page: &Html) -> Vec<String> {
    select(page, "[name='name[]']")
        .iter()
        .filter_map(|it| it.value().attr("value").map(str::to_owned))
        .collect()
}

#[test]
fn the_test_button_fills_the_test_box_and_keeps_the_draft() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        desk.was_sent(&USUAL).await;
        let op = select(&desk.page().await, "#traffic [data-try=claude-opus-4-8]")[0]
            .value()
            .attr("value")
            .map(str::to_owned);

        let page = desk
            .draft(&op.expect("what it sends"), &[BASIC, ("a2", OPUS.1, OPUS.2, HAIKU)])
            .await;

        assert_eq!(select(&page, "#test")[0].value().attr("value"), Some("claude-opus-4-8"));
        assert_eq!(
            text(&page, "#test-result"),
            format!("claude-opus-4-8 runs {HAIKU} (prefix alias claude-opus).")
        );
        assert_eq!(rows_of(&page), [BASIC.1, OPUS.1]);
        assert!(
            select(&page, "#traffic button[value^=add]").is_empty(),
            "who cannot write is not offered to"
        );
    });
}

#[test]
fn a_name_that_no_alias_catches_can_become_one_and_two_of_a_family_a_prefix() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;
        let offers = |page: &Html| -> Vec<String> {
            let buttons = select(page, "#traffic button[value^=add]");
            buttons
                .iter()
                .filter_map(|it| it.value().attr("value").map(str::to_owned))
                .collect()
        };
        assert_eq!(
            offers(&desk.page().await),
            ["add:claude-haiku-4-5-20251001", "add:openai/gpt-5.5"]
        );

        let bare = Sent {
            name: "claude-haiku-4-5",
            model: HAIKU,
            count: 1,
            usd: "0.15",
            agent: "",
        };
        desk.was_sent(&[bare]).await;
        let page = desk.page().await;
        assert_eq!(
            offers(&page),
            [
                "add-prefix:claude-haiku",
                "add-prefix:claude-haiku",
                "add:openai/gpt-5.5"
            ],
            "two names that share one up to a version"
        );
        let label = text(&page, "#traffic button[value='add-prefix:claude-haiku']");
        assert_eq!(label, "Add alias for the prefix claude-haiku");

        let page = desk.draft("add-prefix:claude-haiku", &[BASIC, OPUS]).await;
        assert_eq!(rows(&page)[2], ["n1", "claude-haiku", "prefix", ""].map(str::to_owned));
        assert_eq!(select(&page, "#target-n1[autofocus]").len(), 1);
        assert_eq!(
            offers(&page),
            ["add:openai/gpt-5.5"],
            "what the draft has a row for is not offered again"
        );
        assert!(text(&page, "#notice").starts_with("Not saved yet."));

        let page = desk
            .draft("check", &[BASIC, OPUS, ("n1", "claude-haiku", "exact", HAIKU)])
            .await;
        assert_eq!(
            offers(&page),
            [
                "add:claude-haiku-4-5-20251001",
                "add:claude-haiku-4-5",
                "add:openai/gpt-5.5"
            ],
            "what they share is taken, so each gets its own"
        );
    });
}
