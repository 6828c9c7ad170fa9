//! Limits of keys: on the list, on a key's own page, and on the form that makes one.

use crossmodel::domain::{Access, ApiKeyId, KeyStatus, Limits, Period, Role, Scope, SpendLimit};
use scraper::{ElementRef, Html, Selector};

use crate::console::rows;
use crate::harness::app::TestApp;
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::seed::NOON;
use crate::harness::spending::spends;
use crate::harness::store::{TestStore, on};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn text(page: &Html, selector: &str) -> String {
    let found = select(page, selector);
    let first = found.first().unwrap_or_else(|| panic!("no {selector}"));
    first
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

async fn owner(store: TestStore) -> (TestApp, Client, ApiKeyId) {
    let app = TestApp::start(store).await;
    let owner = app.someone(Role::Owner).await;
    let key = app.operator().creates_key("laptop").await.key().id;
    (app, owner, key)
}

async fn limited(app: &TestApp, key: ApiKeyId, usd: &str, period: Period) {
    let spend = Some(SpendLimit {
        amount: usd.parse().expect("an amount"),
        period,
    });
    let limits = Limits { spend, ..Limits::NONE };
    assert!(
        app.store()
            .at_noon()
            .api_keys()
            .set_limits(Scope::All, key, limits)
            .await
            .expect("an answer")
    );
}

async fn stored(app: &TestApp, key: ApiKeyId) -> crossmodel::domain::ApiKey {
    app.store()
        .api_keys()
        .get(Scope::All, key)
        .await
        .expect("an answer")
        .expect("the key")
}

both_engines!(the_list_shows_what_is_used_of_a_limit, |store| {
    let (app, owner, key) = owner(store).await;
    let (account, now) = (app.account().id, app.clock().now());
    spends(app.store(), account, key, now, "4.1").await;
    let cell = "td[data-l='Spend / limit']";
    assert_eq!(text(&owner.get("/keys").await.page(), cell), "$4.10 / none");

    limited(&app, key, "20", Period::Week).await;
    let page = owner.get("/keys").await.page();
    assert!(text(&page, cell).starts_with("$4.10 / $20 this week"));
    let meter = select(&page, &format!("{cell} meter"))[0];
    assert_eq!((meter.attr("value"), meter.attr("max")), (Some("4.1"), Some("20")));
    assert!(select(&page, ".reached").is_empty());

    limited(&app, key, "4.1", Period::Month).await;
    let page = owner.get("/keys").await.page();
    let end = Period::Month.end(now).expect("an end");
    let end = jiff::Timestamp::from_millisecond(end.millis())
        .unwrap()
        .strftime("%-d %b %Y")
        .to_string();
    assert_eq!(
        text(&page, "table.keys th .reached"),
        format!("Limit reached, requests are refused until {end}")
    );
    limited(&app, key, "0", Period::Total).await;
    let page = owner.get("/keys").await.page();
    assert_eq!(
        text(&page, "table.keys th .reached"),
        "Limit reached, requests are refused until it is raised"
    );
    assert!(select(&page, &format!("{cell} meter")).is_empty());
});

both_engines!(limits_are_changed_on_the_keys_page, |store| {
    let (app, owner, key) = owner(store).await;
    let at = format!("/keys/{key}");
    let page = owner.get(&at).await.is(200).page();
    assert!(text(&page, "[aria-labelledby=limits]").contains("SpendNo limit RateNo limit ModelsAny model"));

    let fields = [
        ("rpm", "600"),
        ("tpm", "2,000,000"),
        ("per", "month"),
        ("amount", "$20.50"),
    ];
    owner.post_form(&format!("{at}/limits"), &fields).await.is(303);

    let page = owner.get(&at).await.is(200).page();
    assert!(text(&page, ".toast").starts_with("Limits of laptop saved."));
    let limits = text(&page, "[aria-labelledby=limits] dl");
    assert!(
        limits.contains("$0.00 / $20.50 this month") && limits.contains("Starts again in "),
        "{limits}"
    );
    assert!(
        limits.contains("600 requests and 2,000,000 tokens a minute"),
        "{limits}"
    );
    assert_eq!(select(&page, "#per option[selected]")[0].attr("value"), Some("month"));
    assert_eq!(select(&page, "#amount")[0].attr("value"), Some("20.5"));
    let spend = Some(SpendLimit {
        amount: "20.5".parse().unwrap(),
        period: Period::Month,
    });
    let limits = Limits {
        requests_per_minute: Some(600),
        tokens_per_minute: Some(2_000_000),
        spend,
    };
    assert_eq!(stored(&app, key).await.limits, limits);

    owner
        .post_form(&format!("{at}/limits"), &[("per", "none"), ("amount", "20.5")])
        .await
        .is(303);
    assert_eq!(stored(&app, key).await.limits, Limits::NONE);
});

both_engines!(models_and_addresses_are_changed_on_the_keys_page, |store| {
    let (app, owner, key) = owner(store).await;
    let path = format!("/keys/{key}/access");

    let models = "deepseek/deepseek-chat\r\n\r\nopenai/gpt-5.5\r\n";
    let fields = [
        ("which", "some"),
        ("models", models),
        ("addresses", "10.1.2.3/8\r\n192.0.2.7"),
    ];
    owner.post_form(&path, &fields).await.is(303);

    let page = owner.get(&format!("/keys/{key}")).await.is(200).page();
    let limits = text(&page, "[aria-labelledby=limits] dl");
    assert!(limits.contains("deepseek/deepseek-chatopenai/gpt-5.5"), "{limits}");
    assert!(limits.contains("10.0.0.0/8192.0.2.7/32"), "{limits}");
    assert_eq!(text(&page, "#models"), "deepseek/deepseek-chat openai/gpt-5.5");
    assert_eq!(stored(&app, key).await.allowed_addresses.len(), 2);
    owner
        .post_form(&path, &[("which", "any"), ("models", models), ("addresses", "")])
        .await
        .is(303);
    let key = stored(&app, key).await;
    assert_eq!((key.allowed_models, key.allowed_addresses.len()), (None, 0));
});

#[test]
fn what_cannot_be_a_limit_is_refused_beside_its_field_and_kept() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner, key) = owner(store).await;
        let before = rows(&app).await;
        let refused = async |form: &str, fields: &[(&str, &str)], id: &str, message: &str| {
            let page = owner
                .post_form(&format!("/keys/{key}/{form}"), fields)
                .await
                .is(422)
                .page();
            let said = text(&page, &format!("#{id}-error"));
            assert!(said.contains(message), "{said}");
            assert_eq!(select(&page, ".error").len(), 1);
            page
        };
        let spend = [("per", "none"), ("amount", "")];
        let page = refused(
            "limits",
            &[&[("rpm", "0"), ("tpm", "7")], &spend[..]].concat(),
            "rpm",
            "whole number",
        )
        .await;
        assert_eq!(select(&page, "#rpm")[0].attr("value"), Some("0"));
        assert_eq!(select(&page, "#rpm")[0].attr("aria-invalid"), Some("true"));
        assert_eq!(select(&page, "#tpm")[0].attr("value"), Some("7"));
        refused("limits", &[("tpm", "many"), ("per", "none")], "tpm", "whole number").await;
        let page = refused("limits", &[("per", "week"), ("amount", "-5")], "amount", "zero or more").await;
        assert_eq!(select(&page, "#per option[selected]")[0].attr("value"), Some("week"));
        refused("limits", &[("per", "week"), ("amount", "")], "amount", "for example 20").await;
        refused("limits", &[("per", "year"), ("amount", "5")], "per", "Choose").await;
        let typo = [
            ("which", "some"),
            ("models", "openai/gpt-5.5\ndeepseek/deepseek-cht"),
            ("addresses", "::1"),
        ];
        let message = "Line 2: deepseek/deepseek-cht isn't in the catalog. Closest: deepseek/deepseek-chat.";
        let page = refused("access", &typo, "models", message).await;
        assert_eq!(text(&page, "#models"), "openai/gpt-5.5 deepseek/deepseek-cht");
        refused(
            "access",
            &[("which", "some"), ("models", " ")],
            "models",
            "at least one model",
        )
        .await;
        refused("access", &[("which", "most")], "which", "Choose which").await;
        refused(
            "access",
            &[("which", "any"), ("addresses", "10.0.0.0/8\n10.0.0.0/99")],
            "addresses",
            "Line 2",
        )
        .await;
        assert_eq!(rows(&app).await, before);
    });
}

