//! The errors for calls that cost more than a budget has left.

use crate::domain::{Budget, PicoUsd, SpendLimit, Timestamp, format};
use crate::wire::error::{ApiError, Code};

/// The error for a call that may cost `amount` while `free` is left of a budget. `exists`: the budget is in the tables.
pub(super) fn refusal(
    (budget, limit): (Budget, Option<SpendLimit>),
    exists: bool,
    amount: PicoUsd,
    free: PicoUsd,
    now: Timestamp,
) -> ApiError {
    match (budget, limit) {
        (Budget::Balance(_), _) | (_, None) if !exists => ApiError::new(
            Code::NoWallet,
            "This API key's account has no credit yet. The gateway's administrator can add some.",
        ),
        (Budget::Balance(_), _) | (_, None) => out_of_balance(amount, free),
        (Budget::Account(_), Some(limit)) => limit_reached("The account's", limit, amount, free, now),
        (Budget::Key(_), Some(limit)) => limit_reached("This API key's", limit, amount, free, now),
    }
}

fn out_of_balance(amount: PicoUsd, free: PicoUsd) -> ApiError {
    let (cost, left) = (format::money_up(amount), format::money_down(free));
    let message = if free == PicoUsd::ZERO {
        "The account's balance is used up. Add credit to go on.".into()
    } else {
        format!(
            "This call may cost up to {cost}, and {left} of the account's balance is free. Add credit, or ask \
             for fewer tokens."
        )
    };
    ApiError::new(Code::InsufficientBalance, message)
}

/// `whose` begins a sentence.
fn limit_reached(whose: &str, limit: SpendLimit, amount: PicoUsd, free: PicoUsd, now: Timestamp) -> ApiError {
    let (per, again) = match limit.period.end(now) {
        Some(end) => (
            format!(" a {}", limit.period),
            format!(" It starts again on {}.", format::utc(end)),
        ),
        None => Default::default(),
    };
    let (cost, left) = (format::money_up(amount), format::money_down(free));
    let limit = format::money_down(limit.amount);

    let message = if free == PicoUsd::ZERO {
        format!("{whose} spend limit of {limit}{per} is reached.{again}")
    } else {
        format!(
            "This call may cost up to {cost}, and {left} is left of {} spend limit of {limit}{per}.{again}",
            lower(whose)
        )
    };
    ApiError::new(Code::KeyLimitReached, message)
}

/// The text with a small first letter.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect())
        .unwrap_or_default()
}

/// The error for a call whose budgets the database does not tell.
pub(super) fn unavailable() -> ApiError {
    ApiError::new(
        Code::DbError,
        "The balance cannot be checked right now. Try again in a moment.",
    )
}
