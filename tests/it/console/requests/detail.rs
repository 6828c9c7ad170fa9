//! The page of one request: its cost, its state, and whose it is.

use crossmodel::domain::{
    Attempt, CallState, Feature, PicoUsd, Price, RequestId, RequestUse, Role, Tokens, UsageRecord,
};

use super::super::aliases::{Desk, select, text};
use super::super::spaced;
use super::{EVIL, names};
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;
use crate::harness::traffic::{failed, record};

#[test]
fn the_cost_is_laid_open_and_adds_up_exactly() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let usd = |text: &str| Some(text.parse::<PicoUsd>().expect("dollars"));
        let price = Price {
            prompt: usd("0.000003"),
            completion: usd("0.000015"),
            input_cache_read: usd("0.0000003"),
            ..Price::default()
        };
        let tokens = Tokens {
            prompt: 1_000,
            cache_read: 900,
            completion: 10,
            ..Tokens::default()
        };
        let call = UsageRecord {
            price: Some(price),
            tokens,
            cost: "0.00072".parse().expect("dollars"),
            held: "0.01".parse().expect("dollars"),
            ..desk.call(5)
        };
        desk.stores(std::slice::from_ref(&call)).await;

        let page = desk.page_of(&call).await;

        let lines: Vec<String> = select(&page, ".bill tbody tr").iter().map(spaced).collect();
        assert_eq!(
            lines,
            [
                "Input 100 $0.000003 $3 per M $0.0003",
                "Input read from a cache 900 $0.0000003 $0.30 per M $0.00027",
                "Output 10 $0.000015 $15 per M $0.00015",
            ]
        );
        assert_eq!(spaced(&select(&page, ".bill tfoot")[0]), "Charged $0.00072");
        let main = text(&page, "main");
        assert!(main.contains("The answer was finished, and charged.") && main.contains("The provider counted them."));
        assert!(
            main.contains("$0.01 before the call was sent; $0.00928 of it was free again afterwards."),
            "{main}"
        );
        assert!(main.contains(": $0.00072 for this request alone"), "{main}");
        assert!(text(&page, "h1") == "deepseek/deepseek-chat" && main.contains(&format!("req_cm_{}", call.id)));
    });
}

#[test]
fn every_state_and_every_source_is_explained() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let attempt = |status, error: Option<&str>| Attempt {
            provider: "openai".parse().expect("a provider"),
            model: "openai/gpt-5".into(),
            status,
            error: error.map(str::to_owned),
            took_ms: 1_500,
        };
        let attempts = vec![
            attempt(None, Some("connect_failed")),
            attempt(Some(502), Some("provider_error")),
        ];
        let released = UsageRecord {
            attempts,
            ..failed(desk.call(1), 502, "provider_error")
        };
        let unknown = UsageRecord {
            state: CallState::Unknown,
            cost: PicoUsd::ZERO,
            ..desk.call(2)
        };
        let partial = UsageRecord {
            state: CallState::Partial,
            source: crossmodel::domain::UsageSource::Estimated,
            ..desk.call(3)
        };
        desk.stores(&[released.clone(), unknown.clone(), partial.clone()]).await;

        let page = desk.page_of(&released).await;
        assert!(text(&page, "main").contains("What was held for it is free again, and nothing is charged."));
        assert!(text(&page, "main").contains("No entry: nothing was charged."));
        let tried: Vec<String> = select(&page, "section[aria-labelledby=attempts] tbody tr")
            .iter()
            .map(spaced)
            .collect();
        assert_eq!(
            tried,
            [
                "openai/gpt-5 openai no answer: connect_failed 1.5 s",
                "openai/gpt-5 openai 502 provider_error 1.5 s"
            ]
        );
        assert!(text(&desk.page_of(&unknown).await, "main").contains("Its usage is not known"));
        let page = text(&desk.page_of(&partial).await, "main");
        assert!(page.contains("charged as far as it went") && page.contains("Estimated by the gateway"));
    });
}

