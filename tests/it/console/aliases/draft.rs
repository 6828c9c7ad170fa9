//! The buttons that change the draft: none but Save stores it.

use crossmodel::domain::Role;
use scraper::Html;

use super::{BASIC, Desk, OPUS, rows, select, text, words};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn the_page_shows_the_rule_with_the_aliases_inside_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;

        let page = desk.who.get(&desk.url("")).await.is(200).page();

        let bands: Vec<String> = select(&page, ".band").iter().take(3).map(words).collect();
        assert_eq!(
            bands,
            [
                "1 Exact names are checked first",
                "2 Prefixes, the longest that fits wins",
                "3 Everything else passes through unchanged"
            ]
        );
        assert_eq!(text(&page, "#count"), "2 of 20");
        let expected = [BASIC, OPUS].map(|(id, name, mode, target)| [id, name, mode, target].map(str::to_owned));
        assert_eq!(rows(&page), expected);
        assert_eq!(
            select(&page, "#alias-form button[type=submit]")[0]
                .value()
                .attr("value"),
            Some("check")
        );
        assert!(text(&page, "#hints-a2").starts_with("Claude Opus 4.8 1M context $5 in / $25 out per M"));
    });
}

#[test]
fn nothing_but_save_saves() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let changed = [(BASIC.0, BASIC.1, BASIC.2, "openai/gpt-5.5")];
        for op in ["check", "test", "add", "remove:a2", "launch", ""] {
            let page = desk.sends("", op, &changed).await.is(200).page();
            assert_eq!(rows(&page)[0][3], "openai/gpt-5.5", "op={op}");
        }
        for op in [
            "check",
            "test",
            "add",
            "remove:a2",
            "undo:a2",
            "save",
            "kit:claude-code",
            "import",
        ] {
            desk.sends("/draft", op, &changed).await.is(200);
        }
        desk.sends("/draft", "launch", &changed).await.is(400);
        desk.sends("/resolve", "test", &changed).await.is(200);
        assert_eq!(desk.stored().await.0, 1);
    });
}

#[test]
fn a_button_changes_the_draft_and_keeps_every_byte_of_the_rest() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let typed = ("n4", " Wild <name> ", "prefix", " a/b ");
        let rest = [BASIC, typed];
        let kept = |page: &Html| rows(page).contains(&["n4", " Wild <name> ", "prefix", " a/b "].map(str::to_owned));

        let page = desk.sends("/draft", "add", &rest).await.is(200).page();
        assert_eq!(rows(&page).len(), 3);
        assert_eq!(rows(&page)[2][0], "n5");
        assert!(kept(&page));
        assert!(text(&page, "#notice").starts_with("Not saved yet."));

        let page = desk
            .sends("/draft", "remove:a1", &[BASIC, OPUS, typed])
            .await
            .is(200)
            .page();
        assert_eq!(
            rows(&page).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
            ["a2", "n4"]
        );
        assert!(kept(&page));
        assert!(text(&page, "#review-list").starts_with("cross-model-basic: removed Undo"));

        let page = desk.sends("/draft", "undo:a1", &[OPUS, typed]).await.is(200).page();
        assert_eq!(
            rows(&page).iter().map(|row| row[0].as_str()).collect::<Vec<_>>(),
            ["a1", "a2", "n4"]
        );

        let page = desk
            .sends("/draft", "prefix:a1:cross", &[BASIC, typed])
            .await
            .is(200)
            .page();
        assert_eq!(rows(&page)[0], ["a1", "cross", "prefix", BASIC.3].map(str::to_owned));
        assert!(kept(&page));
    });
}

#[test]
fn a_script_gets_parts_and_never_an_input() {
    on(Engine::Sqlite, |store| async move {
        let mut desk = Desk::of(store, Role::Owner).await;
        desk.who = desk.who.with("hx-request-type", "partial");

        let answer = desk
            .sends("/draft", "check", &[BASIC, ("n1", "Bad Name", "exact", "")])
            .await
            .is(200);
        assert!(
            answer
                .text()
                .contains(r##"<hx-partial hx-target="#name-n1-msg" hx-swap="innerHTML">"##)
        );
        assert!(!answer.text().contains("name[]"));

        let row = desk.sends("/draft", "add", &[BASIC]).await.is(200);
        assert!(row.text().trim_start().starts_with("<li"));
        assert_eq!(select(&row.page(), "#name-n1[autofocus]").len(), 1);

        let verdict = desk
            .sends_from(1, "/resolve", "test", &[BASIC], &[("test", BASIC.1)])
            .await
            .is(200);
        assert!(!verdict.text().contains("<output"), "the live region itself stays");
    });
}

#[test]
fn a_form_of_more_than_64_kilobytes_is_refused() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let import = "x".repeat(66 * 1024);
        desk.sends_from(1, "/draft", "import", &[BASIC], &[("import", &import)])
            .await
            .is(413);
    });
}
