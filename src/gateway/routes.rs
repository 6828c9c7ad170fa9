//! Which address is answered by what. Everything under `/v1` that is not listed is a JSON 404.

use std::sync::Arc;

use actix_web::http::header::{ALLOW, HeaderValue, UPGRADE};
use actix_web::{HttpRequest, HttpResponse, guard, web};

use super::answer::Head;
use super::auth::surface;
use super::worker::Worker;
use super::{Inner, call, count_tokens, credits, health, models};
use crate::wire::error::{Code, Problem};
use crate::wire::operation::Operation;

/// Mounts everything that the gateway answers.
pub(super) fn mount(config: &mut web::ServiceConfig, inner: &Arc<Inner>) {
    config.app_data(web::Data::new(Worker::new(inner)));
    for operation in Operation::ALL {
        let handler = move |request: HttpRequest, payload: web::Payload, worker: web::Data<Worker>| async move {
            match operation {
                Operation::CountTokens => count_tokens::count(request, payload, worker).await,
                _ => call::call(operation, request, payload, worker).await,
            }
        };
        let mut resource = web::resource(operation.path()).route(web::post().to(handler));
        if operation == Operation::Responses {
            resource = resource.route(web::get().guard(guard::fn_guard(wants_websocket)).to(no_websocket));
        }
        config.service(resource.default_service(web::to(only_post)));
    }
    config
        .service(web::resource("/v1/models").route(reading().to(models::list)).default_service(web::to(only_get)))
        .service(
            web::resource("/v1/models/{model:.+}").route(reading().to(models::one)).default_service(web::to(only_get)),
        )
        .service(web::resource("/v1/credits").route(reading().to(credits::credits)).default_service(web::to(only_get)))
        .service(web::resource("/v1/usage").route(reading().to(credits::usage)).default_service(web::to(only_get)))
        .service(web::resource("/healthz").route(reading().to(health::alive)))
        .service(web::resource("/readyz").route(reading().to(health::ready)))
        .service(web::resource("/metrics").route(reading().to(health::metrics)))
        .service(web::resource("/v1").default_service(web::to(nothing)))
        .service(web::resource("/v1/{rest:.*}").default_service(web::to(nothing)));
}

/// GET, and HEAD wherever GET is.
fn reading() -> actix_web::Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn wants_websocket(context: &guard::GuardContext<'_>) -> bool {
    let upgrade = context.head().headers().get(UPGRADE);
    upgrade.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// A client that tries a WebSocket first falls back at once on 426, and slowly on anything else.
async fn no_websocket(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    refuse(&request, &worker, Problem::new(Code::UpgradeRequired, "WebSockets are not spoken here. Use POST."), None)
}

async fn only_post(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let message = format!("Use POST for {}.", request.path());
    refuse(&request, &worker, Problem::new(Code::NotFound, message), Some("POST"))
}

async fn only_get(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let message = format!("Use GET for {}.", request.path());
    refuse(&request, &worker, Problem::new(Code::NotFound, message), Some("GET, HEAD"))
}

async fn nothing(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let message = format!("There is no {} {} here.", request.method(), request.path());
    refuse(&request, &worker, Problem::new(Code::NotFound, message), None)
}

fn refuse(request: &HttpRequest, worker: &Worker, problem: Problem, allow: Option<&'static str>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let mut answer = Head::new(worker.new_id(now), now).failure(surface(request), problem.into());
    if let Some(allow) = allow {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    worker.inner.metrics.answered(answer.status().as_u16());
    answer
}