#[test]
fn each_change_is_explained_and_an_unknown_token_is_shown_as_it_is() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let adapted = UsageRecord {
            adapted: Some("developer_role, effort:minimal>low, dropped:seed, sung:aloud, answer:think_tags".into()),
            used: Some(RequestUse::of_size(100).with(Feature::Tools).with(Feature::SystemTurns)),
            ..desk.call(5)
        };
        desk.stores(&[adapted.clone(), desk.call(6)]).await;

        let page = desk.page_of(&adapted).await;

        let changes = "section[aria-labelledby=changes]";
        let tokens: Vec<String> = select(&page, &format!("{changes} dt")).iter().map(spaced).collect();
        assert_eq!(
            tokens,
            [
                "developer_role",
                "effort:minimal>low",
                "dropped:seed",
                "sung:aloud",
                "answer:think_tags"
            ]
        );
        let words: Vec<String> = select(&page, &format!("{changes} dd")).iter().map(spaced).collect();
        assert_eq!(
            words[0],
            "The role 'developer' became 'system': the model does not know it."
        );
        assert!(words[1].contains("'minimal'") && words[2].contains("'seed' was left out"));
        assert_eq!(words[3], "A change that this version has no words for.");
        assert!(words[4].contains("thoughts between tags"));
        assert!(text(&page, "section[aria-labelledby=facts]").contains("tools, instructions within the conversation"));
    });
}

#[test]
fn a_request_that_was_not_changed_has_no_word_of_changes() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let plain = UsageRecord {
            used: Some(RequestUse::of_size(100)),
            ..desk.call(5)
        };
        desk.stores(std::slice::from_ref(&plain)).await;

        let page = desk.page_of(&plain).await;

        assert!(select(&page, "section[aria-labelledby=changes]").is_empty());
        assert!(!text(&page, "section[aria-labelledby=facts]").contains("Used"));
    });
}

#[test]
fn an_evil_name_is_text_on_every_page_of_requests() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let evil = UsageRecord {
            requested: EVIL.into(),
            adapted: Some(EVIL.into()),
            agent: Some(EVIL.into()),
            ..failed(desk.call(5), 404, EVIL)
        };
        desk.stores(std::slice::from_ref(&evil)).await;
        let page = desk.page_of(&evil).await;
        assert_eq!(text(&page, "h1"), EVIL);
        assert!(select(&page, "main img").is_empty());
        let list = desk
            .who
            .get("/requests?name=%22%3E%3Cimg%20src%3Dx%20onerror%3D1%3E")
            .await
            .is(200)
            .page();
        assert!(select(&list, "main img").is_empty());
        assert_eq!(select(&list, "#name")[0].value().attr("value"), Some(EVIL));
        assert_eq!(select(&list, "table.requests tbody tr").len(), 1);
    });
}

#[test]
fn a_foreign_request_and_a_missing_one_give_the_same_answer() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let other = seed::account(desk.app.store(), "other").await;
        let (key, _) = seed::key(desk.app.store(), other.id, "theirs").await;
        let theirs = record(other.id, key.id, desk.app.clock().now());
        desk.stores(std::slice::from_ref(&theirs)).await;
        let missing = RequestId::floor(desk.app.clock().now());
        let strip = |reply: crate::harness::client::Reply| text(&reply.is(404).page(), "main h1");
        let foreign = strip(desk.who.get(&format!("/requests/{}", theirs.id)).await);
        assert_eq!(foreign, strip(desk.who.get(&format!("/requests/{missing}")).await));
        desk.who.get("/requests/nothing").await.is(404);
        assert_eq!(
            names(&desk.who, &format!("?key={}", key.id)).await,
            Vec::<String>::new()
        );
        assert_eq!(
            names(&desk.who, &format!("?account={}", other.id)).await,
            Vec::<String>::new()
        );
        assert!(
            !desk
                .who
                .get("/requests/export.csv")
                .await
                .is(200)
                .text()
                .contains(&theirs.id.to_string())
        );
        let admin = desk.app.someone(Role::Admin).await;
        admin.get(&format!("/requests/{}", theirs.id)).await.is(200);
    });
}
