//! The model picker: its page and its search.

use crossmodel::domain::Role;

use super::{Desk, OPUS, rows, select, text, words};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;

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
