//! `GET /metrics`: what an operator's monitoring reads.

use crate::gateway::rig::{Rig, question, test};

/// The value of a row; the row as it stands before the blank.
fn value(metrics: &str, row: &str) -> f64 {
    let line = metrics
        .lines()
        .find_map(|line| line.strip_prefix(row)?.strip_prefix(' '));
    let text = line.unwrap_or_else(|| panic!("no {row} in\n{metrics}"));
    text.parse().expect("a number")
}

test!(
    a_call_is_counted_in_the_histograms_of_its_provider_and_protocol,
    |store| {
        let rig = Rig::start(store).await;
        rig.client()
            .post("/v1/chat/completions", &question("fast"))
            .await
            .is(200);

        let metrics = rig.without_key().get("/metrics").await.is(200);
        let metrics = metrics.text();

        let of = r#"{provider="acme",protocol="openai-chat"#;
        for name in ["call_duration_seconds", "call_first_byte_seconds", "call_queue_seconds"] {
            assert_eq!(
                value(metrics, &format!("crossmodel_{name}_count{of}\"}}")),
                1.0,
                "{name}"
            );
            assert_eq!(
                value(metrics, &format!("crossmodel_{name}_bucket{of}\",le=\"+Inf\"}}")),
                1.0,
                "{name}"
            );
        }
        assert!(!metrics.contains(r#"provider="poor""#), "{metrics}");
    }
);

test!(
    responses_and_paused_providers_are_shown_under_their_new_and_their_old_names,
    |store| {
        let rig = Rig::start(store).await;
        rig.without_key().get("/v1/models").await.is(401);

        let metrics = rig.without_key().get("/metrics").await.is(200);
        let metrics = metrics.text();

        for name in ["responses", "answers"] {
            assert_eq!(
                value(metrics, &format!("crossmodel_{name}_total{{status=\"4xx\"}}")),
                1.0
            );
        }
        for name in ["provider_circuit_open", "provider_left_alone"] {
            assert_eq!(value(metrics, &format!("crossmodel_{name}{{provider=\"acme\"}}")), 0.0);
        }
    }
);

test!(the_text_is_what_prometheus_reads, |store| {
    let rig = Rig::start(store).await;

    let reply = rig.without_key().get("/metrics").await.is(200);

    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for line in reply.text().lines().filter(|line| !line.starts_with('#')) {
        let (name, number) = line.rsplit_once(' ').expect("a name and a number");
        assert!(name.starts_with("crossmodel_"), "{line}");
        assert!(number.parse::<f64>().is_ok(), "{line}");
    }
});
