//! *Connect a client*: the settings of a key's own names, and what is missing for each client.

use crossmodel::domain::Role;
use scraper::{ElementRef, Html};

use super::aliases::{Desk, select, text, words};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

impl Desk {
    async fn connect(&self, query: &str) -> Html {
        self.who
            .get(&format!("/keys/{}/connect{query}", self.key.key().id))
            .await
            .is(200)
            .page()
    }
}

fn code(page: &Html, id: &str) -> String {
    select(page, &format!("#code-{id}"))[0].text().collect()
}

fn href(link: &ElementRef<'_>) -> String {
    link.value().attr("href").unwrap_or_default().to_owned()
}

#[test]
fn settings_have_this_installation_and_the_keys_own_names_in_them() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk.connect("").await;

        let base = format!("{}/v1", desk.app.url());
        assert!(code(&page, "claude-code-1").contains(&format!("ANTHROPIC_BASE_URL=\"{}\"\n", desk.app.url())));
        let codex = code(&page, "codex-1");
        assert!(codex.contains("model = \"cross-model-basic\"") && codex.contains(&format!("base_url = \"{base}\"")));
        assert!(codex.contains("wire_api = \"responses\"") && codex.contains("env_key = \"CROSSMODEL_API_KEY\""));
        assert!(code(&page, "opencode-1").contains("crossmodel/cross-model-basic"));
        assert!(
            !page.html().contains(desk.key.secret()),
            "a secret is never shown again"
        );
        let clients: Vec<String> = select(&page, ".tabs details")
            .iter()
            .filter_map(|it| Some(it.value().attr("id")?.to_owned()))
            .collect();
        assert_eq!(
            clients,
            [
                "claude-code",
                "codex",
                "opencode",
                "aider",
                "continue",
                "cursor",
                "open-webui",
                "openai-python",
                "openai-node",
                "anthropic-python",
                "anthropic-typescript",
                "curl"
            ]
        );

        // Another of its names, and another client unfolded.
        let page = desk.connect("?model=claude-opus-4-8&client=aider").await;
        assert!(code(&page, "aider-1").contains("--model openai/claude-opus-4-8"));
        assert_eq!(
            select(&page, ".tabs details[open]")[0].value().attr("id"),
            Some("aider")
        );
        // What is not a name of the key is not taken over.
        let page = desk.connect("?model=%22%3E%3Cscript%3E").await;
        assert!(code(&page, "aider-1").contains("openai/cross-model-basic"));
    });
}

#[test]
fn a_name_that_a_client_insists_on_is_caught_or_can_be_added() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let page = desk.connect("").await;

        let asks: Vec<String> = select(&page, "#claude-code .asks li").iter().map(words).collect();
        assert!(
            asks[0]
                .contains("runs anthropic/claude-opus-4-8 by your alias claude-opus*, which answers with the real id"),
            "{}",
            asks[0]
        );
        assert!(
            asks[1].contains("no alias of this key catches it: requests fail."),
            "{}",
            asks[1]
        );
        assert!(text(&page, "#claude-code summary").ends_with("2 names need an alias"));

        let link = href(&select(&page, "#claude-code .asks li a")[0]);
        assert_eq!(
            link,
            desk.url("?add=claude-&match=prefix&keep_name=true&test=claude-sonnet-5")
        );
        let editor = desk.who.get(&link).await.is(200).page();
        assert_eq!(select(&editor, "#name-n1")[0].value().attr("value"), Some("claude-"));
        assert_eq!(
            select(&editor, "#mode-n1 option[selected]")[0].value().attr("value"),
            Some("prefix")
        );
        assert_eq!(
            select(&editor, "#keep-name-n1[checked]").len(),
            1,
            "Claude Code wants its own name back"
        );
        assert!(select(&editor, "#target-n1[autofocus]").len() == 1);

        // With it there, nothing is missing, and it is not added twice.
        let row = [
            super::aliases::BASIC,
            super::aliases::OPUS,
            ("n1", "claude-", "prefix", "openai/gpt-5.5"),
        ];
        desk.sends("", "save", &row).await.is(303);
        let page = desk.connect("").await;
        assert!(select(&page, "#claude-code .chip").is_empty() && select(&page, "#claude-code .asks a").is_empty());
        let editor = desk.who.get(&link).await.is(200).page();
        assert_eq!(select(&editor, "li[data-row]").len(), 3);
    });
}

#[test]
fn a_viewer_is_shown_what_is_missing_and_no_way_to_change_it() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        let page = desk.connect("").await;
        assert!(text(&page, "#claude-code summary").ends_with("2 names need an alias"));
        assert!(select(&page, ".asks a").is_empty());
    });
}

#[test]
fn a_key_of_another_account_has_no_such_page() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let other = seed::account(desk.app.store(), "other").await;
        let (key, _) = seed::key(desk.app.store(), other.id, "theirs").await;
        desk.who.get(&format!("/keys/{}/connect", key.id)).await.is(404);
        desk.who.get("/keys/nothing/connect").await.is(404);
    });
}

#[test]
fn a_new_keys_page_has_the_secret_in_the_settings() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let answer = desk
            .who
            .post_form("/keys", &[("name", "fresh"), ("expires", "90")])
            .await
            .is(303);
        let page = desk.who.get(answer.header("location")).await.is(200).page();

        let secret = select(&page, "#secret")[0]
            .value()
            .attr("value")
            .unwrap_or_default()
            .to_owned();
        assert!(secret.starts_with("cm-"));
        for id in ["key", "claude-code-1", "cursor-1", "openai-python-1", "curl-1"] {
            assert!(code(&page, id).contains(&secret), "{id}");
        }
        assert!(
            select(&page, ".asks a").is_empty(),
            "no way to leave before the secret is copied"
        );
    });
}
