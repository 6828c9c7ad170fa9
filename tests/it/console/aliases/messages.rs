//! What the editor says about mistakes, and where it says it.

use crossmodel::domain::Role;

use super::{BASIC, Desk, OPUS, Row, rows, select, text};
use crate::harness::database::Engine;
use crate::harness::store::on;

fn names(id: &str, what: &str) -> String {
    format!("#{what}-{id}-msg")
}

/// Name, target, the field with the mistake, and its message. `long`: 65 characters.
fn mistakes(long: &str) -> [(&str, &str, &str, &str); 8] {
    [
        ("", "deepseek/deepseek-chat", "name", "Enter an alias name."),
        (
            "Claude-Opus",
            "deepseek/deepseek-chat",
            "name",
            "Alias names must be lowercase.",
        ),
        (
            "my é",
            "deepseek/deepseek-chat",
            "name",
            "Use lowercase letters, digits and . _ : / - only. Remove: space, ",
        ),
        (
            long,
            "deepseek/deepseek-chat",
            "name",
            "Use 64 characters or fewer. This has 65.",
        ),
        (
            "claude-opus",
            "deepseek/deepseek-chat",
            "name",
            "You already have an alias named claude-opus (row 2).",
        ),
        ("new", "", "target", "Choose a target model."),
        (
            "new",
            "deepseek/deepseek-cht",
            "target",
            "deepseek/deepseek-cht isn't in the catalog. Closest: deepseek/deepseek-chat.",
        ),
        (
            "new",
            "claude-opus",
            "target",
            "Targets are catalog models. Aliases don't chain.",
        ),
    ]
}

#[test]
fn each_mistake_has_its_message_under_its_field_and_in_the_summary() {
    let long = "x".repeat(65);
    let cases = mistakes(&long);
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        for (name, target, field, message) in cases {
            let page = desk
                .sends("", "save", &[BASIC, OPUS, ("n1", name, "exact", target)])
                .await
                .is(422)
                .page();

            let under = text(&page, &names("n1", field));
            assert!(under.starts_with(message), "{name:?} → {target:?}: {under}");
            assert!(text(&page, "#summary").contains(message), "{name:?}: the summary");
            assert_eq!(text(&page, "#summary h2"), "There is a problem");
            let invalid: Vec<_> = select(&page, "[aria-invalid]")
                .iter()
                .filter_map(|it| it.value().attr("id"))
                .collect();
            assert_eq!(invalid, [format!("{field}-n1")], "{name:?}");
            let link = select(&page, "#summary a")[0].value().attr("href").map(str::to_owned);
            assert_eq!(link, Some(format!("#{field}-n1")));
            assert_eq!(
                rows(&page)[2],
                ["n1", name, "exact", target].map(str::to_owned),
                "what was typed stays"
            );
        }
        assert_eq!(desk.stored().await.0, 1);
    });
}

#[test]
fn sixty_four_characters_and_twenty_rows_are_the_most() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let names: Vec<String> = (0..21).map(|n| format!("{}{n:02}", "x".repeat(62))).collect();
        let ids: Vec<String> = (1..=21).map(|n| format!("n{n}")).collect();
        let rows: Vec<Row<'_>> = ids
            .iter()
            .zip(&names)
            .map(|(id, name)| (id.as_str(), name.as_str(), "exact", BASIC.3))
            .collect();

        let page = desk.sends("", "save", &rows).await.is(422).page();
        assert_eq!(
            text(&page, "#summary li"),
            "A key can have up to 20 aliases. You sent 21; remove 1."
        );
        assert_eq!(desk.stored().await.0, 1);

        desk.sends("", "save", &rows[..20]).await.is(303);
        assert_eq!(desk.stored().await.1.len(), 20);
        let page = desk.who.get(&desk.url("")).await.page();
        assert_eq!(text(&page, "#add"), "20 of 20 aliases. Remove one to add another.");
        assert!(select(&page, "button#add").is_empty());
    });
}

#[test]
fn a_suggestion_is_one_button() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk
            .sends("", "save", &[("n1", "Fast", "exact", BASIC.3)])
            .await
            .is(422)
            .page();
        let op = select(&page, "#name-n1-msg button")[0]
            .value()
            .attr("value")
            .map(str::to_owned);
        assert_eq!(op.as_deref(), Some("name:n1:fast"));

        let page = desk
            .sends("/draft", "name:n1:fast", &[("n1", "Fast", "exact", BASIC.3)])
            .await
            .is(200)
            .page();
        assert_eq!(rows(&page)[0][1], "fast");
    });
}

#[test]
fn what_a_new_row_still_lacks_is_pointed_out_only_when_asked() {
    on(Engine::Sqlite, |store| async move {
        let mut desk = Desk::of(store, Role::Owner).await;
        desk.who = desk.who.with("hx-request-type", "partial");
        let unfinished = [("n1", "fast", "exact", "")];

        let typing = desk
            .sends_from(1, "/draft", "check", &unfinished, &[("live", "1")])
            .await
            .is(200);
        assert!(!typing.text().contains("Choose a target model."));
        let asked = desk.sends("/draft", "check", &unfinished).await.is(200);
        assert!(asked.text().contains("Choose a target model."));
        let after = desk
            .sends_from(1, "/draft", "check", &unfinished, &[("live", "1"), ("strict", "1")])
            .await
            .is(200);
        assert!(
            after.text().contains("Choose a target model."),
            "once shown, it stays until it is mended"
        );
    });
}
