//! Requests and tokens per minute: the requests that are admitted, the headers that say so, and limits that several
//! gateways share.

use std::time::Duration;

use crossmodel::domain::{Limits, Scope};
use serde_json::{Value, json};

use crate::gateway::rig::{Rig, options, question, serve, test};
use crate::harness::client::{Client, Reply};
use crate::harness::seed;
use crate::harness::upstream::json_answer;

async fn limit(rig: &Rig, requests: Option<u32>, tokens: Option<u32>) {
    let limits = Limits {
        requests_per_minute: requests,
        tokens_per_minute: tokens,
        spend: None,
    };
    rig.store
        .at_noon()
        .api_keys()
        .set_limits(Scope::All, rig.key.id, limits)
        .await
        .unwrap();
}

fn uses(prompt: u64, completion: u64) -> Value {
    json!({
        "id": "c1", "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    })
}

fn told(reply: &Reply, kind: &str) -> [String; 3] {
    ["limit", "remaining", "reset"].map(|what| reply.header(&format!("x-ratelimit-{what}-{kind}")).to_owned())
}

test!(
    the_request_beyond_the_limit_is_refused_until_the_minute_is_over,
    |store| {
        let rig = Rig::start(store).await;
        limit(&rig, Some(3), None).await;
        for left in ["2", "1", "0"] {
            let reply = rig.asks("fast").await.is(200);
            assert_eq!(told(&reply, "requests"), ["3", left, "1m1s"]);
            assert!(reply.headers.get("x-ratelimit-limit-tokens").is_none());
            rig.clock.advance(Duration::from_secs(10));
        }

        let refused = rig.asks("fast").await.is(429);

        let error = json!({
            "message": "Rate limit exceeded: max 3 requests per minute.", "type": "rate_limit_error", "param": null,
            "code": "rate_limit_exceeded",
        });
        assert_eq!(refused.json()["error"], error);
        assert_eq!(
            (refused.header("retry-after"), told(&refused, "requests")),
            ("31", ["3", "0", "51s"].map(String::from))
        );
        assert!(refused.headers.get("x-should-retry").is_none());
        assert_eq!(rig.upstream.seen().len(), 3);

        rig.clock.advance(Duration::from_secs(30));
        rig.asks("fast").await.is(429);
        rig.clock.advance(Duration::from_secs(1));
        rig.asks("fast").await.is(200);
        rig.asks("fast").await.is(429);
    }
);

test!(
    an_error_tells_the_limits_too_and_a_key_without_limits_has_no_such_headers,
    |store| {
        let rig = Rig::start(store).await;
        assert!(
            rig.asks("fast")
                .await
                .is(200)
                .headers
                .get("x-ratelimit-limit-requests")
                .is_none()
        );
        limit(&rig, Some(10), Some(5_000)).await;

        let refused = rig.asks("nothing").await.is(404);

        assert_eq!(told(&refused, "requests"), ["10", "9", "1m1s"]);
        assert_eq!(told(&refused, "tokens"), ["5000", "5000", "1m1s"]);
    }
);

test!(tokens_count_as_the_provider_counts_them_once_it_has, |store| {
    let rig = Rig::start(store).await;
    limit(&rig, None, Some(5_000)).await;
    rig.upstream.answers(|_| json_answer(200, &uses(400, 100)));

    for left in ["4500", "4000", "3500"] {
        rig.asks("fast").await.is(200);
        let reply = rig
            .client()
            .post("/v1/messages/count_tokens", &question("fast"))
            .await
            .is(200);
        assert_eq!(told(&reply, "tokens")[1], left);
    }

    rig.upstream.answers(|_| json_answer(200, &uses(3_000, 500)));
    rig.asks("fast").await.is(200);
    let refused = rig.asks("fast").await.is(429);

    assert_eq!(
        refused.json()["error"]["message"],
        "Rate limit exceeded: max 5000 tokens per minute."
    );
    assert_eq!(rig.upstream.seen().len(), 4);

    rig.clock.advance(Duration::from_secs(61));
    rig.asks("fast").await.is(200);
});

test!(a_call_larger_than_a_minutes_tokens_is_let_in_alone, |store| {
    let rig = Rig::start(store).await;
    limit(&rig, None, Some(100)).await;

    rig.asks("fast").await.is(200);
    rig.asks("fast").await.is(429);
    rig.clock.advance(Duration::from_secs(61));

    rig.asks("fast").await.is(200);
});

test!(
    a_call_that_fails_gives_back_the_tokens_that_it_was_counted_with,
    |store| {
        let rig = Rig::start(store).await;
        limit(&rig, None, Some(1_100)).await;
        rig.upstream.answers(|_| crate::harness::upstream::answer(500, &[], ""));

        for _ in 0..5 {
            rig.asks("fast").await.is(502);
        }
    }
);

test!(a_limit_of_the_account_holds_for_all_its_keys_together, |store| {
    let rig = Rig::start(store).await;
    let limits = Limits {
        requests_per_minute: Some(4),
        ..Limits::NONE
    };
    rig.store
        .at_noon()
        .accounts()
        .set_limits(rig.account.id, limits)
        .await
        .unwrap();
    limit(&rig, Some(3), None).await;
    let (_, second) = seed::key(&rig.store, rig.account.id, "second").await;
    let second = rig.without_key().bearer(second.expose());
    let chat = "/v1/chat/completions";

    assert_eq!(told(&rig.asks("fast").await.is(200), "requests")[..2], ["3", "2"]);
    for _ in 0..3 {
        second.post(chat, &question("acme/fast")).await.is(200);
    }
    let refused = second.post(chat, &question("acme/fast")).await.is(429);

    let message = "Rate limit exceeded: max 4 requests per minute for all API keys of the account.";
    assert_eq!(refused.json()["error"]["message"], message);
    // A request that the account refuses is not counted against the key.
    assert_eq!(told(&rig.asks("fast").await.is(429), "requests")[..2], ["4", "0"]);
    rig.clock.advance(Duration::from_secs(61));
    for _ in 0..3 {
        rig.asks("fast").await.is(200);
    }
});

both_engines!(three_gateways_together_admit_what_one_would, |store| {
    let rig = Rig::with(store, |options| options.sweep_every = Duration::from_millis(50)).await;
    limit(&rig, Some(60), None).await;
    let mut clients = vec![rig.client()];
    for _ in 0..2 {
        let mut more = options(&rig.clock, &rig.upstream);
        more.sweep_every = Duration::from_millis(50);
        let (_, url) = serve(&rig.store, rig.store.another().await, more).await;
        clients.push(Client::new(&url).bearer(rig.secret.expose()));
    }
    // Each has to hear of the others.
    tokio::time::sleep(Duration::from_millis(400)).await;

    for (minute, weights) in [(1, [1, 1, 1]), (2, [8, 1, 1]), (3, [1, 0, 0])] {
        let admitted = hammer(&clients, weights, 150).await;
        assert!((54..=60).contains(&admitted), "{admitted} in minute {minute}");
        rig.clock.advance(Duration::from_secs(62));
        // A clock that jumps makes the others look as if they had ended, until they are heard of again.
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
});

both_engines!(two_gateways_together_admit_the_tokens_that_one_would, |store| {
    let rig = Rig::with(store, |options| options.sweep_every = Duration::from_millis(50)).await;
    limit(&rig, None, Some(60_000)).await;
    rig.upstream.answers(|_| json_answer(200, &uses(900, 100)));
    let mut more = options(&rig.clock, &rig.upstream);
    more.sweep_every = Duration::from_millis(50);
    let (_, url) = serve(&rig.store, rig.store.another().await, more).await;
    let clients = [rig.client(), Client::new(&url).bearer(rig.secret.expose())];
    tokio::time::sleep(Duration::from_millis(400)).await;

    // A thousand tokens each.
    let admitted = hammer(&clients, [1, 1, 0], 150).await;

    assert!((54..=66).contains(&admitted), "{admitted} thousand tokens");
});

/// The number of requests that are admitted, spread over the gateways by weight, one after the other.
async fn hammer(clients: &[Client], weights: [usize; 3], count: usize) -> usize {
    let turns: Vec<&Client> = clients
        .iter()
        .zip(weights)
        .flat_map(|(client, weight)| std::iter::repeat_n(client, weight))
        .collect();
    let mut admitted = 0;
    for n in 0..count {
        let reply = turns[n % turns.len()]
            .post("/v1/chat/completions", &question("fast"))
            .await;
        admitted += usize::from(reply.status == 200);
    }
    admitted
}

#[test]
fn while_the_database_is_away_each_gateway_keeps_to_its_share() {
    crate::harness::store::on(crate::harness::database::Engine::Sqlite, |store| async move {
        let rig = Rig::with(store, |options| {
            options.sweep_every = Duration::from_millis(50);
            options.timeouts.database = Duration::from_millis(300);
        })
        .await;
        limit(&rig, Some(40), None).await;
        let mut more = options(&rig.clock, &rig.upstream);
        more.sweep_every = Duration::from_millis(50);
        let other = rig.store.another().await;
        serve(&rig.store, other, more).await;
        rig.asks("fast").await.is(200);
        tokio::time::sleep(Duration::from_millis(400)).await;
        // In this order: a sweep that comes after the minute gives back what looks idle by then.
        rig.store.close().await;
        rig.clock.advance(Duration::from_secs(62));

        let mut answers = Vec::new();
        for _ in 0..40 {
            answers.push(rig.asks("fast").await.status);
        }

        let admitted = answers.iter().filter(|status| **status == 200).count();
        assert_eq!(admitted, 20, "{answers:?}");
    });
}