#[test]
fn a_viewer_and_a_stranger_cannot_change_limits() {
    on(Engine::Sqlite, |store| async move {
        let (app, _owner, key) = owner(store).await;
        let viewer = app.someone(Role::Viewer).await;
        let before = rows(&app).await;

        for form in ["limits", "access"] {
            viewer
                .post_form(&format!("/keys/{key}/{form}"), &[("rpm", "5"), ("which", "any")])
                .await
                .is(403);
        }
        let page = viewer.get(&format!("/keys/{key}")).await.is(200).page();
        assert!(text(&page, "[aria-labelledby=limits]").contains("No limit"));
        assert!(select(&page, "#rpm").is_empty());
        assert_eq!(rows(&app).await, before);
    });
}

#[test]
fn what_all_keys_may_use_together_is_shown() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner, key) = owner(store).await;
        let at = format!("/keys/{key}");
        assert!(!owner.get(&at).await.text().contains("together:"));
        let account = app.account().id;
        let spend = Some(SpendLimit {
            amount: "500".parse().expect("an amount"),
            period: Period::Month,
        });
        let limits = Limits {
            requests_per_minute: Some(6_000),
            tokens_per_minute: None,
            spend,
        };
        assert!(
            app.store()
                .at_noon()
                .accounts()
                .set_limits(account, limits)
                .await
                .expect("an answer")
        );
        let other = app.operator().creates_key("other").await.key().id;
        spends(app.store(), account, other, app.clock().now(), "120").await;

        let page = owner.get(&at).await.is(200).page();

        let section = text(&page, "[aria-labelledby=limits]");
        assert!(
            section.contains("All keys of acme together: 6,000 requests a minute."),
            "{section}"
        );
        assert!(
            section.contains("All keys of acme together: $120.00 / $500 this month"),
            "{section}"
        );
    });
}

