//! The list of requests and the page of one: what is shown, the arithmetic, why the model ran, and nobody else's.

use std::time::Duration;

use crossmodel::domain::{
    Attempt, CallState, Match, PicoUsd, Price, RequestId, Role, Scope, Timestamp, Tokens, UsageRecord,
};
use crossmodel::store::Actor;
use scraper::Html;

use super::aliases::{BASIC, Desk, OPUS, select, text, words};
use super::spaced;
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;
use crate::harness::traffic::{aliased, failed, record};

const EVIL: &str = "\"><img src=x onerror=1>";

impl Desk {
    fn call(&self, ago: u64) -> UsageRecord {
        let at = self.app.clock().now().minus(Duration::from_secs(ago));
        record(self.app.account().id, self.key.key().id, at)
    }

    async fn stores(&self, records: &[UsageRecord]) {
        self.app.store().usage().append(records).await.expect("the store");
    }

    async fn saves(&self, base: i64, aliases: &[crossmodel::domain::Alias], at: Timestamp) {
        let by = Actor {
            person: None,
            name: "maya@example.com".into(),
        };
        let saved = self
            .app
            .store()
            .aliases()
            .save(Scope::All, self.key.key().id, base, aliases, &by, at)
            .await;
        saved.expect("the store");
    }

    async fn page_of(&self, record: &UsageRecord) -> Html {
        self.who.get(&format!("/requests/{}", record.id)).await.is(200).page()
    }
}

async fn names(who: &Client, query: &str) -> Vec<String> {
    let page = who.get(&format!("/requests{query}")).await.is(200).page();
    select(&page, "table.requests th[scope=row] a")
        .iter()
        .map(words)
        .collect()
}

#[test]
fn an_account_without_requests_is_told_what_will_be_here() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        let page = desk.who.get("/requests").await.is(200).page();
        assert_eq!(text(&page, ".empty h2"), "No requests yet");
        assert_eq!(text(&page, ".nav [aria-current=page]"), "Requests");
        let none = desk.who.get("/requests?name=x").await.is(200).page();
        assert_eq!(text(&none, ".empty h2"), "No requests match these filters.");
    });
}

#[test]
fn a_row_says_what_was_asked_for_what_ran_and_how_it_ended() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let cut = UsageRecord {
            state: CallState::Partial,
            requested: EVIL.into(),
            ..desk.call(1)
        };
        let lost = UsageRecord {
            state: CallState::Unknown,
            status: 500,
            ..desk.call(3)
        };
        let by_alias = aliased(desk.call(4), "cross-model-basic", "openai/gpt-5-mini");
        desk.stores(&[by_alias, lost, failed(desk.call(2), 502, "provider_error"), cut])
            .await;

        let page = desk.who.get("/requests").await.is(200).page();

        let rows: Vec<String> = select(&page, "table.requests tbody tr").iter().map(words).collect();
        assert!(rows[0].starts_with(EVIL), "{}", rows[0]);
        assert!(select(&page, "main img").is_empty());
        assert!(
            rows[3].starts_with("cross-model-basic→ alias cross-model-basic → openai/gpt-5-mini · openai just now curl/8 laptop 100 in 20 out $0.000001 900 ms first 120 ms 200"),
            "{}",
            rows[3]
        );
        let endings: Vec<String> = select(&page, "td .ended").iter().map(words).collect();
        assert_eq!(endings, ["200, cut short", "502 provider_error", "Unknown", "200"]);
        assert_eq!(
            select(&page, "td .chip.ok .dot.ring").len(),
            0,
            "a whole answer has a full dot"
        );
        assert_eq!(select(&page, "td .chip:not(.ok) .dot.ring").len(), 3);
    });
}

