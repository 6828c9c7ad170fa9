//! What a draft changes for the traffic, and what that costs.

use crossmodel::domain::{Role, Tokens, UsageRecord, UsageSource};

use super::super::{BASIC, Desk, OPUS, rows, text};
use super::{HAIKU, HOUR, USUAL, cost, names, traffic};
use crate::harness::database::Engine;
use crate::harness::store::on;

#[test]
fn a_draft_shows_what_becomes_of_each_name_and_what_that_costs() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;
        let cheap = ("a2", OPUS.1, OPUS.2, HAIKU);

        let page = desk.draft("check", &[BASIC, cheap]).await;

        let expected = [
            [
                "claude-haiku-4-5-20251001",
                "2",
                "Claude Code",
                "model_not_found",
                "same",
            ],
            [
                "claude-opus-4-8",
                "8",
                "Claude Code",
                OPUS.3,
                "anthropic/claude-haiku-4-5 changed",
            ],
            ["openai/gpt-5.5", "3", "curl", "(passthrough) openai/gpt-5.5", "same"],
        ];
        assert_eq!(traffic(&page), expected.map(|row| row.map(str::to_owned)));
        // 8 × (100,000 × $1 + 10,000 × $5 per million) instead of 8 × 0.75; the rest as it was.
        assert_eq!(
            cost(&page),
            "Cost of this traffic: $8.70 actual → about $3.90 with your changes (same tokens, new prices)"
        );

        // What passes through changes when an alias takes it; what failed runs at the price that it did run at.
        let more = [
            OPUS,
            ("n1", "openai", "prefix", BASIC.3),
            ("n2", "claude-haiku", "prefix", HAIKU),
        ];
        let page = desk.draft("check", &more).await;
        assert_eq!(
            names(&page),
            ["claude-haiku-4-5-20251001", "openai/gpt-5.5", "claude-opus-4-8"]
        );
        assert_eq!(traffic(&page)[0][4], "mended: anthropic/claude-haiku-4-5 changed");
        assert_eq!(traffic(&page)[1][4], "deepseek/deepseek-chat changed");
        // 3 × (100,000 × $0.28 + 10,000 × $0.42 per million) = $0.0966 instead of $2.40.
        assert!(
            cost(&page).contains("$8.70 actual → about $6.40 with"),
            "{}",
            cost(&page)
        );

        // A row that is taken away leaves its names without a model, and so without a cost.
        let page = desk.draft("remove:a2", &[BASIC, OPUS]).await;
        assert_eq!(
            traffic(&page)[0][..1],
            ["claude-opus-4-8"],
            "of what fails, the most frequent first"
        );
        assert_eq!(traffic(&page)[0][4], "model_not_found changed");
        assert!(cost(&page).contains("about $2.70 with"), "{}", cost(&page));
        assert!(text(&page, ".traffic-cost").ends_with("8 requests would fail, and cost nothing."));
    });
}

#[test]
fn without_token_counts_there_is_no_estimate() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let at = desk.app.clock().now().minus(HOUR);
        let bare = UsageRecord {
            requested: "claude-opus-5".into(),
            model: OPUS.3.into(),
            tokens: Tokens::default(),
            source: UsageSource::None,
            ..desk.record(at)
        };
        desk.app.store().usage().append(&[bare]).await.expect("the store");
        desk.was_sent(&USUAL).await;

        let page = desk.draft("check", &[BASIC, ("a2", OPUS.1, OPUS.2, HAIKU)]).await;

        assert_eq!(cost(&page), "Cost of this traffic: $8.70 actual");
        let why = "No estimate for your changes: the tokens of claude-opus-5 are not known.";
        assert!(
            text(&page, ".traffic-cost").ends_with(why),
            "{}",
            text(&page, ".traffic-cost")
        );
    });
}

#[test]
fn the_window_is_chosen_by_a_button_and_stays() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        let days_ago = |days: u32| desk.app.clock().now().minus(24 * HOUR * days);
        let older = |name: &str, days| UsageRecord {
            requested: name.into(),
            model: OPUS.3.into(),
            ..desk.record(days_ago(days))
        };
        let records = [older("three-days", 3), older("twenty-days", 20)];
        desk.app.store().usage().append(&records).await.expect("the store");
        let typed = ("n1", "half <done>", "prefix", "");

        let page = desk.page().await;
        assert_eq!(
            text(&page, "#traffic > div:last-child"),
            "No requests in the last 24 h."
        );
        assert_eq!(text(&page, "#traffic [aria-current]"), "24 h");

        let page = desk.draft("window:7d", &[BASIC, OPUS, typed]).await;
        assert_eq!(text(&page, "#traffic h2"), "What your client really sent, last 7 d");
        assert_eq!(names(&page), ["three-days"]);
        assert_eq!(rows(&page)[2], ["n1", "half <done>", "prefix", ""].map(str::to_owned));

        // Whatever is asked next says for how long it wants to know.
        let month = [("window", "30d")];
        let page = desk
            .sends_from(1, "/draft", "check", &[BASIC, OPUS], &month)
            .await
            .is(200)
            .page();
        assert_eq!(names(&page), ["three-days", "twenty-days"]);
        let changed = [BASIC, ("a2", OPUS.1, OPUS.2, HAIKU)];
        let saved = desk.sends_from(1, "", "save", &changed, &month).await.is(303);
        assert_eq!(saved.header("location"), desk.url("?window=30d"));
        let page = desk.who.get(&desk.url("?window=30d")).await.is(200).page();
        assert_eq!(names(&page).len(), 2);
        desk.sends("/draft", "window:1y", &[BASIC, OPUS]).await.is(400);
        let page = desk.who.get(&desk.url("?window=1y")).await.is(200).page();
        assert_eq!(text(&page, "#traffic [aria-current]"), "24 h");
    });
}

#[test]
fn a_script_gets_the_panel_with_every_check_and_no_input_of_a_row() {
    on(Engine::Sqlite, |store| async move {
        let mut desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;
        desk.who = desk.who.with("hx-request-type", "partial");
        let cheap = [BASIC, ("a2", OPUS.1, OPUS.2, HAIKU)];

        for (op, more) in [
            ("check", vec![("live", "1")]),
            ("remove:a1", vec![]),
            ("window:7d", vec![]),
        ] {
            let answer = desk.sends_from(1, "/draft", op, &cheap, &more).await.is(200);
            let panel = answer
                .text()
                .split_once(r##"<hx-partial hx-target="#traffic" hx-swap="innerHTML">"##);
            let panel = panel
                .expect("the panel")
                .1
                .split_once("</hx-partial>")
                .expect("its end")
                .0;
            assert!(panel.contains("about $3.90 with your changes"), "{op}: {panel}");
            assert!(!answer.text().contains("name[]"), "{op}");
        }
        let test = desk
            .sends_from(1, "/resolve", "test", &cheap, &[("test", "x")])
            .await
            .is(200);
        assert!(
            !test.text().contains("#traffic"),
            "a test as one types asks for no more than its answer"
        );
    });
}
