//! One call: which candidates there are, what each is sent, how the answer is relayed, and what is recorded.

mod admission;
mod attempts;
mod candidates;
mod failures;
mod job;
mod line;
mod opening;
mod patience;
pub mod permit;
mod plan;
mod record;
mod relay;
mod stream;
pub mod task;
mod whole_response;

pub use admission::admit;
pub use candidates::{candidate, candidates};
pub use failures::{broken, not_written, refused, untranslatable};
pub use job::{CallJob, ClientResponse};
pub use plan::{Candidate, ClientRequest};
pub use record::{CallRecord, NewCall};
