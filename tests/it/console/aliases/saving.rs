//! Saving aliases: once, never over somebody else's change, and only by those who may.

use crossmodel::domain::{Alias, Role, Scope};
use crossmodel::store::Actor;

use super::{BASIC, Desk, OPUS, rows, select, text};
use crate::harness::app::TestApp;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

const MAYAS: &str = "maya@example.com";

/// Somebody else stores these aliases.
async fn maya_saves(desk: &Desk, aliases: &[Alias]) {
    let maya = Actor {
        person: None,
        name: MAYAS.into(),
    };
    let (store, id, version) = (desk.app.store(), desk.key.key().id, desk.stored().await.0);
    store
        .by(&maya, desk.app.clock().now())
        .aliases()
        .save(Scope::All, id, version, aliases)
        .await
        .expect("a save");
}

#[test]
fn a_save_says_when_it_is_live_and_can_be_undone() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let changed = [(BASIC.0, BASIC.1, BASIC.2, "openai/gpt-5.5"), OPUS];

        let answer = desk.sends("", "save", &changed).await.is(303);
        assert_eq!(answer.header("location"), desk.url(""));
        let page = desk.who.get(&desk.url("")).await.is(200).page();
        let line = text(&page, "#saved");
        assert!(
            line.starts_with("Saved. Live on every gateway by ") && line.ends_with('.'),
            "{line}"
        );
        assert!(text(&page, ".saved").contains("\"root\": \"openai/gpt-5.5\""));
        assert!(!text(&page, ".saved").contains(desk.key.secret()));
        assert_eq!(desk.stored().await.0, 2);

        let hidden: Vec<(String, String)> = select(&page, "#undo-form input")
            .iter()
            .filter_map(|it| {
                Some((
                    it.value().attr("name")?.to_owned(),
                    it.value().attr("value")?.to_owned(),
                ))
            })
            .collect();
        let mut fields: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.push(("op", "save"));
        desk.who.post_form(&desk.url(""), &fields).await.is(303);
        let (version, lines) = desk.stored().await;
        assert_eq!(
            (version, lines[0].as_str()),
            (3, "cross-model-basic exact deepseek/deepseek-chat")
        );

        assert!(
            select(&desk.who.get(&desk.url("")).await.page(), "#saved").len() == 1,
            "told once"
        );
        assert!(
            select(&desk.who.get(&desk.url("")).await.page(), "#saved").is_empty(),
            "and once only"
        );
    });
}

#[test]
fn saving_the_same_twice_makes_one_version() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let changed = [BASIC, ("a2", "claude-opus", "prefix", "openai/gpt-5.5")];
        let (one, two) = tokio::join!(desk.sends("", "save", &changed), desk.sends("", "save", &changed));
        one.is(303);
        two.is(303);
        assert_eq!(desk.stored().await.0, 2);
    });
}

#[test]
fn changes_of_different_aliases_are_merged_and_wait_for_a_save() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        maya_saves(
            &desk,
            &[seed::exact(BASIC.1, "openai/gpt-5.2"), seed::prefix(OPUS.1, OPUS.3)],
        )
        .await;

        let mine = [BASIC, ("a2", "claude-opus", "prefix", "openai/gpt-5.5")];
        let page = desk.sends("", "save", &mine).await.is(409).page();

        assert_eq!(
            text(&page, "#notice"),
            "Maya saved changes just now. We merged them with yours. Check and save."
        );
        let merged: Vec<String> = rows(&page).into_iter().map(|row| row[3].clone()).collect();
        assert_eq!(merged, ["openai/gpt-5.2", "openai/gpt-5.5"]);
        assert_eq!(text(&page, "#row-a1 .mark"), "Maya");
        assert_eq!(select(&page, "input[name=version]")[0].value().attr("value"), Some("2"));
        assert_eq!(desk.stored().await.0, 2, "nothing is stored yet");
    });
}

