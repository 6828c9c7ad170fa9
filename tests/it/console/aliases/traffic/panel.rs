//! What the panel shows of the traffic with the saved aliases.

use crossmodel::domain::{Match, PicoUsd, Role, Scope, UsageRecord};
use crossmodel::store::Actor;

use super::super::{BASIC, Desk, OPUS, select, text};
use super::{HAIKU, HOUR, Sent, USUAL, cost, traffic};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn each_name_shows_what_it_runs_with_what_fails_first() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;

        let page = desk.page().await;

        assert_eq!(text(&page, "#traffic h2"), "What your client really sent, last 24 h");
        let expected = [
            [
                "claude-haiku-4-5-20251001",
                "2",
                "Claude Code",
                "model_not_found",
                "same",
            ],
            ["claude-opus-4-8", "8", "Claude Code", OPUS.3, "same"],
            ["openai/gpt-5.5", "3", "curl", "(passthrough) openai/gpt-5.5", "same"],
        ];
        assert_eq!(traffic(&page), expected.map(|row| row.map(str::to_owned)));
        assert_eq!(
            select(&page, "#traffic tbody tr:first-child .fails svg").len(),
            1,
            "not by colour alone"
        );
        // 8 × 0.75 + 3 × 0.80 + 2 × 0.15
        assert_eq!(cost(&page), "Cost of this traffic: $8.70 actual");
    });
}

#[test]
fn a_name_of_the_clients_is_text_everywhere() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let hostile = "\"><img src=x onerror=1>";
        let agent = "<script>1</script>/1.0";
        desk.was_sent(&[Sent {
            name: hostile,
            model: "lab/x",
            count: 1,
            usd: "0",
            agent,
        }])
        .await;

        let page = desk.page().await;

        assert!(select(&page, "img").is_empty() && select(&page, "#traffic script").is_empty());
        assert_eq!(
            traffic(&page)[0][..4],
            [hostile, "1", "<script>1<", "model_not_found"].map(str::to_owned)
        );
        let test = select(&page, "#traffic button[data-try]")[0];
        assert_eq!(test.value().attr("data-try"), Some(hostile));
        assert!(
            select(&page, "#traffic button[value^=add]").is_empty(),
            "no alias can be called that"
        );

        let op = test.value().attr("value").expect("what it sends");
        let page = desk.draft(op, &[BASIC, OPUS]).await;
        assert!(text(&page, "#test-result").starts_with(hostile) && select(&page, "img").is_empty());
    });
}

#[test]
fn what_stands_for_names_that_are_not_kept_is_no_name() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let at = desk.app.clock().now().minus(HOUR);
        let many = (0..205)
            .map(|n| format!("made-up-{n}"))
            .chain(["(unreadable name)".to_owned()]);
        let records: Vec<UsageRecord> = many
            .map(|requested| UsageRecord {
                requested,
                model: OPUS.3.into(),
                cost: PicoUsd::from_pico(10_000_000_000),
                ..desk.record(at)
            })
            .collect();
        desk.app.store().usage().append(&records).await.expect("the store");

        let page = desk.page().await;

        let rows = traffic(&page);
        assert_eq!(
            rows.len(),
            201,
            "the names that are told apart, and one row for the rest"
        );
        assert_eq!(rows[200], ["Other names", "6", "", "", ""].map(str::to_owned));
        assert!(select(&page, "#traffic tbody tr:last-child button").is_empty());
        assert_eq!(cost(&page), "Cost of this traffic: $2.06 actual", "the rest counts");
        let page = desk
            .draft("check", &[BASIC, OPUS, ("n1", "made-up", "prefix", HAIKU)])
            .await;
        let told = text(&page, ".traffic-cost");
        assert!(told.ends_with("Other names are counted at what they cost."), "{told}");
        // 200 × (100,000 × $1 + 10,000 × $5 per million), and 6 cents that stay.
        assert!(told.contains("about $30.06 with your changes"), "{told}");

        let week_ago = desk.app.clock().now().minus(24 * HOUR * 5);
        let unread = UsageRecord {
            requested: "(unreadable name)".into(),
            model: OPUS.3.into(),
            ..desk.record(week_ago)
        };
        desk.app.store().usage().append(&[unread]).await.expect("the store");
        let page = desk
            .sends_from(1, "/draft", "window:7d", &[BASIC, OPUS], &[])
            .await
            .is(200)
            .page();
        let unread = traffic(&page).into_iter().find(|row| row[0] == "(unreadable name)");
        assert_eq!(unread.map(|row| row[3].clone()).as_deref(), Some("not kept"));
    });
}

#[test]
fn a_key_that_was_never_used_gets_a_call_that_works() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        let page = desk.page().await;
        assert!(text(&page, "#traffic > div:last-child").starts_with("No requests yet. Try the curl below."));
        let curl = text(&page, "#traffic-curl");
        assert!(
            curl.contains("/v1/chat/completions") && curl.contains(r#""model": "cross-model-basic""#),
            "{curl}"
        );
        assert!(!curl.contains(desk.key.secret()));
    });
}

#[test]
fn another_accounts_traffic_is_nobodys_business() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let theirs = crate::harness::seed::account(desk.app.store(), "other").await;
        let (key, _) = crate::harness::seed::key(desk.app.store(), theirs.id, "theirs").await;
        let record = UsageRecord {
            account: theirs.id,
            key: key.id,
            requested: "their-secret".into(),
            ..desk.record(desk.app.clock().now())
        };
        desk.app.store().usage().append(&[record]).await.expect("the store");
        desk.who.get(&format!("/keys/{}/aliases", key.id)).await.is(404);
        let form = [("version", "0"), ("op", "window:7d")];
        let answer = desk
            .who
            .post_form(&format!("/keys/{}/aliases/draft", key.id), &form)
            .await
            .is(404);
        assert!(!answer.text().contains("their-secret"));
    });
}

#[test]
fn hints_about_traffic_go_by_what_was_sent() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;

        let page = desk
            .draft("check", &[BASIC, OPUS, ("n1", "cla", "prefix", HAIKU)])
            .await;
        let hint = text(&page, "#hints-n1");
        assert!(hint.contains("and 1 name your client sent this week."), "{hint}");
        assert!(
            !text(&page, "#hints-a2").contains("No request matched"),
            "saved a moment ago"
        );

        // Saved 40 days ago: the one alias matched 31 days ago, the other yesterday.
        let (store, id, now) = (desk.app.store(), desk.key.key().id, desk.app.clock().now());
        let days_ago = |days: u32| now.minus(24 * HOUR * days);
        let saved = [
            crate::harness::seed::exact(BASIC.1, BASIC.3),
            crate::harness::seed::prefix(OPUS.1, HAIKU),
        ];
        store
            .by(&Actor::command_line(), days_ago(40))
            .aliases()
            .save(Scope::All, id, 1, &saved)
            .await
            .expect("a save");
        let matched = |alias: &str, days| UsageRecord {
            requested: alias.into(),
            alias: Some((alias.parse().expect("a name"), Match::Exact)),
            model: HAIKU.into(),
            ..desk.record(days_ago(days))
        };
        store
            .usage()
            .append(&[matched(BASIC.1, 31), matched(OPUS.1, 1)])
            .await
            .expect("the store");
        let page = desk.page().await;
        assert!(
            text(&page, "#hints-a1").contains("No request matched in 30 days."),
            "{}",
            text(&page, "#hints-a1")
        );
        assert!(!text(&page, "#hints-a2").contains("No request matched"));
    });
}
