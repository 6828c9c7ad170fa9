//! One call: its candidates, the request for each of them, the relay of the answer, and the record in the spool.

mod address;
mod admission;
mod answered_call;
mod attempts;
mod candidates;
mod failures;
mod gather;
mod job;
mod line;
mod moments;
mod no_answer;
mod opening;
mod own_events;
mod patience;
pub mod permit;
mod plan;
mod ran_headers;
mod record;
mod relay;
mod streaming;
pub mod task;
mod whole_response;

pub use admission::admit;
pub use candidates::{candidate, candidates};
pub use failures::{broken, not_written, refused, untranslatable};
pub use job::{CallJob, ClientResponse};
pub use plan::{Candidate, ClientRequest, ProviderRequest};
pub use record::{CallRecord, NewCall};
