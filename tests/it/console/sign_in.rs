//! Signing in and out, sessions and their ends, first-run set-up and password resets.

use std::time::Duration;

use crossmodel::clock::Clock;
use crossmodel::console::sign_in::{reset, setup};
use crossmodel::console::{Console, ConsoleOptions};
use crossmodel::domain::{Email, Role, TrustedProxies};

use crate::harness::app::TestApp;
use crate::harness::client::{Client, Reply};
use crate::harness::database::Engine;
use crate::harness::seed::{self, NOON, PASSWORD};
use crate::harness::store::on;

const MAYA: &str = "maya@acme.test";

async fn app_with_maya(store: crate::harness::store::TestStore) -> (TestApp, Clock) {
    let clock = Clock::manual(NOON);
    let app = TestApp::with(store, clock.clone(), |_| {}).await;
    seed::person_who_signs_in(app.store(), MAYA, Role::Owner, Some(app.account().id)).await;
    (app, clock)
}

async fn sign_in(client: &Client, email: &str, password: &str) -> Reply {
    client
        .post_form("/sign-in", &[("email", email), ("password", password)])
        .await
}

fn console(app: &TestApp) -> Console {
    let options = ConsoleOptions {
        clock: app.clock().clone(),
        master: seed::master(),
        public_url: app.url().parse().expect("an address"),
        secure_cookies: false,
        demo_provider: false,
        proxies: TrustedProxies::default(),
        gateway_url: format!("{}/v1", app.url()),
        search_patience: Duration::MAX,
    };
    Console::new((**app.store()).clone(), options)
}

#[test]
fn one_signs_in_to_the_page_one_came_for_and_out_again() {
    on(Engine::Sqlite, |store| async move {
        let (app, _) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        let fields = [
            ("email", " Maya@Acme.test "),
            ("password", PASSWORD),
            ("next", "/keys/new"),
        ];

        let reply = maya.post_form("/sign-in", &fields).await.is(303);

        assert_eq!(reply.header("location"), "/keys/new");
        let cookie = reply.header("set-cookie").to_owned();
        for part in ["cm_s=", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure") && !cookie.contains("Max-Age"), "{cookie}");
        maya.get("/keys").await.is(200);

        let out = maya.post_form("/sign-out", &[]).await.is(303);
        assert_eq!(out.header("clear-site-data"), "\"cache\", \"storage\"");
        maya.get("/keys").await.is(303);
    });
}

#[test]
fn a_session_that_was_ended_cannot_be_used_again() {
    on(Engine::Sqlite, |store| async move {
        let (app, _) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        let cookie = sign_in(&maya, MAYA, PASSWORD)
            .await
            .is(303)
            .header("set-cookie")
            .to_owned();
        let thief = app
            .client()
            .with("cookie", cookie.split(';').next().unwrap_or_default());
        thief.get("/keys").await.is(200);

        maya.post_form("/sign-out", &[]).await.is(303);

        thief.get("/keys").await.is(303);
    });
}

#[test]
fn an_unknown_address_and_a_wrong_password_get_the_same_answer() {
    on(Engine::Sqlite, |store| async move {
        let (app, _) = app_with_maya(store).await;
        let client = app.client().like_a_browser();

        let wrong = sign_in(&client, MAYA, "not the password").await.is(422);
        let unknown = sign_in(&client, "nobody@acme.test", "not the password").await.is(422);

        assert_eq!(wrong.text(), unknown.text().replace("nobody@", "maya@"));
        assert!(wrong.text().contains("The e-mail address or the password is wrong."));
        assert!(!wrong.text().contains("not the password"));
        assert_eq!(wrong.header("set-cookie"), "");
    });
}

#[test]
fn an_account_waits_longer_after_each_failure_and_is_told_how_long() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let client = app.client().like_a_browser();
        for _ in 0..3 {
            sign_in(&client, MAYA, "wrong").await.is(422);
        }

        let shut = sign_in(&client, MAYA, PASSWORD).await.is(429);

        assert_eq!(shut.header("retry-after"), "1");
        assert!(shut.text().contains("Too many tries. Try again in 1 second."));
        clock.advance(Duration::from_secs(1));
        sign_in(&client, MAYA, PASSWORD).await.is(303);
        sign_in(&client, MAYA, "wrong").await.is(422);
    });
}

#[test]
fn an_address_that_fails_ten_times_a_minute_waits_for_its_end() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let client = app.client().like_a_browser();
        for n in 0..10 {
            sign_in(&client, &format!("nobody{n}@acme.test"), "wrong").await.is(422);
        }

        let shut = sign_in(&client, MAYA, PASSWORD).await.is(429);

        assert!(shut.text().contains("Try again in 1 minute."), "{}", shut.text());
        clock.advance(Duration::from_secs(60));
        sign_in(&client, MAYA, PASSWORD).await.is(303);
    });
}

#[test]
fn a_session_ends_when_idle_and_after_twelve_hours_at_the_latest() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        let minutes = |n: u64| Duration::from_secs(n * 60);

        for _ in 0..35 {
            clock.advance(minutes(20));
            maya.get("/keys").await.is(200);
        }
        clock.advance(minutes(20));
        maya.get("/keys").await.is(303);

        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        clock.advance(minutes(31));
        maya.get("/keys").await.is(303);
    });
}

#[test]
fn somebody_who_is_switched_off_is_out_at_once() {
    on(Engine::Sqlite, |store| async move {
        let (app, _) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        let email: Email = MAYA.parse().expect("an address");
        let (person, _) = app
            .store()
            .people()
            .by_email(&email)
            .await
            .expect("an answer")
            .expect("maya");

        app.store()
            .at_noon()
            .people()
            .set_enabled(person.id, false)
            .await
            .expect("to switch off");

        maya.get("/keys").await.is(303);
        sign_in(&maya, MAYA, PASSWORD).await.is(422);
    });
}

