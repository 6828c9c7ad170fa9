//! The usage page: figures, charts and tables that add up, links that lead on, and nobody else's numbers.

use std::time::Duration;

use crossmodel::domain::{PicoUsd, Role, UsageRecord};
use scraper::Html;

use super::aliases::{Desk, select};
use super::spaced as words;
use crate::harness::database::Engine;
use crate::harness::seed;
use crate::harness::store::on;
use crate::harness::traffic::{aliased, failed, record};

const EVIL: &str = "\"><img src=x onerror=1>";

/// Four calls of the key: two dear ones by an alias, one by a real id, one that failed under an evil name.
async fn used(desk: &Desk) -> Vec<UsageRecord> {
    let (account, key, now) = (desk.app.account().id, desk.key.key().id, desk.app.clock().now());
    let dear = UsageRecord {
        cost: "1.5".parse().expect("dollars"),
        ..record(account, key, now)
    };
    let dear = aliased(dear, "cross-model-basic", "openai/gpt-5-mini");
    let evil = UsageRecord {
        requested: EVIL.into(),
        ..failed(record(account, key, now), 404, "model_not_found")
    };
    let yesterday = now.minus(Duration::from_secs(86_400));
    let records = vec![
        UsageRecord {
            id: crossmodel::domain::RequestId::new(yesterday, crossmodel::random::bytes()),
            at: yesterday,
            ..dear.clone()
        },
        dear,
        UsageRecord {
            cost: "1".parse().expect("dollars"),
            ..record(account, key, now)
        },
        evil,
    ];
    desk.app.store().usage().append(&records).await.expect("the store");
    records
}

fn text(page: &Html, selector: &str) -> String {
    words(
        select(page, selector)
            .first()
            .unwrap_or_else(|| panic!("no {selector} in {}", page.html())),
    )
}

fn rows(page: &Html, table: &str) -> Vec<String> {
    select(page, &format!("#{table} tbody tr")).iter().map(words).collect()
}

#[test]
fn an_account_that_used_nothing_is_told_what_will_be_here() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        let page = desk.who.get("/usage").await.is(200).page();

        assert_eq!(text(&page, ".empty h2"), "Nothing was used in these days");
        assert!(text(&page, ".empty pre").contains("/v1/chat/completions"));
        assert_eq!(text(&page, ".nav [aria-current=page]"), "Usage");
        let links: Vec<String> = select(&page, "nav.wide .nav a").iter().map(words).collect();
        assert_eq!(links[..4], ["API keys", "Models", "Usage", "Requests"]);
        let none = desk.who.get("/usage?model=no%2Fsuch").await.is(200).page();
        assert!(text(&none, ".empty h2").starts_with("Nothing of this kind was used"));
    });
}

#[test]
fn the_figures_the_charts_and_the_tables_say_the_same() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        used(&desk).await;
        let page = desk.who.get("/usage?days=7").await.is(200).page();

        let figures: Vec<String> = select(&page, ".figures > div").iter().map(words).collect();
        assert_eq!(figures[0], "Cost $4.00 $1.00 a request");
        assert_eq!(figures[1..3], ["Requests 4 1 failed", "Answered 75% status below 400"]);
        assert_eq!(
            figures[3..],
            [
                "Tokens in 300 300",
                "Tokens out 60 60",
                "Cached 40% of tokens in, read from a cache"
            ]
        );

        let chart = select(&page, ".chart svg[role=img]")[0];
        let label = chart.value().attr("aria-label").unwrap_or_default();
        assert_eq!(chart.value().attr("role"), Some("img"));
        assert!(label.contains("$4.00 in all, at most $2.50 on "), "{label}");
        assert!(
            label.ends_with("The largest parts: openai/gpt-5-mini with 75%, deepseek/deepseek-chat with 25%."),
            "{label}"
        );
        assert_eq!(select(&page, ".chart:first-child .bar").len(), 7);
        assert_eq!(select(&page, ".chart:first-child .part").len(), 3);
        let days: Vec<String> = select(&page, ".chart:first-child .figures-of-days tbody tr")
            .iter()
            .map(words)
            .collect();
        assert!(days[0].ends_with("$2.50 $1.50 $1.00") && days[1].ends_with("$1.50 $1.50 $0.00") && days.len() == 7);
        assert!(!page.html().contains("style="), "the policy forbids it");

        assert_eq!(rows(&page, "keys"), ["laptop $4.00 100% 4 360"]);
        let models = [
            "openai/gpt-5-mini $3.00 75% 2 240",
            "deepseek/deepseek-chat $1.00 25% 2 120",
        ];
        assert_eq!(rows(&page, "models"), models);
        assert_eq!(
            rows(&page, "providers"),
            ["openai $3.00 75% 2 240", "deepseek $1.00 25% 2 120"]
        );
        let names = rows(&page, "names");
        assert_eq!(names[0], "cross-model-basic alias cross-model-basic $3.00 75% 2 240");
        assert_eq!(
            names[2],
            format!("{EVIL} no alias $0.00 0% 1 0"),
            "an evil name is text"
        );
        assert!(select(&page, "main img").is_empty());
    });
}

#[test]
fn a_row_leads_to_its_requests() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        used(&desk).await;
        let page = desk.who.get("/usage?days=7").await.is(200).page();
        for (table, row, many) in [
            ("keys", 0, 4),
            ("names", 0, 2),
            ("names", 2, 1),
            ("models", 1, 2),
            ("providers", 0, 2),
        ] {
            let links = select(&page, &format!("#{table} tbody th a"));
            let list = desk
                .who
                .get(links[row].value().attr("href").expect("a link"))
                .await
                .is(200)
                .page();
            assert_eq!(select(&list, "table.requests tbody tr").len(), many, "{table} {row}");
        }
    });
}