#[test]
fn two_changes_of_one_alias_are_a_question_with_nothing_chosen() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        maya_saves(
            &desk,
            &[seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, "openai/gpt-5.2")],
        )
        .await;
        let mine = [BASIC, ("a2", "claude-opus", "prefix", "openai/gpt-5.5")];

        let page = desk.sends("", "save", &mine).await.is(409).page();
        assert_eq!(
            text(&page, "#keep-a2"),
            "Keep mine: openai/gpt-5.5 Use Maya's: openai/gpt-5.2"
        );
        assert!(select(&page, "[type=radio][checked]").is_empty());

        // The question travels in the row, between its id and its name.
        let send = |keep: Option<&'static str>| {
            let mut fields = vec![("version", "2")];
            fields.extend([
                ("row[]", "a1"),
                ("name[]", BASIC.1),
                ("mode[]", BASIC.2),
                ("target[]", BASIC.3),
            ]);
            fields.extend([
                ("row[]", "a2"),
                ("conflict[]", "both"),
                ("name[]", OPUS.1),
                ("mode[]", OPUS.2),
            ]);
            fields.push(("target[]", "openai/gpt-5.5"));
            fields.extend(keep.map(|side| ("keep-a2", side)));
            fields.push(("op", "save"));
            let url = desk.url("");
            let who = &desk.who;
            async move { who.post_form(&url, &fields).await }
        };
        let page = send(None).await.is(422).page();
        assert_eq!(text(&page, "#summary li"), "Choose a version for claude-opus.");
        assert_eq!(desk.stored().await.0, 2);

        send(Some("theirs")).await.is(303);
        assert_eq!(
            desk.stored().await,
            (2, desk.stored().await.1),
            "theirs is what is stored already"
        );
        send(Some("mine")).await.is(303);
        let (version, lines) = desk.stored().await;
        assert_eq!((version, lines[1].as_str()), (3, "claude-opus prefix openai/gpt-5.5"));
    });
}

#[test]
fn what_the_other_side_removed_is_told_or_asked() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        maya_saves(&desk, &[]).await;

        let untouched = [BASIC, ("a2", "claude-opus", "prefix", "openai/gpt-5.5")];
        let page = desk.sends("", "save", &untouched).await.is(409).page();

        assert!(text(&page, "#notice").ends_with("Maya removed cross-model-basic."));
        assert_eq!(rows(&page).len(), 1);
        assert_eq!(
            text(&page, ".conflict"),
            "Keep mine: openai/gpt-5.5 Use Maya's: removed"
        );
    });
}

#[test]
fn the_same_change_by_somebody_else_counts_as_saved() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        maya_saves(&desk, &[seed::exact(BASIC.1, "openai/gpt-5.5")]).await;
        desk.sends("", "save", &[(BASIC.0, BASIC.1, BASIC.2, "openai/gpt-5.5")])
            .await
            .is(303);
        assert_eq!(desk.stored().await.0, 2);
    });
}

#[test]
fn a_key_that_is_gone_leaves_the_draft_to_copy() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let (app, id) = (&desk.app, desk.key.key().id);
        app.store()
            .by(&Actor::command_line(), app.clock().now())
            .api_keys()
            .delete(Scope::All, id)
            .await
            .expect("gone");

        let page = desk.sends("", "save", &[BASIC, OPUS]).await.is(404).page();

        assert!(text(&page, "#editor").contains("This key was deleted. Your aliases are below so you can copy them."));
        assert!(text(&page, "textarea").contains("claude-opus* = anthropic/claude-opus-4-8"));
    });
}

