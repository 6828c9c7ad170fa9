//! The wallet's page: what an account has, what it spent, and its ledger.

use std::time::Duration;

use crossmodel::domain::{Account, AccountId, LedgerId, Role};
use crossmodel::random;
use crossmodel::store::Actor;
use scraper::{ElementRef, Html, Selector};

use super::rows;
use crate::harness::app::TestApp;
use crate::harness::client::Client;
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON};
use crate::harness::spending::spends;
use crate::harness::store::{TestStore, on};

fn select<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn flat(element: ElementRef<'_>) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn text(page: &Html, selector: &str) -> String {
    flat(
        *select(page, selector)
            .first()
            .unwrap_or_else(|| panic!("no {selector}")),
    )
}

/// The cells of every line of the ledger.
fn ledger(page: &Html) -> Vec<Vec<String>> {
    let cells = Selector::parse("th, td").expect("a selector");
    select(page, ".ledger tbody tr")
        .iter()
        .map(|row| row.select(&cells).map(flat).collect())
        .collect()
}

async fn visited(store: TestStore, role: Role) -> (TestApp, Client) {
    let app = TestApp::start(store).await;
    let visitor = app.someone(role).await;
    (app, visitor)
}

/// An account without credit.
async fn poor(app: &TestApp, name: &str) -> AccountId {
    let account = Account::new(AccountId::new(NOON, random::bytes()), seed::name(name), NOON);
    app.store()
        .at_noon()
        .accounts()
        .create(&account)
        .await
        .expect("a new account");
    account.id
}

async fn key(app: &TestApp) -> crossmodel::domain::ApiKeyId {
    app.operator().creates_key("laptop").await.key().id
}

both_engines!(an_owner_sees_balance_spending_and_entries, |store| {
    let (app, owner) = visited(store, Role::Owner).await;
    let (account, now, key) = (app.account().id, app.clock().now(), key(&app).await);
    for cost in ["3", "1.25"] {
        spends(app.store(), account, key, now, cost).await;
    }

    let page = owner.get("/wallet").await.is(200).page();

    assert_eq!(text(&page, ".sum"), "$99,995.75");
    assert_eq!(select(&page, ".sum")[0].attr("title"), Some("99995.75 USD"));
    let facts = text(&page, "dl.facts-list");
    assert!(facts.contains("Held by calls in flight$0.00"), "{facts}");
    assert!(
        facts.contains("Spent today$4.25") && facts.contains("Spent this month$4.25"),
        "{facts}"
    );
    assert!(text(&page, ".purse").contains("At the rate of the last 7 days it lasts more than two years."));
    let lines = ledger(&page);
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0][0].as_str(), &lines[0][3], &lines[0][4]),
        ("Usage, 2 requests", &"−$4.25".into(), &"$99,995.75".into())
    );
    assert_eq!(
        lines[1],
        [
            "for testsCredit",
            "22 Nov 2026",
            "command line",
            "+$100,000.00",
            "$100,000.00"
        ]
    );
    let day = jiff::Timestamp::from_millisecond(now.millis())
        .unwrap()
        .strftime("%Y-%m-%d")
        .to_string();
    let link = select(&page, ".ledger th a")[0].attr("href");
    assert_eq!(link, Some(format!("/requests?day={day}").as_str()));
    assert_eq!(text(&page, ".wide .nav [aria-current=page]"), "Wallet");
});

#[test]
fn an_owner_and_a_viewer_see_only_their_own_and_cannot_add() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let other = poor(&app, "other").await;
        for role in [Role::Owner, Role::Viewer] {
            let visitor = app.someone(role).await;
            let own = visitor
                .get(&format!("/wallet?account={}", app.account().id))
                .await
                .is(200)
                .page();
            assert!(select(&own, "form[action='/wallet/credit']").is_empty() && select(&own, "#account").is_empty());

            for path in ["/wallet", "/wallet/export.csv"] {
                visitor.get(&format!("{path}?account={other}")).await.is(404);
                visitor.get(&format!("{path}?account=nonsense")).await.is(404);
            }
            let before = rows(&app).await;
            let fields = [
                ("account", &*app.account().id.to_string()),
                ("usd", "5"),
                ("note", "mine"),
            ];
            visitor.post_form("/wallet/credit", &fields).await.is(403);
            assert_eq!(rows(&app).await, before);
        }
        app.client().get("/wallet").await.is(303);
    });
}

