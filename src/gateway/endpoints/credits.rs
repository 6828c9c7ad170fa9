//! `GET /v1/credits` and `GET /v1/usage`: what the key's account has, and what it used.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::caller;
use crate::domain::{Period, PicoUsd, Timestamp};
use crate::error_chain::error_chain;
use crate::gateway::http::{Failure, Head, surface};
use crate::gateway::worker::Worker;
use crate::store::UsageTotals;
use crate::wire::error::{ApiError, Code};

/// Pico-USD of a micro-USD.
const MICRO: i64 = 1_000_000;

/// What the account has, and what of it calls in flight have reserved.
pub async fn credits(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let head = Head::new(worker.new_id(now), now);
    respond(&request, &worker, head, balance(&request, &worker, now).await)
}

/// What the account used in the running UTC day, ISO week and calendar month.
pub async fn usage(request: HttpRequest, worker: web::Data<Worker>) -> HttpResponse {
    let now = worker.inner.options.clock.now();
    let head = Head::new(worker.new_id(now), now);
    respond(&request, &worker, head, used(&request, &worker, now).await)
}

fn respond(request: &HttpRequest, worker: &Worker, head: Head, body: Result<Value, Failure>) -> HttpResponse {
    let answer = match body {
        Ok(body) => head.json(200, body.to_string()),
        Err(failure) => head.failure(surface(request), failure),
    };
    worker.inner.metrics.count_response(answer.status().as_u16());
    answer
}

async fn balance(request: &HttpRequest, worker: &Worker, now: Timestamp) -> Result<Value, Failure> {
    let inner = &worker.inner;
    let key = caller::authenticate(inner, request, now).await?;
    let stored = inner.spending.balance(key.account).await.map_err(|_| unavailable())?;
    // What this gateway has spent a moment ago is not in the table yet, and of what it holds the table knows little.
    let (held, spent) = key.leases.balance().pending();
    let balance = stored.balance.pico().saturating_sub(spent.pico());
    let held = stored.held.pico().saturating_add(held.pico());
    // Rounded so that nobody counts on more than there is.
    Ok(json!({
        "currency": "USD",
        "balance_micro": balance.div_euclid(MICRO),
        "uncollected_micro": held.div_euclid(MICRO) + i64::from(held.rem_euclid(MICRO) > 0),
    }))
}

async fn used(request: &HttpRequest, worker: &Worker, now: Timestamp) -> Result<Value, Failure> {
    let key = caller::authenticate(&worker.inner, request, now).await?;
    let mut body = json!({ "currency": "USD" });
    for (name, period) in [
        ("daily", Period::Day),
        ("weekly", Period::Week),
        ("monthly", Period::Month),
    ] {
        let store = &worker.inner.spending.store;
        let totals = store
            .usage()
            .totals(key.account, period.start(now))
            .await
            .map_err(|error| {
                tracing::warn!(error = %error_chain(&error), "The usage of an account could not be read");
                unavailable()
            })?;
        body[name] = shown(&totals);
    }
    Ok(body)
}

fn shown(totals: &UsageTotals) -> Value {
    json!({
        "cost_micro": rounded(totals.cost),
        "prompt_tokens": totals.prompt_tokens,
        "completion_tokens": totals.completion_tokens,
        "total_tokens": totals.prompt_tokens.saturating_add(totals.completion_tokens),
        "request_count": totals.requests,
        "success_count": totals.successes,
    })
}

/// Micro-USD, half of one rounded up.
fn rounded(amount: PicoUsd) -> i64 {
    amount.pico().saturating_add(MICRO / 2).div_euclid(MICRO)
}

fn unavailable() -> ApiError {
    ApiError::new(
        Code::DbError,
        "The account cannot be looked up right now. Try again in a moment.",
    )
}
