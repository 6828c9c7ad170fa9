//! How soon a change is live, and how the gateway goes on while the database does not answer.

use std::time::Duration;

use crossmodel::domain::{KeyState, Scope};
use crossmodel::store::{Actor, ProviderChange};
use serde_json::json;
use sqlx::{Connection, Executor, SqliteConnection};

use super::rig::{Rig, options, question, serve, test};
use crate::harness::client::{Client, Reply};
use crate::harness::seed;
use crate::harness::upstream::Upstream;
use crate::store::raw;

both_engines!(an_edit_in_this_process_is_live_on_the_next_request, |store| {
    let rig = Rig::start(store).await;
    for n in 0..20 {
        let target = if n % 2 == 0 { "acme/other" } else { "acme/fast" };

        rig.sets(&rig.store, &[seed::exact("fast", target)]).await;

        assert_eq!(rig.asks("fast").await.is(200).header("x-crossmodel-model"), target);
    }
});

both_engines!(who_comes_while_a_changed_catalog_is_read_waits_for_it, |store| {
    let rig = Rig::start(store).await;
    rig.asks("acme/other").await.is(200);
    for enabled in [false, true, false, true] {
        raw::switch_model(&rig.store, &rig.store, "acme/other", enabled).await;

        let answers = futures_util::future::join_all((0..20).map(|_| rig.asks("acme/other"))).await;

        for answer in answers {
            answer.is(if enabled { 200 } else { 404 });
        }
    }
});

both_engines!(
    without_notices_an_edit_elsewhere_is_live_after_sixty_seconds_at_the_latest,
    |store| {
        let rig = Rig::with(store, |options| options.notifications = false).await;
        let elsewhere = rig.store.another().await;
        assert_eq!(rig.asks("fast").await.is(200).header("x-crossmodel-model"), "acme/fast");

        rig.sets(&elsewhere, &[seed::exact("fast", "acme/other")]).await;
        rig.clock.advance(Duration::from_secs(60));
        assert_eq!(
            rig.asks("fast").await.header("x-crossmodel-model"),
            "acme/fast",
            "it is kept for a while"
        );
        rig.clock.advance(Duration::from_millis(1));

        assert_eq!(
            rig.asks("fast").await.is(200).header("x-crossmodel-model"),
            "acme/other"
        );
        elsewhere.close().await;
    }
);

both_engines!(a_key_that_is_switched_off_elsewhere_takes_the_same_path, |store| {
    let rig = Rig::with(store, |options| options.notifications = false).await;
    let elsewhere = rig.store.another().await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    rig.asks("fast").await.is(200);

    elsewhere
        .by(&by, now)
        .api_keys()
        .set_state(Scope::All, rig.key.id, KeyState::Disabled)
        .await
        .unwrap();
    rig.clock.advance(Duration::from_secs(61));
    rig.asks("fast").await.is(401);

    elsewhere
        .by(&by, now)
        .api_keys()
        .set_state(Scope::All, rig.key.id, KeyState::Active)
        .await
        .unwrap();
    rig.clock.advance(Duration::from_secs(61));
    rig.asks("fast").await.is(200);

    elsewhere
        .by(&by, now)
        .api_keys()
        .delete(Scope::All, rig.key.id)
        .await
        .unwrap();
    rig.clock.advance(Duration::from_secs(61));
    rig.asks("fast").await.is(401);
    elsewhere.close().await;
});

both_engines!(an_account_that_is_switched_off_elsewhere_takes_the_same_path, |store| {
    let rig = Rig::with(store, |options| options.notifications = false).await;
    let elsewhere = rig.store.another().await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    rig.asks("fast").await.is(200);

    for (enabled, status) in [(false, 401), (true, 200)] {
        elsewhere
            .by(&by, now)
            .accounts()
            .set_enabled(rig.account.id, enabled)
            .await
            .unwrap();
        rig.clock.advance(Duration::from_secs(61));
        rig.asks("fast").await.is(status);
    }
    elsewhere.close().await;
});

both_engines!(
    without_notices_a_change_of_the_catalog_is_live_after_sixty_seconds_at_the_latest,
    |store| {
        let rig = Rig::with(store, |options| options.notifications = false).await;
        let elsewhere = rig.store.another().await;
        rig.asks("acme/other").await.is(200);

        raw::switch_model(&rig.store, &elsewhere, "acme/other", false).await;
        rig.clock.advance(Duration::from_secs(61));

        rig.asks("acme/other").await.is(404);
        elsewhere.close().await;
    }
);