#[test]
fn an_admin_adds_credit_and_is_told_the_new_balance() {
    on(Engine::Sqlite, |store| async move {
        let (app, admin) = visited(store, Role::Admin).await;
        let other = poor(&app, "other").await;
        let first = admin.get("/wallet").await.is(200).page();
        assert_eq!(
            text(&first, "#account option[selected]"),
            "acme",
            "the first account, by name"
        );
        let empty = admin.get(&format!("/wallet?account={other}")).await.is(200).page();
        assert!(text(&empty, ".purse").contains("No credit yet"));
        assert!(text(&empty, ".purse pre").contains("crossmodel credit add --account 'other'"));

        let id = other.to_string();
        let fields = [
            ("account", id.as_str()),
            ("usd", " $25.50 "),
            ("note", "<b>invoice 7</b>"),
            ("seen", ""),
        ];
        let sent = admin.post_form("/wallet/credit", &fields).await.is(303);

        let at = format!("/wallet?account={other}");
        assert_eq!(sent.header("location"), at);
        let page = admin.get(&at).await.is(200).page();
        assert!(text(&page, ".toast").starts_with("+$25.50 for other. The balance is now $25.50."));
        let lines = ledger(&page);
        assert_eq!(
            (lines.len(), lines[0][0].as_str(), lines[0][2].as_str()),
            (1, "<b>invoice 7</b>Credit", "admin@example.com")
        );
        assert_eq!(
            app.store()
                .wallets()
                .balance(other)
                .await
                .expect("an answer")
                .expect("it")
                .balance
                .to_string(),
            "25.5"
        );
    });
}

#[test]
fn the_form_refuses_what_is_no_credit_and_keeps_what_was_typed() {
    on(Engine::Sqlite, |store| async move {
        let (app, admin) = visited(store, Role::Admin).await;
        let id = app.account().id.to_string();
        let before = rows(&app).await;
        let long = "x".repeat(201);
        for (usd, note, field, message) in [
            ("", "n", "usd", "Enter an amount in US dollars"),
            ("ten", "n", "usd", "plain number"),
            ("0.00", "n", "usd", "other than zero"),
            ("9200000", "n", "usd", "beyond what a wallet can hold"),
            ("5", " ", "note", "Say why"),
            ("5", "two\nlines", "note", "one line"),
            ("5", long.as_str(), "note", "This has 201."),
        ] {
            let fields = [("account", id.as_str()), ("usd", usd), ("note", note)];
            let page = admin.post_form("/wallet/credit", &fields).await.is(422).page();
            assert!(
                text(&page, &format!("#{field}-error")).contains(message),
                "{usd} {note}"
            );
            assert_eq!(select(&page, "#usd")[0].attr("value"), Some(usd));
            let invalid = select(&page, &format!("#{field}"))[0];
            assert_eq!(invalid.attr("aria-invalid"), Some("true"));
            assert!(
                invalid
                    .attr("aria-describedby")
                    .expect("a description")
                    .contains(&format!("{field}-error"))
            );
        }
        admin
            .post_form(
                "/wallet/credit",
                &[("account", "nonsense"), ("usd", "5"), ("note", "n")],
            )
            .await
            .is(404);
        assert_eq!(rows(&app).await, before);
    });
}

#[test]
fn a_correction_is_confirmed_in_words() {
    on(Engine::Sqlite, |store| async move {
        let (app, admin) = visited(store, Role::Admin).await;
        let id = app.account().id.to_string();
        let page = admin.get("/wallet").await.page();
        let seen = select(&page, "[name=seen]")[0].attr("value").expect("an id").to_owned();
        let send = async |confirm: &str| {
            let fields = [
                ("account", &*id),
                ("usd", "-5.50"),
                ("note", "twice"),
                ("seen", &*seen),
                ("confirm", confirm),
            ];
            admin.post_form("/wallet/credit", &fields).await
        };

        let asked = send("").await.is(422).page();
        assert_eq!(
            text(&asked, "#confirm-error"),
            "This takes $5.50 from acme. Type take 5.5 USD to confirm."
        );
        assert_eq!(select(&asked, "#note")[0].attr("value"), Some("twice"));
        send("take 5 USD").await.is(422);
        send("take 5.5 USD").await.is(303);

        let lines = ledger(&admin.get("/wallet").await.page());
        assert_eq!(
            (lines[0][0].as_str(), lines[0][3].as_str()),
            ("twiceCorrection", "−$5.50")
        );
    });
}

