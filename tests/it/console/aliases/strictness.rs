//! The choice of a row in the editor: how much requests may be changed.

use crossmodel::domain::{Alias, Role, Scope, Strictness};
use crossmodel::store::Actor;
use scraper::Html;

use super::{BASIC, Desk, OPUS, select, text};
use crate::harness::client::Reply;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

/// The choice of the second row.
fn chosen(page: &Html) -> String {
    let option = select(page, "#adapt-a2 option[selected]");
    option[0].value().attr("value").expect("a value").to_owned()
}

impl Desk {
    /// Sends both rows, with a choice for the second.
    async fn sends_adapt(&self, version: &str, rest: &str, op: &str, adapt: &str, more: &[(&str, &str)]) -> Reply {
        let mut fields = vec![("version", version)];
        for (id, name, mode, target) in [BASIC, OPUS] {
            fields.extend([("row[]", id), ("name[]", name), ("mode[]", mode), ("target[]", target)]);
        }
        fields.push(("adapt[]", adapt));
        fields.extend(more);
        fields.push(("op", op));
        self.who.post_form(&self.url(rest), &fields).await
    }

    /// What the stored aliases say, in their order.
    async fn adapting(&self) -> Vec<Option<Strictness>> {
        let list = self.app.store().aliases().list(Scope::All, self.key.key().id).await;
        let aliases = list.expect("the store").expect("the key").aliases;
        aliases.iter().map(|alias| alias.adapt).collect()
    }

    /// Another person saves this in place of the second alias.
    async fn maya_saves(&self, alias: Alias) {
        let maya = Actor {
            person: None,
            name: "maya@example.com".into(),
        };
        let theirs = [seed::exact(BASIC.1, BASIC.3), alias];
        let (store, id, now) = (self.app.store(), self.key.key().id, self.app.clock().now());
        let saved = store.by(&maya, now).aliases().save(Scope::All, id, 1, &theirs).await;
        saved.expect("a save");
    }
}

fn strict() -> Alias {
    Alias {
        adapt: Some(Strictness::Strict),
        ..seed::prefix(OPUS.1, OPUS.3)
    }
}

#[test]
fn a_choice_is_saved_told_in_the_history_and_undone() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk.who.get(&desk.url("")).await.is(200).page();
        assert_eq!(chosen(&page), "");

        desk.sends_adapt("1", "", "save", "strict", &[]).await.is(303);

        assert_eq!(desk.adapting().await, [None, Some(Strictness::Strict)]);
        let page = desk.who.get(&desk.url("")).await.is(200).page();
        assert_eq!(chosen(&page), "strict");
        let history = desk.who.get(&desk.url("/history")).await.is(200).page();
        assert_eq!(
            text(&history, ".diff li"),
            "changed claude-opus fits requests, but refuses what would be left out"
        );

        let before = desk.who.get(&desk.url("?restore=1")).await.is(200).page();
        assert_eq!(chosen(&before), "");
        desk.sends_adapt("2", "", "save", "", &[]).await.is(303);
        assert_eq!(desk.adapting().await, [None, None]);
    });
}

#[test]
fn a_choice_is_an_unsaved_change_that_the_test_box_knows() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;

        let asked = [("test", "claude-opus-9")];
        let page = desk
            .sends_adapt("1", "/draft", "test", "off", &asked)
            .await
            .is(200)
            .page();

        assert_eq!(chosen(&page), "off");
        assert_eq!(text(&page, "#changes"), "1 unsaved change");
        assert_eq!(text(&page, "#review-list"), "claude-opus: sends requests as they come");
        let facts = text(&page, "#test-facts");
        assert!(facts.contains("Requests are sent as they come"), "{facts}");
        assert!(
            facts.contains("No temperature, top_p; efforts from low to max."),
            "{facts}"
        );
        let picker = desk
            .sends_adapt("1", "/draft", "pick:a1", "off", &[])
            .await
            .is(200)
            .page();
        let carried = select(&picker, "input[name='adapt[]']");
        assert_eq!(carried[0].value().attr("value"), Some("off"));
        assert_eq!(desk.adapting().await, [None, None], "nothing is saved");
    });
}

#[test]
fn a_choice_that_two_people_made_differently_is_a_question() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.maya_saves(strict()).await;

        let page = desk.sends_adapt("1", "", "save", "off", &[]).await.is(409).page();

        assert_eq!(
            text(&page, "#keep-a2"),
            "Keep mine: anthropic/claude-opus-4-8, sends requests as they come \
             Use Maya's: anthropic/claude-opus-4-8, fits requests, but refuses what would be left out"
        );
        let theirs = select(&page, "#keep-a2-theirs")[0].value();
        assert_eq!(theirs.attr("data-adapt"), Some("strict"));
    });
}

#[test]
fn an_import_shows_and_takes_it_and_an_export_writes_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let import = "claude-opus* = anthropic/claude-opus-4-8 adapt=strict";

        let pasted = [("import", import)];
        let page = desk
            .sends_adapt("1", "/draft", "import", "", &pasted)
            .await
            .is(200)
            .page();
        let line = text(&page, ".import-lines li");
        assert!(line.contains("adapt=strict fits requests, but refuses"), "{line}");
        let taken = [("import", import), ("take", "1")];
        let page = desk
            .sends_adapt("1", "/draft", "import-add", "", &taken)
            .await
            .is(200)
            .page();
        assert_eq!(chosen(&page), "strict");

        desk.sends_adapt("1", "", "save", "strict", &[]).await.is(303);
        let lines = desk.who.get(&desk.url("/export?format=lines")).await.is(200);
        assert!(lines.text().contains(import), "{}", lines.text());
    });
}

#[test]
fn a_viewer_sees_it_and_cannot_change_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        desk.maya_saves(strict()).await;

        let page = desk.who.get(&desk.url("")).await.is(200).page();

        assert!(select(&page, "li[data-row] select").is_empty());
        assert!(text(&page, "#row-a2").contains("Requests: Fit, but refuse what would be left out"));
        assert!(!text(&page, "#row-a1").contains("Requests:"));
    });
}