both_engines!(the_sweep_finds_what_no_notice_told, |store| {
    let rig = Rig::with(store, |options| {
        options.notifications = false;
        options.sweep_every = Duration::from_millis(20);
    })
    .await;
    let elsewhere = rig.store.another().await;
    rig.asks("fast").await.is(200);

    rig.sets(&elsewhere, &[seed::exact("fast", "acme/other")]).await;

    // The clock stands still, so only the sweep can find it.
    while rig.asks("fast").await.is(200).header("x-crossmodel-model") != "acme/other" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    elsewhere.close().await;
});

test!(a_change_of_a_provider_is_live_on_the_next_request, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    rig.asks("poor").await.is(503);

    let context = crossmodel::gateway::credential_context("poor", &rig.upstream.url());
    let sealed = seed::master()
        .seal(&context, b"sk-sealed", crossmodel::random::bytes())
        .unwrap();
    let change = ProviderChange {
        sealed: Some(Some(sealed)),
        ..ProviderChange::of("poor".parse().unwrap())
    };
    rig.store.by(&by, now).catalog().set_provider(&change).await.unwrap();
    rig.asks("poor").await.is(200);
    assert_eq!(rig.upstream.last().header("authorization"), "Bearer sk-sealed");

    rig.store
        .by(&by, now)
        .catalog()
        .set_provider_enabled(&"poor".parse().unwrap(), false)
        .await
        .unwrap();
    rig.asks("poor").await.is(404);
});

test!(a_sealed_credential_goes_nowhere_else_than_it_was_entered_for, |store| {
    let rig = Rig::start(store).await;
    let (by, now) = (Actor::command_line(), rig.clock.now());
    let context = crossmodel::gateway::credential_context("poor", "https://elsewhere.example/v1");
    let sealed = seed::master()
        .seal(&context, b"sk-sealed", crossmodel::random::bytes())
        .unwrap();
    let change = ProviderChange {
        sealed: Some(Some(sealed)),
        ..ProviderChange::of("poor".parse().unwrap())
    };

    rig.store.by(&by, now).catalog().set_provider(&change).await.unwrap();

    rig.asks("poor").await.is(503);
    assert_eq!(rig.upstream.seen().len(), 0);
});

both_engines!(a_key_is_loaded_once_however_many_wait_for_it, |store| {
    let rig = Rig::start(store).await;
    let question = question("fast");

    let asks = (0..64).map(|_| {
        let client = rig.client();
        let question = &question;
        async move { client.post("/v1/chat/completions", question).await.is(200) }
    });
    futures_util::future::join_all(asks).await;

    assert_eq!(loads(&rig).await, 1);
});

test!(an_unknown_key_is_looked_up_once_in_ten_seconds, |store| {
    let rig = Rig::start(store).await;
    let unknown = crossmodel::domain::ApiKeySecret::generate(crossmodel::random::bytes);
    let stranger = rig.without_key().bearer(unknown.expose());

    for _ in 0..5 {
        stranger.get("/v1/models").await.is(401);
    }
    assert_eq!(loads(&rig).await, 1);

    rig.clock.advance(Duration::from_secs(10));
    stranger.get("/v1/models").await.is(401);
    assert_eq!(loads(&rig).await, 2);
});

