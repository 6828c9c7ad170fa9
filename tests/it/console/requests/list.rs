//! The list: rows, filters, pages, and a search that stops.

use crossmodel::domain::{CallState, Role, UsageRecord};

use super::super::aliases::{Desk, select, text, words};
use super::{EVIL, names};
use crate::harness::database::Engine;
use crate::harness::store::on;
use crate::harness::traffic::{aliased, failed};

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