#[test]
fn a_viewer_tests_and_cannot_write() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;

        let page = desk.who.get(&desk.url("")).await.is(200).page();
        assert!(
            text(&page, ".notice")
                .contains("You can view and test these aliases. Ask an account admin to change them.")
        );
        assert!(select(&page, "#save, button#add, [data-remove]").is_empty());
        assert!(
            select(&page, "input[name='name[]'], input[name='target[]']")
                .iter()
                .all(|it| it.value().attr("readonly").is_some())
        );

        desk.sends("", "save", &[BASIC]).await.is(403);
        desk.sends("/draft", "remove:a1", &[BASIC]).await.is(403);
        let page = desk
            .sends_from(1, "/draft", "test", &[BASIC, OPUS], &[("test", "claude-opus-9")])
            .await
            .is(200)
            .page();
        assert!(text(&page, "#test-result").contains("anthropic/claude-opus-4-8"));
        desk.sends_from(1, "/resolve", "test", &[BASIC], &[("test", "x")])
            .await
            .is(200);
        assert_eq!(desk.stored().await.0, 1);
    });
}

#[test]
fn another_accounts_key_looks_like_none_at_all() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let owner = app.someone(Role::Owner).await;
        let other = seed::account(app.store(), "globex").await;
        let (foreign, _) = seed::key_with(
            app.store(),
            other.id,
            "theirs",
            vec![seed::exact("secret-name", BASIC.3)],
        )
        .await;
        let nobody = crossmodel::domain::ApiKeyId::new(seed::NOON, [7; 10]);
        let form = [
            ("version", "1"),
            ("row[]", "a1"),
            ("name[]", "x"),
            ("mode[]", "exact"),
            ("target[]", BASIC.3),
            ("op", "save"),
        ];

        for rest in ["", "/history", "/version?since=0"] {
            let theirs = owner.get(&format!("/keys/{}/aliases{rest}", foreign.id)).await.is(404);
            let missing = owner.get(&format!("/keys/{nobody}/aliases{rest}")).await.is(404);
            assert_eq!(theirs.text(), missing.text(), "{rest}");
        }
        for rest in ["", "/draft", "/resolve"] {
            let theirs = owner
                .post_form(&format!("/keys/{}/aliases{rest}", foreign.id), &form)
                .await
                .is(404);
            let missing = owner
                .post_form(&format!("/keys/{nobody}/aliases{rest}"), &form)
                .await
                .is(404);
            assert_eq!(theirs.text(), missing.text(), "{rest}");
            assert!(!theirs.text().contains("secret-name"));
        }
    });
}

#[test]
fn a_tab_that_comes_back_hears_of_a_change() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.who.get(&desk.url("/version?since=1")).await.is(204);
        maya_saves(&desk, &[]).await;
        let banner = desk.who.get(&desk.url("/version?since=1")).await.is(200);
        assert!(
            banner
                .text()
                .contains("Aliases changed in another tab or by someone else.")
        );
    });
}

#[test]
fn history_tells_each_save_and_restoring_only_fills_the_draft() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        maya_saves(&desk, &[seed::exact(BASIC.1, "openai/gpt-5.5")]).await;

        let page = desk.who.get(&desk.url("/history")).await.is(200).page();
        assert_eq!(text(&page, ".history li h2"), "Version 2 current");
        let changes = text(&page, ".history li .diff");
        assert!(
            changes.contains("changed cross-model-basic deepseek/deepseek-chat → openai/gpt-5.5"),
            "{changes}"
        );
        assert!(changes.contains("removed claude-opus"), "{changes}");

        let page = desk.who.get(&desk.url("?restore=1")).await.is(200).page();
        assert_eq!(text(&page, "#notice"), "Version 1 is filled in below. Not saved yet.");
        assert_eq!(rows(&page)[0][3], BASIC.3);
        assert_eq!(rows(&page)[1][1], OPUS.1);
        assert_eq!(desk.stored().await.0, 2);
    });
}

#[test]
fn the_address_can_bring_a_name_to_test_and_one_to_add() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk
            .who
            .get(&desk.url("?test=claude-opus-9&add=gpt-6"))
            .await
            .is(200)
            .page();
        assert_eq!(
            text(&page, "#test-result"),
            "claude-opus-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus)."
        );
        assert_eq!(rows(&page)[2][1], "gpt-6");
        assert_eq!(select(&page, "#target-n1[autofocus]").len(), 1);
    });
}