#[test]
fn the_first_run_link_makes_an_admin_once() {
    on(Engine::Sqlite, |store| async move {
        let app = TestApp::start(store).await;
        let link = setup::first_run_link(&console(&app))
            .await
            .expect("an answer")
            .expect("a link");
        let path = link.path().to_owned();
        let client = app.client().like_a_browser();
        assert_eq!(client.get(&path).await.is(200).header("cache-control"), "no-store");

        let weak = [("account", "New Co"), ("email", "root@new.test"), ("password", "short")];
        assert!(
            client
                .post_form(&path, &weak)
                .await
                .is(422)
                .text()
                .contains("Use 12 characters or more.")
        );
        let good = [
            ("account", "New Co"),
            ("email", "root@new.test"),
            ("password", "plain ferry tungsten"),
        ];
        assert_eq!(client.post_form(&path, &good).await.is(303).header("location"), "/keys");

        let page = client.get("/keys").await.is(200);
        assert!(page.text().contains("New Co") && page.text().contains("Admin"));
        client.get(&path).await.is(404);
        client.post_form(&path, &good).await.is(404);
        assert!(
            setup::first_run_link(&console(&app))
                .await
                .expect("an answer")
                .is_none()
        );
    });
}

#[test]
fn a_reset_link_sets_the_password_once_and_ends_every_session() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        let email: Email = MAYA.parse().expect("an address");
        let (person, _) = app
            .store()
            .people()
            .by_email(&email)
            .await
            .expect("an answer")
            .expect("maya");
        let url = app.url().parse().expect("an address");
        let make = || reset::link(app.store(), &url, person.id, clock.now());
        let path = make().await.expect("an answer").expect("a link").path().to_owned();
        let client = app.client().like_a_browser();
        client.get(&path).await.is(200);
        client.get(&path).await.is(200);

        let answer = client
            .post_form(&path, &[("password", "plain ferry tungsten")])
            .await
            .is(303);

        assert_eq!(answer.header("location"), "/sign-in?after=reset");
        maya.get("/keys").await.is(303);
        sign_in(&maya, MAYA, PASSWORD).await.is(422);
        sign_in(&maya, MAYA, "plain ferry tungsten").await.is(303);
        client
            .post_form(&path, &[("password", "another ferry tungsten")])
            .await
            .is(404);

        let late = make().await.expect("an answer").expect("a link").path().to_owned();
        clock.advance(Duration::from_secs(31 * 60));
        client.get(&late).await.is(404);
    });
}

#[test]
fn somebody_who_is_switched_off_is_told_no_more_than_who_typed_a_wrong_password() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let client = app.client().like_a_browser();
        let wrong = sign_in(&client, MAYA, "not the password").await.is(422);
        let person = person_of(&app).await;
        let url = app.url().parse().expect("an address");
        let link = reset::link(app.store(), &url, person, clock.now())
            .await
            .expect("an answer")
            .expect("a link");

        app.store()
            .at_noon()
            .people()
            .set_enabled(person, false)
            .await
            .expect("to switch off");

        assert_eq!(sign_in(&client, MAYA, PASSWORD).await.is(422).text(), wrong.text());
        client.get(link.path()).await.is(404);
        client
            .post_form(link.path(), &[("password", "plain ferry tungsten")])
            .await
            .is(404);
        // Switched on again, the link from before stays void.
        app.store()
            .at_noon()
            .people()
            .set_enabled(person, true)
            .await
            .expect("to switch on");
        client.get(link.path()).await.is(404);
        sign_in(&client, MAYA, PASSWORD).await.is(303);
    });
}

#[test]
fn people_of_an_account_that_is_switched_off_are_out_and_their_links_wait() {
    on(Engine::Sqlite, |store| async move {
        let (app, clock) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        let url = app.url().parse().expect("an address");
        let link = reset::link(app.store(), &url, person_of(&app).await, clock.now()).await;
        let link = link.expect("an answer").expect("a link");
        let account = app.account().id;
        let switch = async |on| {
            app.store()
                .at_noon()
                .accounts()
                .set_enabled(account, on)
                .await
                .expect("to switch")
        };

        switch(false).await;

        maya.get("/keys").await.is(303);
        sign_in(&maya, MAYA, PASSWORD).await.is(422);
        maya.get(link.path()).await.is(404);
        switch(true).await;
        maya.get("/keys").await.is(303);
        maya.get(link.path()).await.is(200);
    });
}

#[test]
fn who_gets_another_role_is_signed_out_and_has_it_after_signing_in_again() {
    on(Engine::Sqlite, |store| async move {
        let (app, _) = app_with_maya(store).await;
        let maya = app.client().like_a_browser();
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        maya.get("/keys/new").await.is(200);
        let person = person_of(&app).await;

        let account = Some(app.account().id);
        app.store()
            .at_noon()
            .people()
            .set_role(person, Role::Viewer, account)
            .await
            .expect("another role");

        maya.get("/keys").await.is(303);
        sign_in(&maya, MAYA, PASSWORD).await.is(303);
        maya.get("/keys/new").await.is(403);
    });
}

async fn person_of(app: &TestApp) -> crossmodel::domain::PersonId {
    let email: Email = MAYA.parse().expect("an address");
    let (person, _) = app
        .store()
        .people()
        .by_email(&email)
        .await
        .expect("an answer")
        .expect("maya");
    person.id
}
