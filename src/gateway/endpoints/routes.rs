//! The addresses of the gateway, and the handler of each. An address that is not listed is a JSON 404, unless it is
//! mounted beside the gateway.

use std::sync::Arc;

use actix_web::http::header::{ALLOW, HeaderValue, UPGRADE};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};

use super::respond::respond;
use super::{count_tokens, credits, health, inference, metrics, models};
use crate::gateway::http::{Head, surface};
use crate::gateway::state::Inner;
use crate::gateway::worker::Worker;
use crate::wire::address;
use crate::wire::error::{ApiError, Code};
use crate::wire::operation::Operation;

/// How all addresses of the API begin.
const V1: &str = "/v1";

/// The only addresses that answer without an API key.
const OPEN: &[&str] = &["/healthz", "/readyz", "/metrics"];

/// One method of one address that the gateway answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// `GET`, which also answers HEAD, or `POST`.
    pub method: &'static str,
    /// Its pattern, for example `/v1/models/{model:.+}`.
    pub path: &'static str,
    /// Whether it takes an API key.
    pub key: bool,
}

/// An endpoint for GET: its pattern, and its handler.
type Reading = (&'static str, fn(Route) -> Route);

/// Makes the handler of an endpoint that is read: [`respond`] checks the key before the endpoint's own function runs.
macro_rules! with_key {
    ($endpoint:path) => {
        |route| {
            route.to(|request: HttpRequest, worker: web::Data<Worker>| async move {
                respond(&request, &worker, surface(&request), $endpoint).await
            })
        }
    };
}

/// Every endpoint for GET.
const READINGS: &[Reading] = &[
    ("/v1/models", with_key!(models::list)),
    ("/v1/models/{model:.+}", with_key!(models::one)),
    ("/v1/credits", with_key!(credits::credits)),
    ("/v1/usage", with_key!(credits::usage)),
    ("/healthz", |route| route.to(health::alive)),
    ("/readyz", |route| route.to(health::ready)),
    ("/metrics", |route| route.to(metrics::metrics)),
];

/// Every address that [`mount`] mounts, without those that only answer 404.
pub fn addresses() -> impl Iterator<Item = Address> {
    let calls = Operation::ALL.map(|operation| ("POST", operation.path()));
    let readings = READINGS.iter().map(|(path, _)| ("GET", *path));
    calls.into_iter().chain(readings).map(|(method, path)| Address {
        method,
        path,
        key: !OPEN.contains(&path),
    })
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

    for (path, to) in READINGS.iter().filter(|(path, _)| OPEN.contains(path)) {
        // Monitoring expects a plain 405.
        config.service(web::resource(*path).route(to(reading())));
    }
    config.default_service(web::to(nothing));
}

/// Everything under `/v1`. `under`: what the scope that it is mounted in has of that.
fn api(config: &mut web::ServiceConfig, under: &str) {
    let resource = |path: &'static str| web::resource(path.strip_prefix(under).unwrap_or(path));

    for operation in Operation::ALL {
        let mut resource = resource(operation.path()).route(post(operation));
        if operation == Operation::Responses {
            resource = resource.route(web::get().guard(guard::fn_guard(wants_websocket)).to(no_websocket));
        }
        config.service(resource.default_service(web::to(only_post)));
    }

    for (path, to) in READINGS.iter().filter(|(path, _)| !OPEN.contains(path)) {
        config.service(resource(path).route(to(reading())).default_service(web::to(only_get)));
    }

    config
        .service(resource(V1).default_service(web::to(nothing)))
        .service(resource("/v1/{rest:.*}").default_service(web::to(nothing)));
}

/// The route of an operation, which is posted.
fn post(operation: Operation) -> Route {
    web::post().to(
        move |request: HttpRequest, mut payload: web::Payload, worker: web::Data<Worker>| async move {
            respond(&request, &worker, operation.surface(), async |caller| match operation {
                Operation::CountTokens => count_tokens::count(caller, &mut payload).await,
                _ => inference::call(caller, operation, &mut payload).await,
            })
            .await
        },
    )
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
    let error = ApiError::new(Code::UpgradeRequired, "WebSockets are not spoken here. Use POST.");
    refuse(&request, &worker, error, None)
}

async fn only_post(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let error = ApiError::new(Code::NotFound, format!("Use POST for {}.", request.path()));
    refuse(&request, &worker, error, Some("POST"))
}

async fn only_get(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let error = ApiError::new(Code::NotFound, format!("Use GET for {}.", request.path()));
    refuse(&request, &worker, error, Some("GET, HEAD"))
}

async fn nothing(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let error = address::nothing(request.method().as_str(), request.path());
    refuse(&request, &worker, error, None)
}

fn refuse(request: &HttpRequest, worker: &Worker, error: ApiError, allow: Option<&'static str>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut response = Head::new(worker.new_id(now), now).failure(surface(request), error.into());
    if let Some(allow) = allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }

    worker.inner.metrics.count_response(response.status().as_u16());
    response
}
