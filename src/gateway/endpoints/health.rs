//! Health and readiness of the gateway, for its operator and for load balancers.

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
    /// Calls are answered, but something that they usually use is missing.
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
    /// The database does not answer, and no key is known that works without it.
    cannot_serve: bool,
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
            Facts { cannot_serve: true, .. } => {
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

/// `/readyz`: whether calls should be sent to this gateway, and the reason if it is not fully ready. While the database
/// does not answer, the gateway stays ready for keys in memory, and says `degraded`. It queries nothing for this
/// answer: the sweep has tried the database a few seconds ago.
pub async fn ready(worker: web::Data<Worker>) -> HttpResponse {
    let inner = &worker.inner;
    let now = inner.options.clock.now();
    let facts = Facts {
        stopping: inner.stopping.load(Ordering::SeqCst),
        spool_stuck: inner.spool.is_stuck(),
        spool_full: inner.spool.is_full(),
        database_down: inner.cache.is_database_down(),
        cannot_serve: inner.cache.cannot_serve(now),
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
    let (waiting, _) = inner.shipper.counts();
    let mut body = serde_json::json!({
        "status": readiness.word(), "database": database, "oldest_cache_seconds": stale.as_secs(),
        "usage_records_waiting": waiting,
    });
    if let (Some(fields), Some(reason)) = (body.as_object_mut(), readiness.reason()) {
        fields.insert("reason".into(), reason.into());
    }
    plain(readiness.status(), "application/json", body.to_string())
}

/// A response of one piece of text that no cache keeps.
pub(super) fn plain(status: u16, kind: &'static str, body: String) -> HttpResponse {
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
            cannot_serve: true,
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
