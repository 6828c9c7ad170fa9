//! Import, export and presets.

use crossmodel::domain::Role;

use super::{BASIC, Desk, OPUS, rows, select, text, words};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn a_pasted_text_is_previewed_and_only_ticked_lines_are_taken() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let pasted = "fast = openai/gpt-5.5\ncross-model-basic = openai/gpt-5.5\nclaude-opus* = anthropic/claude-opus-4-8\nnonsense";

        let page = desk
            .sends_from(1, "/draft", "import", &[BASIC, OPUS], &[("import", pasted)])
            .await
            .is(200)
            .page();
        let kinds: Vec<String> = select(&page, ".import-lines .chip").iter().map(words).collect();
        assert_eq!(kinds, ["added", "changed", "unchanged", "problem"]);
        assert_eq!(rows(&page).len(), 2, "nothing is in the draft yet");
        assert_eq!(text(&page, ".preview button"), "Add 2 rows to the draft");

        let take = [("import", pasted), ("take", "1")];
        let page = desk
            .sends_from(1, "/draft", "import-add", &[BASIC, OPUS], &take)
            .await
            .is(200)
            .page();
        assert_eq!(
            rows(&page)[2],
            ["n1", "fast", "exact", "openai/gpt-5.5"].map(str::to_owned)
        );
        assert_eq!(rows(&page)[0][3], BASIC.3, "the unticked line changed nothing");
        assert_eq!(desk.stored().await.0, 1);
    });
}

#[test]
fn what_is_exported_can_be_imported_again() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        for (format, kind) in [
            ("lines", "text/plain"),
            ("json", "application/json"),
            ("csv", "text/csv"),
        ] {
            let file = desk
                .who
                .get(&desk.url(&format!("/export?format={format}")))
                .await
                .is(200);
            assert!(file.header("content-type").starts_with(kind));
            assert!(file.header("content-disposition").starts_with("attachment; filename="));
            let read = crossmodel::domain::import_aliases(file.text());
            let names: Vec<&str> = read.rows.iter().map(|it| it.row.name.as_str()).collect();
            assert_eq!(names, [BASIC.1, OPUS.1], "{format}");
        }
        desk.who.get(&desk.url("/export?format=xml")).await.is(404);
    });
}

#[test]
fn a_client_kit_adds_rows_to_the_draft() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk
            .sends("/draft", "kit:claude-code", &[BASIC, OPUS])
            .await
            .is(200)
            .page();
        assert!(
            rows(&page)
                .iter()
                .any(|row| row[1] == "claude-haiku" && row[2] == "prefix")
        );
        assert_eq!(rows(&page).iter().filter(|row| row[1] == "claude-opus").count(), 1);
        assert!(text(&page, "#notice").contains("1 name is here already."));
    });
}
