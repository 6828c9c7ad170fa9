//! For whoever keeps the gateway running: is it alive, is it ready, how is it doing.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use super::worker::Worker;

/// `/healthz`: the process answers.
pub(super) async fn alive() -> HttpResponse {
    plain(200, "text/plain; charset=utf-8", "ok\n".into())
}

/// `/readyz`: whether calls should be sent here. Still so while the database does not answer, since known keys go on
/// working; `degraded` says that they do without it.
pub(super) async fn ready(worker: web::Data<Worker>) -> HttpResponse {
    let inner = &worker.inner;
    let (status, word) = if inner.stopping.load(Ordering::SeqCst) {
        (503, "stopping")
    } else if inner.live.is_database_down() || inner.spool.is_stuck() {
        (200, "degraded")
    } else {
        (200, "ready")
    };
    let database = if inner.live.is_database_down() { "unreachable" } else { "ok" };
    let (_, stale, _) = inner.live.census(inner.options.clock.now());
    let (waiting, _) = inner.shipping.counts();
    let body = serde_json::json!({
        "status": word, "database": database, "oldest_cache_seconds": stale.as_secs(), "usage_records_waiting": waiting,
    });
    plain(status, "application/json", body.to_string())
}

/// `/metrics`: Prometheus text.
pub(super) async fn metrics(worker: web::Data<Worker>) -> HttpResponse {
    let inner = &worker.inner;
    let (keys, stale, loads) = inner.live.census(inner.options.clock.now());
    let (waiting, written) = inner.shipping.counts();
    let mut out = String::new();
    let mut family = |name: &str, kind: &str, help: &str, rows: &[(&str, String)]| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# HELP crossmodel_{name} {help}\n# TYPE crossmodel_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(out, "crossmodel_{name}{labels} {value}");
        }
    };
    let answers: Vec<(String, String)> =
        inner.metrics.answers().map(|(kind, count)| (format!("{{status=\"{kind}\"}}"), count.to_string())).collect();
    let answers: Vec<(&str, String)> = answers.iter().map(|(labels, count)| (labels.as_str(), count.clone())).collect();
    family("answers_total", "counter", "Answers by kind of status; 499 for clients that left.", &answers);
    family("upstream_calls_total", "counter", "Calls to providers.", &[("", inner.metrics.calls().to_string())]);
    family(
        "upstream_calls_in_flight",
        "gauge",
        "Calls to providers now.",
        &[("", inner.metrics.in_flight().to_string())],
    );
    let snapshot = inner.live.last_snapshot();
    let alone: Vec<(String, String)> = snapshot
        .left_alone()
        .into_iter()
        .map(|(provider, alone)| (format!("{{provider=\"{provider}\"}}"), u8::from(alone).to_string()))
        .collect();
    let alone: Vec<(&str, String)> = alone.iter().map(|(labels, value)| (labels.as_str(), value.clone())).collect();
    family("provider_left_alone", "gauge", "Whether a provider is left alone since it failed several times.", &alone);
    family("keys_cached", "gauge", "API keys in memory.", &[("", keys.to_string())]);
    family("key_loads_total", "counter", "API keys read from the database.", &[("", loads.to_string())]);
    family(
        "cache_oldest_seconds",
        "gauge",
        "Age of what was confirmed longest ago.",
        &[("", stale.as_secs_f64().to_string())],
    );
    family(
        "database_up",
        "gauge",
        "Whether the database answers.",
        &[("", u8::from(!inner.live.is_database_down()).to_string())],
    );
    family("usage_records_waiting", "gauge", "Usage records to be written.", &[("", waiting.to_string())]);
    family("usage_records_written_total", "counter", "Usage records written.", &[("", written.to_string())]);
    family(
        "spool_bytes_waiting",
        "gauge",
        "Bytes of the spool to be written.",
        &[("", inner.spool.waiting().to_string())],
    );
    family(
        "spool_up",
        "gauge",
        "Whether calls can be written down; none is made while they cannot.",
        &[("", u8::from(!inner.spool.is_stuck()).to_string())],
    );
    plain(200, "text/plain; version=0.0.4; charset=utf-8", out)
}

fn plain(status: u16, kind: &'static str, body: String) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(body)
}
