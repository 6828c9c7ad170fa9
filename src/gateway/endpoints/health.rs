//! For whoever keeps the gateway running: is it alive, is it ready, how is it doing.

use std::fmt::Write;
use std::sync::atomic::Ordering;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, web};

use crate::gateway::worker::Worker;

/// `/healthz`: the process answers.
pub async fn alive() -> HttpResponse {
    plain(200, "text/plain; charset=utf-8", "ok\n".into())
}

/// How ready a gateway is, and why not more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    Ready,
    /// Calls are answered, without something that they usually have.
    Degraded(&'static str),
    /// Every call is refused.
    Unready(&'static str),
    Stopping,
}

/// What readiness depends on.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    stopping: bool,
    /// The spool cannot be written.
    spool_stuck: bool,
    /// The spool takes no new call.
    spool_full: bool,
    database_down: bool,
    /// No key is known that works without the database.
    helpless: bool,
    database_unwritable: bool,
}

impl Readiness {
    fn of(facts: Facts) -> Self {
        match facts {
            Facts { stopping: true, .. } => Self::Stopping,
            Facts { spool_stuck: true, .. } => {
                Self::Unready("no call is taken: the spool cannot be written, its disk is full or fails")
            }
            Facts { spool_full: true, .. } => {
                Self::Unready("no call is taken: the spool is full of what the database has not taken yet")
            }
            Facts { helpless: true, .. } => {
                Self::Unready("no call is taken: the database does not answer, and no API key is known without it")
            }
            Facts {
                database_down: true, ..
            } => Self::Degraded("the database does not answer; API keys that are known go on working"),
            Facts {
                database_unwritable: true,
                ..
            } => Self::Degraded("the database cannot be written; calls wait in the spool"),
            _ => Self::Ready,
        }
    }

    fn status(self) -> u16 {
        match self {
            Self::Ready | Self::Degraded(_) => 200,
            Self::Unready(_) | Self::Stopping => 503,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Degraded(_) => "degraded",
            Self::Unready(_) => "unready",
            Self::Stopping => "stopping",
        }
    }

    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Ready => None,
            Self::Degraded(reason) | Self::Unready(reason) => Some(reason),
            Self::Stopping => Some("this gateway was asked to stop"),
        }
    }
}

/// `/readyz`: whether calls should be sent here, and if not, or not as usual, why. Still so while the database does not
/// answer, since known keys go on working; `degraded` says that they do without it. Nothing is asked for it: the sweep has
/// just tried.
pub async fn ready(worker: web::Data<Worker>) -> HttpResponse {
    let inner = &worker.inner;
    let now = inner.options.clock.now();
    let facts = Facts {
        stopping: inner.stopping.load(Ordering::SeqCst),
        spool_stuck: inner.spool.is_stuck(),
        spool_full: inner.spool.is_full(),
        database_down: inner.cache.is_database_down(),
        helpless: inner.cache.cannot_serve(now),
        database_unwritable: inner.spending.is_database_unwritable(),
    };
    let readiness = Readiness::of(facts);
    let database = match facts {
        Facts {
            database_down: true, ..
        } => "unreachable",
        Facts {
            database_unwritable: true,
            ..
        } => "unwritable",
        _ => "ok",
    };
    let (_, stale, _) = inner.cache.stats(now);
    let (waiting, _) = inner.shipping.counts();
    let mut body = serde_json::json!({
        "status": readiness.word(), "database": database, "oldest_cache_seconds": stale.as_secs(),
        "usage_records_waiting": waiting,
    });
    if let (Some(fields), Some(reason)) = (body.as_object_mut(), readiness.reason()) {
        fields.insert("reason".into(), reason.into());
    }
    plain(readiness.status(), "application/json", body.to_string())
}

