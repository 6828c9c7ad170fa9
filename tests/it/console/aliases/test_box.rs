//! The test box: where the draft sends a name, or many.

use crossmodel::domain::Role;

use super::{BASIC, Desk, OPUS, select, text, words};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn the_test_box_tests_the_draft_and_shows_what_is_live() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let draft = [
            BASIC,
            ("a2", OPUS.1, OPUS.2, "openai/gpt-5.5"),
            ("n1", "half", "exact", ""),
        ];

        let page = desk
            .sends_from(1, "/draft", "test", &draft, &[("test", "claude-opus-9")])
            .await
            .is(200)
            .page();

        assert_eq!(
            text(&page, "#test-result"),
            "claude-opus-9 runs openai/gpt-5.5 (prefix alias claude-opus)."
        );
        assert_eq!(select(&page, "output[for=test]#test-result").len(), 1);
        let facts = text(&page, "#test-facts");
        assert!(
            facts.starts_with("with unsaved changes Live now it goes to: anthropic/claude-opus-4-8"),
            "{facts}"
        );
        assert!(facts.contains("Row 3 is incomplete and was ignored."), "{facts}");
        let why: Vec<String> = select(&page, "#test-why tr:nth-child(2) > *")
            .iter()
            .map(words)
            .collect();
        assert_eq!(why, ["2 Prefix", "claude-opus 11 of 13 characters", "WINS"]);

        let hostile = "\"><img src=x onerror=1>";
        let page = desk
            .sends_from(1, "/draft", "test", &[BASIC], &[("test", hostile)])
            .await
            .is(200)
            .page();
        assert!(select(&page, "img").is_empty());
        assert!(text(&page, "#test-result").starts_with(hostile));
    });
}

#[test]
fn many_names_are_tested_at_once_up_to_fifty() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk
            .sends_from(
                1,
                "/draft",
                "test",
                &[BASIC],
                &[("many", "cross-model-basic\r\n=1+1\r\n")],
            )
            .await
            .page();
        assert_eq!(select(&page, "#many-result tbody tr").len(), 2);
        assert!(
            text(&page, "#many-csv").contains("'=1+1"),
            "a spreadsheet must not take a name for a formula"
        );

        let lines = "x\n".repeat(51);
        let page = desk
            .sends_from(1, "/draft", "test", &[BASIC], &[("many", &lines)])
            .await
            .page();
        assert_eq!(
            text(&page, "#many-result"),
            "Up to 50 names at once. You sent 51; remove 1."
        );
    });
}