#[test]
fn the_list_filters_by_what_the_address_says() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let key = desk.key.key().id;
        let named = |name: &str, ago| UsageRecord {
            requested: name.into(),
            ..desk.call(ago)
        };
        desk.stores(&[
            named("gpt-5", 40),
            named("gpt-5-mini", 30),
            failed(named("other", 20), 429, "rate_limit_exceeded"),
            aliased(desk.call(10), "cross-model-basic", "openai/gpt-5-mini"),
        ])
        .await;
        let cases = [
            ("?name=gpt-5", vec!["gpt-5"]),
            ("?name=gpt-5&match=prefix", vec!["gpt-5-mini", "gpt-5"]),
            ("?status=failed", vec!["other"]),
            ("?status=4xx", vec!["other"]),
            ("?status=429", vec!["other"]),
            ("?status=5xx", vec![]),
            ("?alias=cross-model-basic", vec!["cross-model-basic"]),
            ("?alias=(none)&status=ok", vec!["gpt-5-mini", "gpt-5"]),
            ("?model=openai/gpt-5-mini", vec!["cross-model-basic"]),
            ("?provider=openai", vec!["cross-model-basic"]),
            ("?state=released", vec!["other"]),
            ("?to=2020-01-01", vec![]),
        ];
        for (query, expected) in cases {
            assert_eq!(names(&desk.who, query).await, expected, "{query}");
        }
        assert_eq!(names(&desk.who, &format!("?key={key}")).await.len(), 4);
        let page = desk.who.get("/requests?status=429&alias=x").await.is(200).page();
        assert_eq!(
            select(&page, "#status option[selected]")[0].value().attr("value"),
            Some("429")
        );
        assert_eq!(select(&page, "details.more[open]").len(), 1, "a filter in use is seen");
    });
}

#[test]
fn the_list_goes_on_page_by_page_without_a_gap() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let records: Vec<UsageRecord> = (0..120)
            .map(|n| UsageRecord {
                requested: format!("n{n}"),
                ..desk.call(10 + n)
            })
            .collect();
        desk.stores(&records).await;
        let (mut at, mut seen) = ("/requests?status=ok".to_owned(), Vec::new());
        loop {
            let page = desk.who.get(&at).await.is(200).page();
            seen.extend(select(&page, "table.requests th[scope=row] a").iter().map(words));
            match select(&page, "a[rel=next]").first() {
                Some(next) => next.value().attr("href").unwrap_or_default().clone_into(&mut at),
                None => break,
            }
        }
        assert_eq!(seen, (0..120).map(|n| format!("n{n}")).collect::<Vec<_>>());
    });
}

#[test]
fn a_search_that_stops_offers_to_go_on() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let mut records: Vec<UsageRecord> = (0..6_500).map(|n| desk.call(10 + n)).collect();
        records[6_400].state = CallState::Unknown;
        desk.stores(&records).await;

        let page = desk.who.get("/requests?state=unknown").await.is(200).page();
        assert!(text(&page, ".empty h2").starts_with("None found back to "));
        let further = select(&page, ".empty a.primary")[0]
            .value()
            .attr("href")
            .expect("a link")
            .to_owned();
        let page = desk.who.get(&further).await.is(200).page();
        let link = select(&page, "table.requests th a")[0]
            .value()
            .attr("href")
            .map(str::to_owned);
        assert_eq!(link, Some(format!("/requests/{}", records[6_400].id)));
    });
}

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
        assert!(text(&desk.page_of(&unknown).await, "main").contains("Nobody knows what was used"));
        let page = text(&desk.page_of(&partial).await, "main");
        assert!(page.contains("charged as far as it went") && page.contains("Estimated by the gateway"));
    });
}

