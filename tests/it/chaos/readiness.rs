//! `/readyz` says when every call is refused, and why.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::acks::{may_grow, start_deaf};
use super::callers::Callers;
use super::stage::Stage;
use crate::harness::client::{Client, Reply};
use crate::harness::dice::seeded;

both_engines!(
    a_gateway_whose_spool_cannot_be_written_is_not_ready_until_it_can,
    |store| {
        let mut dice = seeded("readiness");
        let stage = Stage::set((*store).clone(), store.engine(), store.database().url(), dice.u64(..)).await;
        let running = start_deaf(&stage).await;
        let callers = Callers::of(&stage);

        assert!(callers.call(true).await.finished);

        let client = Client::new(format!("http://{}", stage.address));
        let before = ready(&client, "ready").await;
        assert_eq!((before.status.as_u16(), &before.json()["reason"]), (200, &Value::Null));

        // A call that cannot be written down shows it.
        may_grow(&running, false);
        let call = tokio::spawn({
            let callers = callers.clone();
            async move { callers.call(true).await }
        });
        let unready = ready(&client, "unready").await.is(503).json();
        let reason = unready["reason"].as_str().expect("a reason");

        assert!(reason.contains("the spool cannot be written"), "{unready}");
        assert!(
            unready["database"].is_string() && unready["usage_records_waiting"].is_number(),
            "{unready}"
        );
        assert_eq!(callers.call(false).await.status, Some(503));

        may_grow(&running, true);
        ready(&client, "ready").await.is(200);
        call.await.expect("its end");
        assert!(callers.call(false).await.finished);
        running.stop().await;
    }
);

/// The answer, once it has this status.
async fn ready(client: &Client, status: &str) -> Reply {
    let began = Instant::now();
    loop {
        let reply = client.get("/readyz").await;
        if reply.json()["status"] == status {
            return reply;
        }
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "not {status}: {}",
            reply.text()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