#[test]
fn a_form_that_is_sent_twice_adds_once() {
    on(Engine::Sqlite, |store| async move {
        let (app, admin) = visited(store, Role::Admin).await;
        let id = app.account().id.to_string();
        let page = admin.get("/wallet").await.page();
        let seen = select(&page, "[name=seen]")[0].attr("value").expect("an id").to_owned();
        let fields = [("account", &*id), ("usd", "7"), ("note", "invoice 8"), ("seen", &*seen)];

        admin.post_form("/wallet/credit", &fields).await.is(303);
        let again = admin.post_form("/wallet/credit", &fields).await.is(409).page();

        assert!(text(&again, ".notice.warn").contains("Nothing was added now."));
        assert_eq!(ledger(&again)[0][0], "invoice 8Credit");
        assert_eq!(select(&again, "#usd")[0].attr("value"), Some("7"));
        let sum = app.store().wallets().sum(app.account().id).await.expect("an answer");
        assert_eq!(sum.to_string(), "100007");
        let fresh = select(&again, "[name=seen]")[0]
            .attr("value")
            .expect("an id")
            .to_owned();
        let fields = [
            ("account", &*id),
            ("usd", "7"),
            ("note", "invoice 9"),
            ("seen", &*fresh),
        ];
        admin.post_form("/wallet/credit", &fields).await.is(303);
    });
}

#[test]
fn a_long_ledger_is_paged_and_exported_whole() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = visited(store, Role::Owner).await;
        let (account, key) = (app.account().id, key(&app).await);
        let by = Actor::command_line();
        for n in 0..60_u64 {
            let at = NOON.plus(Duration::from_secs(n * 60));
            let id = LedgerId::new(at, random::bytes());
            let note = if n == 59 {
                "=HYPERLINK(1)".to_owned()
            } else {
                format!("credit {n}")
            };
            let amount = "0.000000000001".parse().expect("an amount");
            app.store()
                .by(&by, at)
                .wallets()
                .credit(id, account, amount, &note)
                .await
                .expect("an answer")
                .expect("it");
        }
        for days in 1..=2_u64 {
            spends(
                app.store(),
                account,
                key,
                NOON.minus(Duration::from_secs(days * 86_400)),
                "0.5",
            )
            .await;
        }

        let (mut notes, mut at) = (Vec::new(), "/wallet".to_owned());
        loop {
            let page = owner.get(&at).await.is(200).page();
            notes.extend(ledger(&page).into_iter().map(|line| line[0].clone()));
            match select(&page, "a[rel=next]").first() {
                Some(next) => at = next.attr("href").expect("an address").to_owned(),
                None => break,
            }
        }
        assert_eq!(notes.len(), 63);
        assert_eq!(
            (notes[0].as_str(), notes[62].as_str()),
            ("=HYPERLINK(1)Credit", "Usage, 1 request")
        );

        let file = owner.get("/wallet/export.csv").await.is(200);
        assert!(file.header("content-disposition").contains("crossmodel-wallet.csv"));
        let lines: Vec<&str> = file.text().lines().collect();
        assert_eq!(
            (lines.len(), lines[0]),
            (64, "id,time,kind,amount (USD),requests,note,by")
        );
        assert!(
            lines[1].ends_with("credit,0.000000000001,0,'=HYPERLINK(1),command line"),
            "{}",
            lines[1]
        );
        assert!(lines[63].contains(",usage,-0.5,1,,"), "{}", lines[63]);
        let head = owner
            .send(hyper::Method::HEAD, "/wallet/export.csv", None, bytes::Bytes::new())
            .await
            .is(200);
        assert!(head.body.is_empty());
    });
}

#[test]
fn a_place_that_makes_no_sense_is_the_top() {
    on(Engine::Sqlite, |store| async move {
        let (_app, owner) = visited(store, Role::Owner).await;

        for before in ["x", "2026-99-99", "00000000-0000-7000-8000-000000000000"] {
            let page = owner.get(&format!("/wallet?before={before}")).await.is(200).page();
            assert_eq!(ledger(&page).len(), 1, "{before}");
        }
        let past = owner.get("/wallet?before=2001-01-01").await.is(200).page();
        assert!(text(&past, "main").contains("No entries are older."));
    });
}

#[test]
fn an_account_that_has_spent_everything_is_told_so() {
    on(Engine::Sqlite, |store| async move {
        let (app, owner) = visited(store, Role::Owner).await;
        let key = key(&app).await;
        spends(app.store(), app.account().id, key, app.clock().now(), "100000.5").await;

        let page = owner.get("/wallet").await.is(200).page();

        assert_eq!(text(&page, ".sum"), "-$0.50");
        assert!(text(&page, ".purse .notice").contains("Calls are refused until credit is added."));
        assert!(!text(&page, ".purse").contains("it lasts"));
    });
}
