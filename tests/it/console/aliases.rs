//! The alias editor as plain forms: every message, what each button does, and that only Save ever saves.

use crossmodel::domain::{Role, Scope};
use scraper::{ElementRef, Html, Selector};

use crate::harness::app::{TestApp, TestKey};
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::{TestStore, on};

/// A row of a form: id, name, match, target.
pub(super) type Row<'a> = (&'a str, &'a str, &'a str, &'a str);

pub(super) const BASIC: Row<'_> = ("a1", "cross-model-basic", "exact", "deepseek/deepseek-chat");
pub(super) const OPUS: Row<'_> = ("a2", "claude-opus", "prefix", "anthropic/claude-opus-4-8");

pub(super) fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

pub(super) fn words(element: &ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

pub(super) fn text(page: &Html, selector: &str) -> String {
    words(
        select(page, selector)
            .first()
            .unwrap_or_else(|| panic!("no {selector} in {}", page.html())),
    )
}

/// What the rows of a page say.
pub(super) fn rows(page: &Html) -> Vec<[String; 4]> {
    let value = |id: String| {
        let field = select(page, &format!("#{id}"))[0];
        let chosen = Selector::parse("option[selected]").expect("a selector");
        let field = field.select(&chosen).next().unwrap_or(field);
        field.value().attr("value").unwrap_or_default().to_owned()
    };
    let ids = select(page, "li[data-row]")
        .into_iter()
        .filter_map(|row| row.value().attr("data-row"));
    ids.map(|id| {
        [
            id.to_owned(),
            value(format!("name-{id}")),
            value(format!("mode-{id}")),
            value(format!("target-{id}")),
        ]
    })
    .collect()
}

/// Somebody at the editor of a key that has two aliases, saved as version 1.
pub(super) struct Desk {
    pub app: TestApp,
    pub who: Client,
    pub key: TestKey,
}

impl Desk {
    pub async fn of(store: TestStore, role: Role) -> Self {
        let app = TestApp::start(store).await;
        let who = app.someone(role).await;
        let aliases = vec![seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, OPUS.3)];
        let key = app.operator().creates_key_with("laptop", aliases).await;
        Self { app, who, key }
    }

    pub fn url(&self, rest: &str) -> String {
        format!("/keys/{}/aliases{rest}", self.key.key().id)
    }

    pub async fn sends(&self, rest: &str, op: &str, rows: &[Row<'_>]) -> Reply {
        self.sends_from(1, rest, op, rows, &[]).await
    }

    pub async fn sends_from(
        &self,
        version: i64,
        rest: &str,
        op: &str,
        rows: &[Row<'_>],
        more: &[(&str, &str)],
    ) -> Reply {
        let version = version.to_string();
        let mut fields = vec![("version", version.as_str())];
        for (id, name, mode, target) in rows {
            fields.extend([("row[]", *id), ("name[]", name), ("mode[]", mode), ("target[]", target)]);
        }
        fields.extend(more);
        fields.push(("op", op));
        self.who.post_form(&self.url(rest), &fields).await
    }

    /// The stored version, and the aliases as lines.
    pub async fn stored(&self) -> (i64, Vec<String>) {
        let id = self.key.key().id;
        let saved = self
            .app
            .store()
            .aliases()
            .list(Scope::All, id)
            .await
            .expect("the store")
            .expect("the key");
        (
            saved.version,
            saved
                .aliases
                .iter()
                .map(|it| format!("{} {} {}", it.name, it.matching, it.target))
                .collect(),
        )
    }
}

fn names(id: &str, what: &str) -> String {
    format!("#{what}-{id}-msg")
}

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
fn each_mistake_has_its_message_under_its_field_and_in_the_summary() {
    let long = "x".repeat(65);
    let cases: [(&str, &str, &str, &str); 8] = [
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
            &long,
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
    ];
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

#[test]
fn the_picker_page_brings_the_model_and_the_rest_of_the_draft_back() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let typed = ("n1", "Not Right", "prefix", "");

        let page = desk
            .sends_from(1, "/draft", "pick:n1", &[OPUS, typed], &[("q", "gpt-5.5")])
            .await
            .is(200)
            .page();
        let hidden: Vec<(String, String)> = select(&page, "form input[type=hidden]")
            .iter()
            .filter_map(|it| {
                Some((
                    it.value().attr("name")?.to_owned(),
                    it.value().attr("value")?.to_owned(),
                ))
            })
            .collect();
        assert!(select(&page, "input[type=radio]").len() > 1);

        let mut fields: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.extend([("model", "openai/gpt-5.5"), ("op", "use:n1")]);
        let page = desk.who.post_form(&desk.url("/draft"), &fields).await.is(200).page();
        assert_eq!(
            rows(&page)[1],
            ["n1", "Not Right", "prefix", "openai/gpt-5.5"].map(str::to_owned)
        );
        assert_eq!(rows(&page)[0][1], OPUS.1);
    });
}

#[test]
fn search_answers_options_that_name_themselves() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let id = desk.key.key().id;

        let answer = desk
            .who
            .get(&format!("/catalog/search?q=opus+4-8&for=target-a2&key={id}"))
            .await
            .is(200)
            .page();
        let first = select(&answer, "[role=option]")[0];
        assert_eq!(first.value().attr("id"), Some("target-a2-o1"));
        assert!(
            words(&first).starts_with("anthropic/claude-opus-4-8 Claude Opus 4.8 1M $5"),
            "{}",
            words(&first)
        );
        assert_eq!(
            select(&answer, "[data-options]")[0].value().attr("data-say"),
            Some("1 model")
        );

        let none = desk
            .who
            .get(&format!("/catalog/search?q=foo+bar&for=x&key={id}"))
            .await
            .is(200)
            .page();
        assert_eq!(
            text(&none, "[data-foot]"),
            "No model matches \"foo bar\". Browse all 628."
        );
        let foreign = crossmodel::domain::ApiKeyId::new(seed::NOON, [9; 10]);
        desk.who
            .get(&format!("/catalog/search?q=x&for=x&key={foreign}"))
            .await
            .is(404);
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
