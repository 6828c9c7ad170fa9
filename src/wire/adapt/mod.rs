//! Fits a request to the model that it goes to, in the client's own protocol: what the target takes under another name is
//! renamed, what it does not take and does not need is left out, what would change the meaning is refused.
//!
//! Pure: a plan depends on the body and the facts alone, so the console can show it before a call is made. An edit within the
//! conversation depends only on the facts and on the element itself, never on later turns: the fitted prefix of a conversation
//! is the same on every turn, as the prompt caches of providers need it.

mod asked;
mod chat;
mod edits;
mod elements;
mod field_sets;
mod fields;
#[cfg(test)]
mod history_tests;
mod last_turn;
mod media;
mod mend;
mod messages;
mod needles;
mod neutral;
mod note;
mod plan;
mod protocol_rules;
mod record;
mod response_items;
mod responses;
#[cfg(test)]
mod samples;
mod schema;
mod seals;
mod stops;
mod target;
#[cfg(test)]
mod tests;
mod tools;
mod web_search;
mod words;

pub use edits::Edits;
pub use media::ClientBody;
pub use mend::Mend;
pub use neutral::{add_stated, fit_request};
pub use note::{Element, Mended, Note, Notes};
pub use plan::{Plan, Refusal, RequestView, refusal_under};
pub use protocol_rules::is_kept_away;
pub use record::{labels, record_text};
pub use target::TargetFacts;
pub use words::words;

use crate::wire::operation::Operation;

/// Plans what has to happen to a request before it goes to a target that speaks the client's protocol.
pub fn adapt(request: RequestView<'_>, target: &TargetFacts) -> Plan {
    match request.control.operation() {
        Operation::Chat => chat::plan(request, target),
        Operation::Messages | Operation::CountTokens => messages::plan(request, target),
        Operation::Responses => responses::plan(request, target),
        // The one is always translated; the other has nothing to fit.
        Operation::Completions | Operation::Embeddings => Plan::Passthrough,
    }
}