#[test]
fn the_cost_is_split_and_narrowed_as_asked() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        used(&desk).await;
        let legend = |page: &Html| -> Vec<String> {
            select(page, ".chart:first-child .legend li")
                .iter()
                .map(words)
                .collect()
        };
        for (by, first) in [
            ("provider", "openai $3.00 75%"),
            ("alias", "cross-model-basic by cross-model-basic $3.00 75%"),
            ("key", "laptop $4.00 100%"),
        ] {
            let page = desk.who.get(&format!("/usage?by={by}")).await.is(200).page();
            assert_eq!(legend(&page)[0], first);
        }
        let page = desk
            .who
            .get("/usage?model=openai%2Fgpt-5-mini&days=90")
            .await
            .is(200)
            .page();
        assert!(text(&page, ".figures").starts_with("Cost $3.00"));
        let chip = select(&page, ".only a")[0];
        assert_eq!(chip.value().attr("href"), Some("/usage?days=90"));
        assert_eq!(
            select(&page, "input[type=hidden][name=model]")[0].value().attr("value"),
            Some("openai/gpt-5-mini")
        );
    });
}

#[test]
fn six_series_stand_for_themselves_and_the_rest_is_one() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let (account, key, now) = (desk.app.account().id, desk.key.key().id, desk.app.clock().now());
        let call = |n: i64| UsageRecord {
            model: format!("lab/m{n}"),
            cost: PicoUsd::from_pico((10 - n) * 1_000_000_000_000),
            ..record(account, key, now)
        };
        desk.app
            .store()
            .usage()
            .append(&(0..9).map(call).collect::<Vec<_>>())
            .await
            .expect("the store");
        for by in ["model", "alias"] {
            let page = desk.who.get(&format!("/usage?by={by}")).await.is(200).page();
            let legend: Vec<String> = select(&page, ".chart:first-child .legend li")
                .iter()
                .map(words)
                .collect();
            match by {
                "model" => {
                    assert_eq!(
                        (legend.len(), legend[0].as_str(), legend[6].as_str()),
                        (7, "lab/m0 $10.00 18.5%", "Everything else $9.00 16.7%")
                    );
                    assert_eq!(select(&page, ".chart:first-child .part").len(), 7);
                }
                _ => assert_eq!(legend, ["deepseek/deepseek-chat $54.00 100%"]),
            }
        }
    });
}

#[test]
fn another_accounts_usage_is_not_there_and_an_admin_sees_all() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        used(&desk).await;
        let other = seed::account(desk.app.store(), "other").await;
        let (key, _) = seed::key(desk.app.store(), other.id, "theirs").await;
        let now = desk.app.clock().now();
        let theirs = UsageRecord {
            cost: "6".parse().expect("dollars"),
            ..record(other.id, key.id, now)
        };
        desk.app.store().usage().append(&[theirs]).await.expect("the store");

        for query in [
            format!("key={}", key.id),
            "key=0199d9a0-0000-7000-8000-000000000000".to_owned(),
        ] {
            let page = desk.who.get(&format!("/usage?{query}")).await.is(200).page();
            assert!(text(&page, ".empty h2").starts_with("Nothing of this kind"), "{query}");
        }
        let page = desk
            .who
            .get(&format!("/usage?account={}", other.id))
            .await
            .is(200)
            .page();
        assert!(
            text(&page, ".figures").starts_with("Cost $4.00"),
            "an owner cannot choose an account"
        );
        assert!(
            !desk
                .who
                .get("/usage/export.csv")
                .await
                .is(200)
                .text()
                .contains("theirs")
        );

        let admin = desk.app.someone(Role::Admin).await;
        let page = admin.get("/usage?by=account").await.is(200).page();
        assert_eq!(rows(&page, "accounts")[0], "other $6.00 60% 1 120");
        assert!(rows(&page, "keys")[0].starts_with("theirs other $6.00"));
        let filtered = admin.get("/usage?provider=openai").await.is(200).page();
        assert!(
            select(&filtered, "#keys").is_empty() && filtered.html().contains("Choose an account to see its keys.")
        );
        let one = admin.get(&format!("/usage?account={}", other.id)).await.is(200).page();
        assert_eq!(rows(&one, "keys"), ["theirs other $6.00 100% 1 120"]);
    });
}

#[test]
fn the_file_has_a_line_for_every_day_key_name_and_model_and_no_formula() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let records = used(&desk).await;
        let evil = UsageRecord {
            requested: "=1+1".into(),
            ..record(records[0].account, records[0].key, records[1].at)
        };
        desk.app.store().usage().append(&[evil]).await.expect("the store");

        let file = desk.who.get("/usage/export.csv?days=7").await.is(200);

        assert!(file.header("content-type").starts_with("text/csv"));
        assert_eq!(
            file.header("content-disposition"),
            "attachment; filename=\"crossmodel-usage.csv\""
        );
        let lines: Vec<&str> = file.text().lines().collect();
        assert!(lines[0].starts_with("day,account,key_id,key,requested,alias,model,provider,requests"));
        assert_eq!(lines.len(), 6);
        assert!(
            lines[1]
                .ends_with(",laptop,cross-model-basic,cross-model-basic,openai/gpt-5-mini,openai,1,1,100,40,20,1.5")
        );
        assert!(lines.iter().any(|line| line.contains(",'=1+1,")) && !file.text().contains(",=1+1"));
    });
}
