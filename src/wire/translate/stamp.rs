//! Names those who can read the signatures of an answer.

use crate::domain::{Facts, Protocol, SealBinding};
use crate::wire::neutral::{Event, Part, Response, Signature, domain_name, model_mark, own_domain, unknown_domain};

/// Those who can read what a provider signs.
#[derive(Clone, Debug, Default)]
pub(super) struct Stamp {
    /// Their name; empty: the signatures are of no use to any server.
    domain: String,
    /// The mark of the only model that takes its signatures back, if they are bound to one.
    model: String,
}

impl Stamp {
    /// Of a model that has these facts, at an address that speaks `provider`. `is_own`: so does the client.
    pub(super) fn of(facts: &Facts, model: &str, provider: Protocol, is_own: bool) -> Self {
        let domain = match facts.seals.domain.as_str() {
            "" if is_own => own_domain(provider).to_owned(),
            "" => unknown_domain(provider).to_owned(),
            domain => domain_name(domain).into_owned(),
        };
        let model = match facts.seals.binding {
            SealBinding::None => String::new(),
            SealBinding::Prefix => model_mark(model),
        };
        Self { domain, model }
    }

    /// The signature with its domain; `None` if no server can read it.
    fn mark<'a>(&self, mut signature: Signature<'a>) -> Option<Signature<'a>> {
        if signature.domain.is_empty() {
            signature.domain = self.domain.clone().into();
        }
        signature.model.get_or_insert_with(|| self.model.clone().into());
        (!signature.domain.is_empty()).then_some(signature)
    }

    /// Marks the signatures of a whole answer.
    pub(super) fn settle(&self, response: &mut Response<'_>) {
        let is_empty = |part: &mut Part<'_>| {
            let Part::Thinking { text, signature } = part else {
                return false;
            };
            *signature = signature.take().and_then(|signature| self.mark(signature));
            text.is_empty() && signature.is_none()
        };
        response.parts.retain_mut(|part| !is_empty(part));
    }

    /// Gives `out` the event with its signature marked.
    pub(super) fn pass(&self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        match event {
            Event::Signature(signature) => {
                if let Some(signature) = self.mark(signature) {
                    out(Event::Signature(signature));
                }
            }
            event => out(event),
        }
    }
}