#[test]
fn the_model_is_explained_by_the_rules_of_that_moment_and_todays_stand_beside() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let now = desk.app.clock().now();
        let opus = UsageRecord {
            requested: "claude-opus-4-9".into(),
            alias: Some(("claude-opus".parse().expect("a name"), Match::Prefix)),
            model: OPUS.3.into(),
            ..desk.call(3_600)
        };
        desk.stores(std::slice::from_ref(&opus)).await;

        let page = desk.page_of(&opus).await;
        let why = text(&page, "section[aria-labelledby=why]");
        assert!(why.contains("claude-opus-4-9 was caught by the prefix alias claude-opus, which pointed at anthropic/claude-opus-4-8."), "{why}");
        assert!(
            why.contains("Answered with the rules of v1, saved 22 Nov 2026, 12:00:00 UTC by "),
            "{why}"
        );
        assert!(
            why.contains("WINS") && why.contains("which send it the same way"),
            "{why}"
        );
        assert!(select(&page, ".today").is_empty());

        // Pointed elsewhere half an hour ago: that request is still told by the rules of its own time.
        let elsewhere = [seed::exact(BASIC.1, BASIC.3), seed::prefix(OPUS.1, "openai/gpt-5.5")];
        desk.saves(1, &elsewhere, now.minus(Duration::from_secs(1_800))).await;
        let page = desk.page_of(&opus).await;
        assert!(text(&page, "section[aria-labelledby=why]").contains("Answered with the rules of v1, saved"));
        assert!(text(&page, ".today").starts_with("Today it would go to openai/gpt-5.5 (prefix claude-opus)."));
        let link = select(&page, ".today a")[0]
            .value()
            .attr("href")
            .expect("a link")
            .to_owned();
        assert_eq!(link, desk.url("?test=claude-opus-4-9"));
        desk.who.get(&link).await.is(200);

        // A gateway that had not heard of the save yet answered by the version before it.
        let at = now.minus(Duration::from_secs(1_799));
        let late = UsageRecord {
            id: RequestId::new(at, crossmodel::random::bytes()),
            at,
            ..opus.clone()
        };
        let new = UsageRecord {
            model: "openai/gpt-5.5".into(),
            ..UsageRecord {
                id: RequestId::new(now, crossmodel::random::bytes()),
                at: now,
                ..opus.clone()
            }
        };
        desk.stores(&[late.clone(), new.clone()]).await;
        assert!(text(&desk.page_of(&late).await, "section[aria-labelledby=why]").contains("the rules of v1,"));
        assert!(text(&desk.page_of(&new).await, "section[aria-labelledby=why]").contains("the rules of v2,"));
    });
}

#[test]
fn a_request_outlives_its_key() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let call = aliased(desk.call(10), BASIC.1, BASIC.3);
        desk.stores(std::slice::from_ref(&call)).await;
        let by = Actor::command_line();
        desk.app
            .store()
            .api_keys()
            .delete(Scope::All, call.key, &by, desk.app.clock().now())
            .await
            .expect("the store");

        let page = desk.page_of(&call).await;
        assert_eq!(text(&page, ".today"), "Today it would be refused: the key was deleted.");
        assert!(text(&page, "section[aria-labelledby=why]").contains("the rules of v1"));
        assert!(select(&page, &format!("a[href='/keys/{}']", call.key)).is_empty());
        assert_eq!(names(&desk.who, "").await, [BASIC.1]);
    });
}

#[test]
fn an_evil_name_is_text_on_every_page_of_requests() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let evil = UsageRecord {
            requested: EVIL.into(),
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

#[test]
fn the_file_has_the_selection_and_no_formula() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let formula = UsageRecord {
            requested: "=cmd".into(),
            ..desk.call(5)
        };
        let many: Vec<UsageRecord> = (0..1_200).map(|n| desk.call(10 + n)).collect();
        desk.stores(&[many, vec![formula, failed(desk.call(3), 502, "provider_error")]].concat())
            .await;

        let file = desk.who.get("/requests/export.csv?status=ok").await.is(200);

        let lines: Vec<&str> = file.text().lines().collect();
        assert_eq!(lines.len(), 1_202);
        assert!(lines[0].starts_with("id,time,account_id,key_id,key,requested"));
        assert!(lines[1].contains(",'=cmd,") && !file.text().contains(",=cmd"));
        let page = desk.who.get("/requests?status=ok").await.is(200).page();
        assert!(text(&page, ".under").contains("up to the newest 100,000 of this selection"));
    });
}