async fn loads(rig: &Rig) -> u64 {
    let metrics = rig.without_key().get("/metrics").await.is(200);
    let line = metrics
        .text()
        .lines()
        .find(|line| line.starts_with("crossmodel_key_loads_total"))
        .expect("the count");
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

both_engines!(while_the_database_does_not_answer_known_keys_go_on_working, |store| {
    // A store of its own for the gateway, which can be closed while the test's goes on.
    let upstream = Upstream::start().await;
    let rig = Rig::start(store).await;
    let own = rig.store.another().await;
    let mut options = options(&rig.clock, &rig.upstream);
    options.sweep_every = Duration::from_millis(20);
    let (gateway, url) = serve(&rig.store, own.clone(), options).await;
    let client = Client::new(&url).bearer(rig.secret.expose());
    client.post("/v1/chat/completions", &question("fast")).await.is(200);

    assert_eq!(client.get("/readyz").await.is(200).json()["status"], "ready");

    gateway.flush().await;

    own.close().await;
    rig.clock.advance(Duration::from_secs(3600));

    for _ in 0..3 {
        client.post("/v1/chat/completions", &question("fast")).await.is(200);
    }
    let ready = client.get("/readyz").await.is(200).json();
    assert_eq!(
        (ready["status"].as_str(), ready["database"].as_str()),
        (Some("degraded"), Some("unreachable"))
    );
    let stranger = crossmodel::domain::ApiKeySecret::generate(crossmodel::random::bytes);
    let refused = Client::new(&url)
        .bearer(stranger.expose())
        .get("/v1/models")
        .await
        .is(500);
    assert_eq!(refused.json()["error"]["code"], "db_error");

    rig.clock.advance(Duration::from_secs(24 * 3600));
    client.post("/v1/chat/completions", &question("fast")).await.is(500);
    drop(upstream);
});

both_engines!(
    a_gateway_that_knows_no_key_while_the_database_is_away_is_not_ready,
    |store| {
        let rig = Rig::start(store).await;
        let own = rig.store.another().await;
        let mut options = options(&rig.clock, &rig.upstream);
        options.sweep_every = Duration::from_millis(20);
        let (_, url) = serve(&rig.store, own.clone(), options).await;
        let client = Client::new(&url);
        client.get("/readyz").await.is(200);

        own.close().await;

        let unready = once_it_is(&client, "unready").await.is(503).json();
        assert!(
            unready["reason"].as_str().unwrap().contains("no API key is known"),
            "{unready}"
        );
        assert_eq!(unready["database"], "unreachable");
    }
);

test!(
    a_gateway_whose_database_cannot_be_written_says_so_and_goes_on,
    |store| {
        let rig = Rig::with(store, |options| {
            options.sweep_every = Duration::from_millis(20);
            options.timeouts.database = Duration::from_millis(300);
        })
        .await;
        rig.asks("fast").await.is(200);
        let client = rig.without_key();
        let mut other = SqliteConnection::connect(&rig.store.database().url()).await.unwrap();
        other.execute("BEGIN IMMEDIATE").await.unwrap();

        let degraded = once_it_is(&client, "degraded").await.is(200).json();
        assert_eq!(degraded["database"], "unwritable");
        assert!(
            degraded["reason"].as_str().unwrap().contains("cannot be written"),
            "{degraded}"
        );
        rig.asks("fast").await.is(200);
        let metrics = client.get("/metrics").await.is(200);
        assert!(
            metrics.text().contains("crossmodel_database_writable 0"),
            "{}",
            metrics.text()
        );

        other.execute("ROLLBACK").await.unwrap();
        assert_eq!(once_it_is(&client, "ready").await.is(200).json().get("reason"), None);
    }
);

/// What `/readyz` answers once it has this status.
async fn once_it_is(client: &Client, status: &str) -> Reply {
    for _ in 0..2_000 {
        let reply = client.get("/readyz").await;
        if reply.json()["status"] == status {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("not {status}: {}", client.get("/readyz").await.text());
}

test!(the_operator_can_see_how_the_gateway_does, |store| {
    let rig = Rig::start(store).await;
    rig.asks("fast").await.is(200);
    rig.asks("nothing").await.is(404);
    rig.gateway.flush().await;

    assert_eq!(rig.without_key().get("/healthz").await.is(200).text(), "ok\n");
    let expected = json!({"status": "ready", "database": "ok", "oldest_cache_seconds": 0, "usage_records_waiting": 0});
    assert_eq!(rig.without_key().get("/readyz").await.is(200).json(), expected);
    let metrics = rig.without_key().get("/metrics").await.is(200);
    for line in [
        "crossmodel_answers_total{status=\"2xx\"} 1",
        "crossmodel_answers_total{status=\"4xx\"} 1",
        "crossmodel_upstream_calls_total 1",
        "crossmodel_upstream_calls_in_flight 0",
        "crossmodel_keys_cached 1",
        "crossmodel_database_up 1",
        "crossmodel_usage_records_written_total 1",
        "crossmodel_spool_bytes_waiting 0",
        "crossmodel_spool_up 1",
    ] {
        assert!(
            metrics.text().lines().any(|found| found == line),
            "{line} in {}",
            metrics.text()
        );
    }
});

test!(what_was_used_is_written_before_the_gateway_ends, |store| {
    let rig = Rig::start(store).await;
    for _ in 0..5 {
        rig.asks("fast").await.is(200);
    }

    rig.gateway.stop().await;

    assert_eq!(rig.store.usage().recent(Scope::All, None, 10).await.unwrap().len(), 5);
    assert_eq!(
        rig.without_key().get("/readyz").await.is(503).json()["status"],
        "stopping"
    );
});
