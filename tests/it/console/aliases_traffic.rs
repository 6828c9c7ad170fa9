//! What the client really sent, under the list of aliases: what it runs, what it would run, and what that costs.

use std::time::Duration;

use crossmodel::domain::{
    CallState, Match, PicoUsd, RequestId, Role, Scope, Timestamp, Tokens, UsageRecord, UsageSource,
};
use crossmodel::random;
use crossmodel::store::Actor;
use scraper::Html;

use super::aliases::{BASIC, Desk, OPUS, Row, rows, select, text, words};
use crate::harness::database::Engine;
use crate::harness::store::on;

/// So many requests for a name that this model answered, an hour ago: each of 100,000 tokens in and 10,000 out.
struct Sent<'a> {
    name: &'a str,
    model: &'a str,
    count: usize,
    usd: &'a str,
    agent: &'a str,
}

const HAIKU: &str = "anthropic/claude-haiku-4-5";
const HOUR: Duration = Duration::from_secs(3600);

impl Desk {
    fn record(&self, at: Timestamp) -> UsageRecord {
        UsageRecord {
            id: RequestId::new(at, random::bytes()),
            account: self.key.key().account,
            key: self.key.key().id,
            key_revision: 1,
            at,
            requested: String::new(),
            alias: None,
            model: String::new(),
            provider: "anthropic".parse().expect("a provider"),
            protocol: "openai-chat".into(),
            stream: false,
            status: 200,
            error: None,
            tokens: Tokens {
                prompt: 100_000,
                completion: 10_000,
                ..Tokens::default()
            },
            source: UsageSource::Provider,
            state: CallState::Settled,
            held: PicoUsd::ZERO,
            price: None,
            tier: None,
            searches: 0,
            cost: PicoUsd::ZERO,
            latency_ms: 1,
            first_byte_ms: None,
            attempts: Vec::new(),
            agent: None,
        }
    }

    async fn was_sent(&self, sent: &[Sent<'_>]) {
        let at = self.app.clock().now().minus(HOUR);
        let records: Vec<UsageRecord> = sent
            .iter()
            .flat_map(|sent| {
                (0..sent.count).map(|_| UsageRecord {
                    requested: sent.name.into(),
                    model: sent.model.into(),
                    cost: sent.usd.parse().expect("an amount"),
                    agent: Some(sent.agent.into()),
                    ..self.record(at)
                })
            })
            .collect();
        self.app.store().usage().append(&records).await.expect("the store");
    }

    async fn page(&self) -> Html {
        self.who.get(&self.url("")).await.is(200).page()
    }

    async fn draft(&self, op: &str, rows: &[Row<'_>]) -> Html {
        self.sends("/draft", op, rows).await.is(200).page()
    }
}

/// An hour of Claude Code and a curl.
const USUAL: [Sent<'static>; 3] = [
    Sent {
        name: "claude-opus-4-8",
        model: OPUS.3,
        count: 8,
        usd: "0.75",
        agent: "claude-cli/2.1.197 (external, cli)",
    },
    Sent {
        name: "openai/gpt-5.5",
        model: "openai/gpt-5.5",
        count: 3,
        usd: "0.80",
        agent: "curl/8.5.0",
    },
    Sent {
        name: "claude-haiku-4-5-20251001",
        model: HAIKU,
        count: 2,
        usd: "0.15",
        agent: "claude-cli/2.1.197",
    },
];

/// The rows of the panel, cell by cell, without its buttons.
fn traffic(page: &Html) -> Vec<[String; 5]> {
    let cells = |row: &scraper::ElementRef<'_>| {
        let cell = scraper::Selector::parse("th, td").expect("a selector");
        let cells: Vec<String> = row.select(&cell).map(|cell| words(&cell)).collect();
        std::array::from_fn(|at| cells[at].clone())
    };
    select(page, "#traffic tbody tr").iter().map(cells).collect()
}

fn names(page: &Html) -> Vec<String> {
    traffic(page).into_iter().map(|[name, ..]| name).collect()
}

fn cost(page: &Html) -> String {
    text(page, ".traffic-cost p")
}

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
fn the_test_button_fills_the_test_box_and_keeps_the_draft() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Viewer).await;
        desk.was_sent(&USUAL).await;
        let op = select(&desk.page().await, "#traffic [data-try=claude-opus-4-8]")[0]
            .value()
            .attr("value")
            .map(str::to_owned);

        let page = desk
            .draft(&op.expect("what it sends"), &[BASIC, ("a2", OPUS.1, OPUS.2, HAIKU)])
            .await;

        assert_eq!(select(&page, "#test")[0].value().attr("value"), Some("claude-opus-4-8"));
        assert_eq!(
            text(&page, "#test-result"),
            format!("claude-opus-4-8 runs {HAIKU} (prefix alias claude-opus).")
        );
        assert_eq!(rows_of(&page), [BASIC.1, OPUS.1]);
        assert!(
            select(&page, "#traffic button[value^=add]").is_empty(),
            "who cannot write is not offered to"
        );
    });
}

fn rows_of(page: &Html) -> Vec<String> {
    select(page, "[name='name[]']")
        .iter()
        .filter_map(|it| it.value().attr("value").map(str::to_owned))
        .collect()
}

#[test]
fn a_name_that_no_alias_catches_can_become_one_and_two_of_a_family_a_prefix() {
    on(Engine::Sqlite, |store| async move {
        let desk = Desk::of(store, Role::Owner).await;
        desk.was_sent(&USUAL).await;
        let offers = |page: &Html| -> Vec<String> {
            let buttons = select(page, "#traffic button[value^=add]");
            buttons
                .iter()
                .filter_map(|it| it.value().attr("value").map(str::to_owned))
                .collect()
        };
        assert_eq!(
            offers(&desk.page().await),
            ["add:claude-haiku-4-5-20251001", "add:openai/gpt-5.5"]
        );

        let bare = Sent {
            name: "claude-haiku-4-5",
            model: HAIKU,
            count: 1,
            usd: "0.15",
            agent: "",
        };
        desk.was_sent(&[bare]).await;
        let page = desk.page().await;
        assert_eq!(
            offers(&page),
            [
                "add-prefix:claude-haiku",
                "add-prefix:claude-haiku",
                "add:openai/gpt-5.5"
            ],
            "two names that share one up to a version"
        );
        let label = text(&page, "#traffic button[value='add-prefix:claude-haiku']");
        assert_eq!(label, "Add alias for the prefix claude-haiku");

        let page = desk.draft("add-prefix:claude-haiku", &[BASIC, OPUS]).await;
        assert_eq!(rows(&page)[2], ["n1", "claude-haiku", "prefix", ""].map(str::to_owned));
        assert_eq!(select(&page, "#target-n1[autofocus]").len(), 1);
        assert_eq!(
            offers(&page),
            ["add:openai/gpt-5.5"],
            "what the draft has a row for is not offered again"
        );
        assert!(text(&page, "#notice").starts_with("Not saved yet."));

        let page = desk
            .draft("check", &[BASIC, OPUS, ("n1", "claude-haiku", "exact", HAIKU)])
            .await;
        assert_eq!(
            offers(&page),
            [
                "add:claude-haiku-4-5-20251001",
                "add:claude-haiku-4-5",
                "add:openai/gpt-5.5"
            ],
            "what they share is taken, so each gets its own"
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
            .aliases()
            .save(Scope::All, id, 1, &saved, &Actor::command_line(), days_ago(40))
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