/// `/metrics`: Prometheus text.
pub async fn metrics(worker: web::Data<Worker>) -> HttpResponse {
    let inner = &worker.inner;
    let (keys, stale, loads) = inner.cache.stats(inner.options.clock.now());
    let (waiting, written) = inner.shipping.counts();
    let mut out = String::new();
    let mut family = |name: &str, kind: &str, help: &str, rows: &[(&str, String)]| {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "# HELP crossmodel_{name} {help}\n# TYPE crossmodel_{name} {kind}");
        for (labels, value) in rows {
            let _ = writeln!(out, "crossmodel_{name}{labels} {value}");
        }
    };
    let answers: Vec<(String, String)> = inner
        .metrics
        .answers()
        .map(|(kind, count)| (format!("{{status=\"{kind}\"}}"), count.to_string()))
        .collect();
    let answers: Vec<(&str, String)> = answers
        .iter()
        .map(|(labels, count)| (labels.as_str(), count.clone()))
        .collect();
    family(
        "answers_total",
        "counter",
        "Answers by kind of status; 499 for clients that left.",
        &answers,
    );
    family(
        "upstream_calls_total",
        "counter",
        "Calls to providers.",
        &[("", inner.metrics.calls().to_string())],
    );
    family(
        "upstream_calls_in_flight",
        "gauge",
        "Calls to providers now.",
        &[("", inner.metrics.in_flight().to_string())],
    );
    let snapshot = inner.cache.last_snapshot();
    let alone: Vec<(String, String)> = snapshot
        .paused()
        .into_iter()
        .map(|(provider, alone)| (format!("{{provider=\"{provider}\"}}"), u8::from(alone).to_string()))
        .collect();
    let alone: Vec<(&str, String)> = alone
        .iter()
        .map(|(labels, value)| (labels.as_str(), value.clone()))
        .collect();
    family(
        "provider_left_alone",
        "gauge",
        "Whether a provider is left alone since it failed several times.",
        &alone,
    );
    family("keys_cached", "gauge", "API keys in memory.", &[("", keys.to_string())]);
    family(
        "key_loads_total",
        "counter",
        "API keys read from the database.",
        &[("", loads.to_string())],
    );
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
        &[("", u8::from(!inner.cache.is_database_down()).to_string())],
    );
    family(
        "database_writable",
        "gauge",
        "Whether the database took what was last written to it.",
        &[("", u8::from(!inner.spending.is_database_unwritable()).to_string())],
    );
    family(
        "usage_records_waiting",
        "gauge",
        "Usage records to be written.",
        &[("", waiting.to_string())],
    );
    family(
        "usage_records_written_total",
        "counter",
        "Usage records written.",
        &[("", written.to_string())],
    );
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_refuses_every_call_is_told_before_what_refuses_none() {
        let all = Facts {
            stopping: true,
            spool_stuck: true,
            spool_full: true,
            database_down: true,
            helpless: true,
            database_unwritable: true,
        };
        let told = |facts| {
            let readiness = Readiness::of(facts);
            (
                readiness.status(),
                readiness.word(),
                readiness.reason().unwrap_or_default(),
            )
        };
        let facts = [
            all,
            Facts { stopping: false, ..all },
            Facts {
                stopping: false,
                spool_stuck: false,
                ..all
            },
            Facts {
                stopping: false,
                spool_stuck: false,
                spool_full: false,
                ..all
            },
            Facts {
                database_down: true,
                database_unwritable: true,
                ..Facts::default()
            },
            Facts {
                database_unwritable: true,
                ..Facts::default()
            },
            Facts::default(),
        ];

        let expected = [
            (503, "stopping", "asked to stop"),
            (503, "unready", "the spool cannot be written"),
            (503, "unready", "the spool is full"),
            (503, "unready", "no API key is known"),
            (200, "degraded", "the database does not answer"),
            (200, "degraded", "the database cannot be written"),
            (200, "ready", ""),
        ];
        for (facts, (status, word, part)) in facts.into_iter().zip(expected) {
            let (told_status, told_word, reason) = told(facts);
            assert_eq!((told_status, told_word), (status, word), "{facts:?}");
            assert!(reason.contains(part), "{reason}");
        }
    }
}
