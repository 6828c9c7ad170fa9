//! The switch of a row in the editor: answer with the name that the client asked for.

use crossmodel::domain::{Alias, Role, Scope};
use crossmodel::store::Actor;
use scraper::Html;

use super::{BASIC, Desk, OPUS, select, text};
use crate::harness::client::Reply;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

/// Whether the row's box is ticked.
fn ticked(page: &Html, row: &str) -> bool {
    select(page, &format!("#keep-name-{row}"))[0]
        .value()
        .attr("checked")
        .is_some()
}

impl Desk {
    /// Sends both rows, with the box of the second ticked or not.
    async fn sends_told(&self, version: &str, rest: &str, op: &str, told: bool, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![("version", version)];
        for (id, name, mode, target) in [BASIC, OPUS] {
            fields.extend([("row[]", id), ("name[]", name), ("mode[]", mode), ("target[]", target)]);
        }
        fields.extend(told.then_some(("keep_name[]", "1")));
        fields.extend(more);
        fields.push(("op", op));
        self.who.post_form(&self.url(rest), &fields).await
    }

    /// Which stored aliases answer with the name asked for.
    async fn keeping(&self) -> Vec<String> {
        let saved = self
            .app
            .store()
            .aliases()
            .list(Scope::All, self.key.key().id)
            .await
            .expect("the store");
        let aliases = saved.expect("the key").aliases;
        aliases
            .iter()
            .filter(|alias| alias.keep_name)
            .map(|alias| alias.name.to_string())
            .collect()
    }
}

#[test]
fn a_row_is_switched_with_the_one_save_and_back() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk.who.get(&desk.url("")).await.is(200).page();
        assert!(!ticked(&page, "a1") && !ticked(&page, "a2"));
        assert_eq!(
            text(&page, "label.f-keep-name"),
            "Answer with the name the client asked for"
        );
        assert!(text(&page, "#keep-name-help").contains("a coding tool that saves the model name of its session"));

        desk.sends_told("1", "", "save", true, &[]).await.is(303);
        assert_eq!(desk.keeping().await, [OPUS.1]);
        let page = desk.who.get(&desk.url("")).await.is(200).page();
        assert!(!ticked(&page, "a1") && ticked(&page, "a2"));
        let history = desk.who.get(&desk.url("/history")).await.is(200).page();
        assert_eq!(
            text(&history, ".diff li"),
            "changed claude-opus answers with the name asked for"
        );

        desk.sends_told("2", "", "save", false, &[]).await.is(303);
        assert_eq!(desk.keeping().await, Vec::<String>::new());
    });
}

#[test]
fn a_switched_row_is_an_unsaved_change_that_the_test_box_knows() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;

        let asked = [("test", "claude-opus-9")];
        let page = desk
            .sends_told("1", "/draft", "test", true, &asked)
            .await
            .is(200)
            .page();

        assert!(ticked(&page, "a2"));
        assert_eq!(text(&page, "#changes"), "1 unsaved change");
        assert_eq!(
            text(&page, "#review-list"),
            "claude-opus: answers with the name asked for"
        );
        let facts = text(&page, "#test-facts");
        assert!(
            facts.contains("Answers carry the name claude-opus-9, the name asked for."),
            "{facts}"
        );
        assert!(
            facts.contains("Live now: Answers carry the name anthropic/claude-opus-4-8, the real id."),
            "{facts}"
        );
        let picker = desk
            .sends_told("1", "/draft", "pick:a1", true, &[])
            .await
            .is(200)
            .page();
        assert_eq!(
            select(&picker, "input[name='keep_name[]']").len(),
            1,
            "the page that browses carries it along"
        );
        assert_eq!(desk.keeping().await, Vec::<String>::new(), "nothing is saved");
    });
}

#[test]
fn a_row_that_two_people_switched_and_changed_is_a_question() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let maya = Actor {
            person: None,
            name: "maya@example.com".into(),
        };
        let theirs = [seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, "openai/gpt-5.2")];
        let (store, id, now) = (desk.app.store(), desk.key.key().id, desk.app.clock().now());
        store
            .by(&maya, now)
            .aliases()
            .save(Scope::All, id, 1, &theirs)
            .await
            .expect("a save");

        let page = desk.sends_told("1", "", "save", true, &[]).await.is(409).page();

        assert!(ticked(&page, "a2"));
        assert_eq!(
            text(&page, "#keep-a2"),
            "Keep mine: anthropic/claude-opus-4-8, answers with the name asked for \
             Use Maya's: openai/gpt-5.2, answers with the real id"
        );
        assert_eq!(
            select(&page, "#keep-a2-mine")[0].value().attr("data-keep-name"),
            Some("1")
        );
    });
}

#[test]
fn an_import_shows_and_takes_it_and_an_export_writes_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let import = "claude-opus* = anthropic/claude-opus-4-8 keep-name";

        let page = desk
            .sends_told("1", "/draft", "import", false, &[("import", import)])
            .await
            .is(200)
            .page();
        let line = text(&page, ".import-lines li");
        assert!(line.contains("keep-name answers with the name asked for"), "{line}");
        let taken = [("import", import), ("take", "1")];
        let page = desk
            .sends_told("1", "/draft", "import-add", false, &taken)
            .await
            .is(200)
            .page();
        assert!(ticked(&page, "a2"));

        desk.sends_told("1", "", "save", true, &[]).await.is(303);
        let lines = desk
            .who
            .get(&desk.url("/export?format=lines"))
            .await
            .is(200)
            .text()
            .to_owned();
        assert!(lines.contains(import), "{lines}");
    });
}

#[test]
fn a_viewer_sees_it_and_cannot_change_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        let kept = Alias {
            keep_name: true,
            ..seed::prefix(OPUS.1, OPUS.3)
        };
        let (store, id, now) = (desk.app.store(), desk.key.key().id, desk.app.clock().now());
        let both = [seed::exact(BASIC.1, BASIC.3), kept];
        store
            .by(&Actor::command_line(), now)
            .aliases()
            .save(Scope::All, id, 1, &both)
            .await
            .expect("a save");

        let page = desk.who.get(&desk.url("")).await.is(200).page();

        assert!(select(&page, "[type=checkbox]").is_empty());
        assert_eq!(
            text(&page, "#row-a2 .f-keep-name"),
            "Answers with the name the client asked for"
        );
        assert!(select(&page, "#row-a1 .f-keep-name").is_empty());
    });
}
