//! Which address is answered by what. Everything that is not listed is a JSON 404, except what is mounted beside it.

use std::sync::Arc;

use actix_web::http::header::{ALLOW, HeaderValue, UPGRADE};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};

use super::{count_tokens, credits, health, inference, models};
use crate::gateway::http::{Head, surface};
use crate::gateway::state::Inner;
use crate::gateway::worker::Worker;
use crate::wire::address;
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;

/// How all addresses of the API begin.
const V1: &str = "/v1";

/// One method of one address that the gateway answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// `GET`, which HEAD is answered like, or `POST`.
    pub method: &'static str,
    /// Its pattern, for example `/v1/models/{model:.+}`.
    pub path: &'static str,
    /// Whether it takes an API key.
    pub key: bool,
}

/// Something to read, and what answers it.
struct Reading {
    path: &'static str,
    key: bool,
    to: fn(Route) -> Route,
}

impl Reading {
    const fn with_key(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self { path, key: true, to }
    }

    const fn open(path: &'static str, to: fn(Route) -> Route) -> Self {
        Self { path, key: false, to }
    }
}

/// What can be read.
const READINGS: &[Reading] = &[
    Reading::with_key("/v1/models", |to| to.to(models::list)),
    Reading::with_key("/v1/models/{model:.+}", |to| to.to(models::one)),
    Reading::with_key("/v1/credits", |to| to.to(credits::credits)),
    Reading::with_key("/v1/usage", |to| to.to(credits::usage)),
    Reading::open("/healthz", |to| to.to(health::alive)),
    Reading::open("/readyz", |to| to.to(health::ready)),
    Reading::open("/metrics", |to| to.to(health::metrics)),
];

/// Every address that is answered by more than a 404: what [`mount`] mounts.
pub fn addresses() -> impl Iterator<Item = Address> {
    let calls = Operation::ALL.map(|operation| Address {
        method: "POST",
        path: operation.path(),
        key: true,
    });
    let readings = READINGS.iter().map(|it| Address {
        method: "GET",
        path: it.path,
        key: it.key,
    });
    calls.into_iter().chain(readings)
}

/// Mounts everything that the gateway answers. Whatever else is mounted on the same address takes the rest.
pub fn mount(config: &mut web::ServiceConfig, inner: &Arc<Inner>) {
    config.app_data(web::Data::new(Worker::new(inner)));
    match inner.options.cors.clone() {
        None => api(config, ""),
        Some(origins) => {
            let scope = web::scope(V1).wrap(from_fn(move |request, next| {
                super::cors::share(origins.clone(), request, next)
            }));
            config.service(scope.configure(|config| api(config, V1)));
        }
    }
    for Reading { path, to, .. } in READINGS.iter().filter(|it| !it.key) {
        // Monitoring expects a plain 405.
        config.service(web::resource(*path).route(to(reading())));
    }
    config.default_service(web::to(nothing));
}

/// Everything under `/v1`. `under`: what the scope that it is mounted in has of that.
fn api(config: &mut web::ServiceConfig, under: &str) {
    let resource = |path: &'static str| web::resource(path.strip_prefix(under).unwrap_or(path));
    for operation in Operation::ALL {
        let handler = move |request: HttpRequest, payload: web::Payload, worker: web::Data<Worker>| async move {
            match operation {
                Operation::CountTokens => count_tokens::count(request, payload, worker).await,
                _ => inference::call(operation, request, payload, worker).await,
            }
        };
        let mut resource = resource(operation.path()).route(web::post().to(handler));
        if operation == Operation::Responses {
            resource = resource.route(web::get().guard(guard::fn_guard(wants_websocket)).to(no_websocket));
        }
        config.service(resource.default_service(web::to(only_post)));
    }
    for Reading { path, to, .. } in READINGS.iter().filter(|it| it.key) {
        config.service(resource(path).route(to(reading())).default_service(web::to(only_get)));
    }
    config
        .service(resource(V1).default_service(web::to(nothing)))
        .service(resource("/v1/{rest:.*}").default_service(web::to(nothing)));
}

/// GET, and HEAD wherever GET is.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn wants_websocket(context: &guard::GuardContext<'_>) -> bool {
    let upgrade = context.head().headers().get(UPGRADE);
    upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// A client that tries a WebSocket first falls back at once on 426, and slowly on anything else.
async fn no_websocket(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    refuse(
        &request,
        &worker,
        ApiError::new(Code::UpgradeRequired, "WebSockets are not spoken here. Use POST."),
        None,
    )
}

async fn only_post(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let message = format!("Use POST for {}.", request.path());
    refuse(&request, &worker, ApiError::new(Code::NotFound, message), Some("POST"))
}

async fn only_get(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let message = format!("Use GET for {}.", request.path());
    refuse(
        &request,
        &worker,
        ApiError::new(Code::NotFound, message),
        Some("GET, HEAD"),
    )
}

async fn nothing(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    refuse(
        &request,
        &worker,
        address::nothing(request.method().as_str(), request.path()),
        None,
    )
}

fn refuse(request: &HttpRequest, worker: &Worker, error: ApiError, allow: Option<&'static str>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut answer = Head::new(worker.new_id(now), now).failure(surface(request), error.into());
    if let Some(allow) = allow {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}
