//! Sends a request once more, changed as the provider's refusal says. The refused one has reached no model and costs nothing.

use std::sync::Arc;

use bytes::Bytes;

use super::failed::FailedAttempt;
use crate::domain::Strictness;
use crate::gateway::call::job::CallJob;
use crate::gateway::call::plan::{Candidate, ProviderRequest};
use crate::wire::adapt::Mend;

/// A request that was changed after a refusal.
pub(super) struct MendedRequest {
    /// The candidate, with what the refusal says of it.
    pub candidate: Candidate,
    pub request: ProviderRequest,
    pub mend: Mend,
}

/// The request as the refusal wants it; `None` if the refusal does not say what to change, what it complains about carries
/// meaning, or the request is not to be changed. `refused` is the body that was refused.
pub(super) fn mend(
    call: &CallJob,
    candidate: &Candidate,
    failed: &FailedAttempt,
    refused: &Bytes,
) -> Option<MendedRequest> {
    let mend = Mend::of(failed.complaint.as_ref()?, &candidate.facts)?;
    let is_permitted = match call.request.strictness {
        Strictness::Adapt => true,
        Strictness::Strict => !mend.note.steers(),
        Strictness::Off => false,
    };
    if !is_permitted || call.progress.has_left() {
        return None;
    }

    let candidate = Candidate {
        facts: Arc::new(mend.apply(&candidate.facts)),
        ..candidate.clone()
    };
    let (body, ask) = (&call.body.bytes, candidate.asks_usage());
    let mut request = call.request.prepare(body, &call.control, &candidate, ask).ok()?;
    if request.body == *refused {
        return None;
    }

    request.notes.mended(mend.note);
    Some(MendedRequest {
        candidate,
        request,
        mend,
    })
}

/// Remembers what a refusal said, for other requests. It was right: the changed request got an answer.
pub(super) fn learn(candidate: &Candidate, mend: &Mend) {
    let mut addresses = candidate.target.endpoints.iter();
    let address = addresses.find(|address| Arc::ptr_eq(&address.endpoint, &candidate.endpoint));
    if let Some(address) = address.filter(|_| mend.lasts) {
        address.lessons.learn(&mend.patch, &address.facts);
    }
}
