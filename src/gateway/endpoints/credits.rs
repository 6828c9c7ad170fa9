//! `GET /v1/credits` and `GET /v1/usage`: the balance and the usage of the key's account.

use serde_json::{Value, json};

use super::respond::{Answer, Caller};
use crate::domain::{Period, PicoUsd};
use crate::error_chain::error_chain;
use crate::gateway::http::Failure;
use crate::store::UsageTotals;
use crate::wire::error::{ApiError, Code};

/// Pico-USD of a micro-USD.
const MICRO: i64 = 1_000_000;

/// The balance of the account, and the part of it that calls in flight have reserved.
pub async fn credits(caller: &mut Caller<'_>) -> Result<Answer, Failure> {
    let stored = caller.worker.inner.spending.balance(caller.key.account).await;
    let stored = stored.map_err(|_| unavailable())?;

    // What this gateway has spent a moment ago is not in the table yet, and of what it holds the table knows little.
    let (held, spent) = caller.key.leases.balance().pending();
    let balance = stored.balance.pico().saturating_sub(spent.pico());
    let held = stored.held.pico().saturating_add(held.pico());

    // Rounded so that no client counts on more than there is.
    let body = json!({
        "currency": "USD",
        "balance_micro": balance.div_euclid(MICRO),
        "uncollected_micro": held.div_euclid(MICRO) + i64::from(held.rem_euclid(MICRO) > 0),
    });
    Ok(Answer::ok(body.to_string()))
}

/// The usage of the account in the current UTC day, ISO week and calendar month.
pub async fn usage(caller: &mut Caller<'_>) -> Result<Answer, Failure> {
    let usage = caller.worker.inner.spending.store.usage();
    let mut body = json!({ "currency": "USD" });

    for (name, period) in [
        ("daily", Period::Day),
        ("weekly", Period::Week),
        ("monthly", Period::Month),
    ] {
        let totals = usage.totals(caller.key.account, period.start(caller.now)).await;
        let totals = totals.map_err(|error| {
            tracing::warn!(error = %error_chain(&error), "The usage of an account could not be read");
            unavailable()
        })?;
        body[name] = shown(&totals);
    }
    Ok(Answer::ok(body.to_string()))
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
