//! Providers that fail for the moment: which are asked again, which are not, and which are paused for a while.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::gateway::rig::{Rig, stream_question, test};
use crate::harness::store::TestStore;
use crate::harness::upstream::{Seen, Step, answer, json_answer, polite};

/// A gateway that asks up to three times, without long pauses.
async fn patient(store: TestStore) -> Rig {
    Rig::with(store, |options| {
        options.retries.tries = 3;
        options.retries.first_pause = Duration::from_millis(1);
        options.retries.longest_wait = Duration::from_secs(1);
    })
    .await
}

/// Fails this many times in this way, then answers well.
fn at_first(
    times: usize,
    fails: impl Fn() -> Vec<Step> + Send + Sync + 'static,
) -> impl Fn(&Seen) -> Vec<Step> + Send + Sync {
    let asked = AtomicUsize::new(0);
    move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) < times {
            fails()
        } else {
            polite(seen)
        }
    }
}

fn overloaded(status: u16) -> Vec<Step> {
    json_answer(status, &json!({"error": {"message": "busy", "code": "overloaded"}}))
}

test!(
    a_provider_that_fails_for_the_moment_is_asked_again_and_every_try_is_recorded,
    |store| {
        let rig = patient(store).await;
        for status in [408, 429, 500, 502, 503, 529] {
            rig.upstream.answers(at_first(2, move || overloaded(status)));

            rig.asks("fast").await.is(200);

            rig.clock.advance(Duration::from_millis(1));
            let record = &rig.records().await[0];
            let tries: Vec<_> = record
                .attempts
                .iter()
                .map(|a| (a.provider.as_str(), a.model.as_str(), a.status))
                .collect();
            let failed = ("acme", "acme/fast", Some(status));
            assert_eq!(tries, [failed, failed, ("acme", "acme/fast", Some(200))]);
            assert_eq!(
                record.attempts.iter().map(|a| a.error.is_some()).collect::<Vec<_>>(),
                [true, true, false]
            );
            assert_eq!((record.status, record.error.as_deref()), (200, None));
        }
        assert_eq!(rig.upstream.seen().len(), 6 * 3);
    }
);

test!(a_stream_is_asked_for_again_before_its_first_byte, |store| {
    let rig = patient(store).await;
    rig.upstream.answers(at_first(1, || vec![Step::Reset]));

    let reply = rig
        .client()
        .post("/v1/chat/completions", &stream_question("fast"))
        .await
        .is(200);

    assert!(reply.text().ends_with("data: [DONE]\n\n"), "{}", reply.text());
    assert_eq!(rig.records().await[0].attempts.len(), 2);
});

test!(a_call_that_goes_well_at_once_keeps_no_list_of_tries, |store| {
    let rig = patient(store).await;

    rig.asks("fast").await.is(200);

    assert!(rig.records().await[0].attempts.is_empty());
});

test!(a_refusal_is_not_asked_again, |store| {
    let rig = patient(store).await;
    for status in [400, 401, 404, 422] {
        rig.upstream.answers(move |_| overloaded(status));
        rig.asks("fast").await;
    }

    assert_eq!(rig.upstream.seen().len(), 4);
});

test!(after_the_last_try_the_client_gets_the_providers_answer, |store| {
    let rig = patient(store).await;
    rig.upstream.answers(|_| {
        answer(
            429,
            &[("retry-after", "0"), ("content-type", "application/json")],
            r#"{"error":{"message":"slow down"}}"#,
        )
    });

    let reply = rig.asks("fast").await.is(429);

    assert_eq!(
        (reply.json()["error"]["message"].as_str(), reply.header("retry-after")),
        (Some("slow down"), "0")
    );
    assert_eq!(rig.upstream.seen().len(), 3);
});

test!(a_provider_that_wants_a_long_rest_is_not_waited_for, |store| {
    let rig = patient(store).await;
    rig.upstream.answers(|_| answer(503, &[("retry-after", "30")], "busy"));

    rig.asks("fast").await.is(502);

    assert_eq!(rig.upstream.seen().len(), 1);
});

test!(an_answer_that_does_not_begin_in_time_is_not_asked_for_twice, |store| {
    let rig = Rig::with(store, |options| {
        options.retries.tries = 3;
        options.timeouts.first_byte_whole = Duration::from_millis(200);
    })
    .await;
    rig.upstream.answers(|_| vec![Step::Hold]);

    rig.asks("fast").await.is(504);

    assert_eq!(rig.upstream.seen().len(), 1);
});

test!(the_only_provider_of_a_model_is_asked_however_often_it_failed, |store| {
    let rig = Rig::start(store).await;
    rig.upstream.answers(|_| overloaded(500));
    for _ in 0..8 {
        rig.asks("fast").await.is(502);
    }
    assert_eq!(rig.upstream.seen().len(), 8);

    rig.upstream.answers(polite);
    rig.asks("fast").await.is(200);
});

test!(
    a_model_that_fails_says_nothing_of_the_other_models_of_its_provider,
    |store| {
        let rig = patient(store).await;
        rig.upstream.answers(|seen| {
            if seen.json()["model"] == "fast-v1" {
                overloaded(500)
            } else {
                polite(seen)
            }
        });
        for _ in 0..3 {
            rig.asks("fast").await.is(502);
        }
        let asked = rig.upstream.seen().len();
        rig.asks("fast").await.is(502);
        assert_eq!(
            rig.upstream.seen().len(),
            asked + 1,
            "a model that goes on failing is asked once"
        );

        rig.upstream.answers(at_first(1, || overloaded(500)));

        rig.asks("other").await.is(200);
    }
);

test!(
    an_address_that_may_not_be_called_says_nothing_of_its_provider,
    |store| {
        let rig = Rig::start(store).await;
        for _ in 0..6 {
            rig.asks("inside/model").await;
        }

        let metrics = rig.without_key().get("/metrics").await.is(200);
        assert!(
            !metrics.text().contains("{provider=\"inside\"} 1"),
            "{}",
            metrics.text()
        );
    }
);

test!(refusals_do_not_speak_against_a_provider, |store| {
    let rig = Rig::start(store).await;
    for status in [400, 422, 429] {
        rig.upstream.answers(move |_| overloaded(status));
        for _ in 0..6 {
            rig.asks("fast").await.is(status);
        }
    }
});
