//! Clients that leave before the end: the provider's work ends, the record is there, and no connection to the database is
//! left in a transaction.

use std::time::Duration;

use hyper::Method;
use sqlx::Connection;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::gateway::rig::{Rig, question, stream_question};
use crate::harness::database::Engine;
use crate::harness::upstream::{Step, delta, usage};
use crossmodel::domain::{CallState, UsageSource};
use crossmodel::store::Store;

/// How a client leaves.
#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// Closes in order.
    Closing,
    /// Breaks off.
    Breaking,
    /// Closes its sending half only.
    HalfClosing,
}

const WAYS: [Leaves; 3] = [Leaves::Closing, Leaves::Breaking, Leaves::HalfClosing];

/// Sends a request on a connection of its own.
async fn call(rig: &Rig, body: &serde_json::Value) -> TcpStream {
    let mut socket = TcpStream::connect(rig.url.strip_prefix("http://").unwrap())
        .await
        .unwrap();
    let body = body.to_string();
    let secret = rig.secret.expose();
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {secret}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    socket.write_all((head + &body).as_bytes()).await.unwrap();
    socket
}

async fn leave(mut socket: TcpStream, how: Leaves) -> Option<TcpStream> {
    match how {
        Leaves::Closing => None,
        Leaves::Breaking => {
            socket.set_zero_linger().unwrap();
            None
        }
        Leaves::HalfClosing => {
            socket.shutdown().await.unwrap();
            Some(socket)
        }
    }
}

both_engines!(
    a_client_that_leaves_before_the_first_byte_ends_the_call_and_pays_for_its_prompt,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|_| vec![Step::Hold]);
        for (n, how) in WAYS.into_iter().enumerate() {
            for (m, body) in [question("fast"), stream_question("fast")].iter().enumerate() {
                let calls = 2 * n + m + 1;
                let socket = call(&rig, body).await;
                rig.upstream.was_asked(calls).await;

                let _half = leave(socket, how).await;

                rig.upstream.was_hung_up_on(calls).await;
                let record = &rig.records_once(calls).await[0];
                assert_eq!(
                    (record.status, record.error.as_deref()),
                    (499, Some("client_closed_request")),
                    "{how:?}"
                );
                // The provider was sent the request, and charges for it.
                assert_eq!(
                    (record.source, record.state),
                    (UsageSource::Estimated, CallState::Partial),
                    "{how:?}"
                );
                assert!(record.tokens.prompt > 0 && record.cost.pico() > 0, "{how:?}");
                assert_eq!((record.tokens.completion, record.first_byte_ms), (0, None));
            }
        }
        no_transaction_is_open(&rig).await;
    }
);

both_engines!(a_client_that_leaves_a_stream_pays_for_what_was_delivered, |store| {
    let rig = Rig::start(store).await;
    rig.upstream
        .answers(|_| vec![Step::events(), Step::chunk(&delta("12345678")), Step::Hold]);
    for (n, how) in WAYS.into_iter().enumerate() {
        let mut socket = call(&rig, &stream_question("fast")).await;
        read_until(&mut socket, "12345678").await;

        let _half = leave(socket, how).await;

        rig.upstream.was_hung_up_on(n + 1).await;
        let record = &rig.records_once(n + 1).await[0];
        assert_eq!(
            (record.status, record.source, record.tokens.completion),
            (499, UsageSource::Estimated, 2),
            "{how:?}"
        );
        assert!(record.tokens.prompt > 0 && record.cost.pico() > 0);
    }
    no_transaction_is_open(&rig).await;
});

both_engines!(
    a_client_that_leaves_pays_what_the_provider_has_counted_if_it_has,
    |store| {
        let rig = Rig::start(store).await;
        rig.upstream.answers(|_| {
            vec![
                Step::events(),
                Step::chunk(&delta("Hello")),
                Step::chunk(&usage(50, 7)),
                Step::chunk(&delta("!")),
                Step::Hold,
            ]
        });
        let mut socket = call(&rig, &stream_question("fast")).await;
        read_until(&mut socket, "!").await;

        drop(socket);

        rig.upstream.was_hung_up_on(1).await;
        let record = &rig.records_once(1).await[0];
        assert_eq!((record.status, record.source), (499, UsageSource::Provider));
        assert_eq!((record.tokens.prompt, record.tokens.completion), (50, 7));
    }
);

both_engines!(many_clients_that_leave_at_any_moment_leave_one_record_each, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| {
        let mut steps = vec![Step::events()];
        steps.extend((0..50).map(|_| Step::chunk(&delta("word "))));
        steps.push(Step::Hold);
        steps
    });
    let mut calls = 0;
    for n in 0..60_u64 {
        let body = if n % 2 == 0 {
            stream_question("fast")
        } else {
            question("fast")
        };
        let socket = call(&rig, &body).await;
        rig.upstream.was_asked(usize::try_from(n).unwrap() + 1).await;
        tokio::time::sleep(Duration::from_millis(n % 7)).await;
        drop(leave(socket, WAYS[usize::try_from(n).unwrap() % 2]).await);
        calls += 1;
    }

    rig.upstream.was_hung_up_on(calls).await;
    let records = rig.records_once(calls).await;
    assert_eq!(records.len(), calls);
    no_transaction_is_open(&rig).await;
    // And everything still works.
    rig.upstream.answers(crate::harness::upstream::polite);
    rig.asks("fast").await.is(200);
});

both_engines!(
    a_client_that_leaves_while_its_key_is_being_loaded_harms_no_other,
    |store| {
        let rig = Rig::start(store).await;
        for _ in 0..20 {
            rig.store
                .by(&crossmodel::store::Actor::command_line(), rig.clock.now())
                .api_keys()
                .rename(
                    crossmodel::domain::Scope::All,
                    rig.key.id,
                    &crate::harness::seed::name(&format!("k{}", u32::from_ne_bytes(crossmodel::random::bytes()))),
                )
                .await
                .unwrap();
            let socket = call(&rig, &question("fast")).await;
            socket.set_zero_linger().unwrap();
            drop(socket);
        }

        rig.asks("fast").await.is(200);
        no_transaction_is_open(&rig).await;
    }
);

async fn read_until(socket: &mut TcpStream, text: &str) {
    let mut got = Vec::new();
    while !String::from_utf8_lossy(&got).contains(text) {
        let mut more = [0; 4096];
        let n = socket.read(&mut more).await.unwrap();
        assert!(n > 0, "{}", String::from_utf8_lossy(&got));
        got.extend_from_slice(&more[..n]);
    }
}

async fn no_transaction_is_open(rig: &Rig) {
    if rig.store.engine() == Engine::Postgres {
        let mut database = sqlx::PgConnection::connect(&rig.store.database().url()).await.unwrap();
        let count =
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'";
        let (open,): (i64,) = sqlx::query_as(count).fetch_one(&mut database).await.unwrap();
        assert_eq!(open, 0, "connections are idle in a transaction");
    }
    // Whatever the engine: the pool still answers, and a write goes through.
    let store: &Store = &rig.store;
    store.ping().await.unwrap();
    assert_eq!(
        rig.client()
            .send(Method::GET, "/v1/models", None, Default::default())
            .await
            .status,
        200
    );
}
