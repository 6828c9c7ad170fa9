//! Explains the state of a call and the source of its counts in sentences.

use crate::console::format::money;
use crate::domain::{CallState, PicoUsd, UsageRecord, UsageSource};

/// A state in a word.
pub(super) fn state(state: CallState) -> &'static str {
    match state {
        CallState::Settled => "Settled",
        CallState::Partial => "Partial",
        CallState::Unknown => "Unknown",
        CallState::Released => "Released",
    }
}

/// What it means for the account.
pub(super) fn state_meaning(state: CallState) -> &'static str {
    match state {
        CallState::Settled => "The answer was finished, and charged.",
        CallState::Partial => {
            "The answer was cut short: the client left, or the provider broke off. It is charged as far as it went."
        }
        CallState::Unknown => {
            "The gateway ended in the middle of this call. Its usage is not known, and nothing is charged."
        }
        CallState::Released => {
            "The call failed at the provider. What was held for it is free again, and nothing is charged."
        }
    }
}

/// Where the token counts come from.
pub(super) fn source(source: UsageSource) -> &'static str {
    match source {
        UsageSource::Provider => "The provider counted them.",
        UsageSource::Estimated => {
            "Estimated by the gateway from what was sent and delivered: the provider gave no count."
        }
        UsageSource::None => "Nothing was counted: no answer came.",
    }
}

/// The hold of a call, and what was charged or released of it.
pub(super) fn held(record: &UsageRecord) -> Option<String> {
    if record.held == PicoUsd::ZERO {
        return None;
    }

    let held = money::significant(record.held);
    let back = record.held.pico().saturating_sub(record.cost.pico());
    let rest = match back {
        0 => "all of it was charged.".to_owned(),
        back if back > 0 => format!(
            "{} of it was free again afterwards.",
            money::significant(PicoUsd::from_pico(back))
        ),
        more => format!(
            "the call came to {} more.",
            money::significant(PicoUsd::from_pico(more.saturating_neg()))
        ),
    };

    Some(format!("{held} before the call was sent; {rest}"))
}
