//! Which address of a model a request goes to: one that speaks the client's protocol if it takes the request, else another.

use std::sync::Arc;

use bytes::Bytes;

use super::plan::{Candidate, ClientRequest, ProviderRequest};
use crate::domain::Strictness;
use crate::wire::adapt::{RequestView, is_kept_away};
use crate::wire::control::Control;
use crate::wire::neutral::Untranslatable;

impl ClientRequest {
    /// Prepares the request for a candidate. A request that the address of the candidate does not take goes to another address
    /// of the same model if one takes it; `candidate` is then the model at that address.
    ///
    /// # Errors
    /// If no address of the model takes the request: why the first does not.
    pub fn prepare_somewhere(
        &self,
        body: &Bytes,
        control: &Control,
        candidate: &mut Candidate,
    ) -> Result<ProviderRequest, Untranslatable> {
        let prepare = |candidate: &Candidate| self.prepare(body, control, candidate, candidate.asks_usage());
        let is_away = self.is_kept_away(body, control, candidate);
        let first = match (!is_away).then(|| prepare(candidate)) {
            Some(Err(refused)) if !refused.invalid => Some(refused),
            Some(prepared) => return prepared,
            None => None,
        };

        let elsewhere = candidate
            .target
            .endpoints
            .iter()
            .filter(|address| !Arc::ptr_eq(&address.endpoint, &candidate.endpoint))
            .map(|address| Candidate::at(&candidate.target, address))
            .filter(|other| !self.is_kept_away(body, control, other))
            .find_map(|other| prepare(&other).ok().map(|request| (other, request)));
        if let Some((other, request)) = elsewhere {
            *candidate = other;
            return Ok(request);
        }
        // What a rule says of the only address, its provider says better.
        first.map_or_else(|| prepare(candidate), Err)
    }

    /// Whether a fact says that the candidate's address refuses the request, though the model may take it at another.
    fn is_kept_away(&self, body: &Bytes, control: &Control, candidate: &Candidate) -> bool {
        if candidate.facts.facts.protocols.is_empty() || self.strictness == Strictness::Off {
            return false;
        }
        std::str::from_utf8(body).is_ok_and(|body| is_kept_away(RequestView { body, control }, &candidate.facts))
    }
}