#[test]
fn what_the_account_does_not_let_its_keys_do_is_shown_and_heeded() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner, key) = owner(store).await;
        let access = Access {
            expires_at: Some(NOON.plus(std::time::Duration::from_secs(86_400))),
            models: Some(vec!["anthropic/claude-opus-4-8".parse().expect("a model")]),
            addresses: vec!["10.0.0.0/8".parse().expect("a network")],
        };
        let account = app.account().id;
        assert!(
            app.store()
                .at_noon()
                .accounts()
                .set_access(account, &access)
                .await
                .expect("an answer")
        );

        let page = owner.get(&format!("/keys/{key}")).await.is(200).page();

        let section = text(&page, "[aria-labelledby=limits]");
        assert!(
            section.contains("All keys of acme may call only anthropic/claude-opus-4-8."),
            "{section}"
        );
        assert!(
            section.contains("All keys of acme may be used only from 10.0.0.0/8."),
            "{section}"
        );
        assert!(section.contains("All keys of acme end "), "{section}");
        app.clock().advance(std::time::Duration::from_secs(2 * 86_400));
        let ended = stored(&app, key).await;
        assert_eq!(ended.status(app.clock().now()), KeyStatus::Expired);
    });
}

#[test]
fn a_new_key_can_have_a_spend_limit_from_the_start() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner, _) = owner(store).await;
        let wrong = [
            ("name", "ci"),
            ("expires", "never"),
            ("per", "week"),
            ("amount", "lots"),
        ];
        let page = owner.post_form("/keys", &wrong).await.is(422).page();
        assert!(text(&page, "#amount-error").contains("plain number"));
        assert_eq!(select(&page, ".summary a")[0].attr("href"), Some("#amount"));
        assert_eq!(select(&page, "#amount")[0].attr("value"), Some("lots"));

        let fields = [("name", "ci"), ("expires", "never"), ("per", "week"), ("amount", "20")];
        owner.post_form("/keys", &fields).await.is(303);

        let key = app
            .store()
            .api_keys()
            .by_name(app.account().id, "ci")
            .await
            .expect("an answer")
            .expect("it");
        let spend = Some(SpendLimit {
            amount: "20".parse().expect("an amount"),
            period: Period::Week,
        });
        assert_eq!(
            key.limits,
            Limits {
                spend,
                ..Limits::NEW_KEY
            }
        );
    });
}
