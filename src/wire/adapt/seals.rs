//! Which signatures of earlier turns a target can read, and whether it wants thoughts without one.

use std::borrow::Cow;

use crate::domain::{Facts, Protocol, SealBinding, ThoughtsBack};
use crate::wire::neutral::{Signature, SignatureKind, domain_name, model_mark, own_domain, unknown_domain};

/// A domain that no signature has.
const NO_DOMAIN: &str = "-";

/// What a target does with signatures and thoughts of earlier turns.
#[derive(Clone, Debug)]
pub(super) struct Seals<'f> {
    /// Those who can read the target's signatures; empty: it makes none.
    pub(super) domain: Cow<'f, str>,
    protocol: Protocol,
    /// The mark of the target, if signatures are bound to their model; empty if its name is not known.
    model: Option<String>,
    back: ThoughtsBack,
    back_field: Option<&'f str>,
}

impl<'f> Seals<'f> {
    /// Those of a model, by its name at the provider, that has these facts at an address that speaks `protocol`.
    pub(super) fn of(facts: &'f Facts, protocol: Protocol, model: Option<&str>) -> Self {
        let is_bound = facts.seals.binding == SealBinding::Prefix;
        Self {
            domain: domain_name(&facts.seals.domain),
            protocol,
            model: is_bound.then(|| model.map(model_mark).unwrap_or_default()),
            back: facts.thinking.back,
            back_field: facts.thinking.back_field.as_deref(),
        }
    }

    /// The same for a target that reads no signature, whatever its facts say.
    pub(super) fn that_read_none(self) -> Self {
        Self {
            domain: NO_DOMAIN.into(),
            ..self
        }
    }

    /// Whether the target reads a signature. A server of which nothing is known gets those that the client sent in the protocol's
    /// own form.
    pub(super) fn reads(&self, signature: &Signature<'_>) -> bool {
        let is_domain = match &*self.domain {
            "" if signature.domain == unknown_domain(self.protocol) => true,
            "" => signature.model.is_none() && signature.domain == own_domain(self.protocol),
            domain => signature.domain == domain,
        };
        is_domain && self.has_place(signature.kind) && self.is_model(signature.model.as_deref())
    }

    /// Whether the protocol has a field for signatures of this kind.
    fn has_place(&self, kind: SignatureKind) -> bool {
        match self.protocol {
            Protocol::AnthropicMessages => matches!(kind, SignatureKind::Thoughts | SignatureKind::Redacted),
            Protocol::OpenaiResponses => kind == SignatureKind::Thoughts,
            Protocol::OpenaiChat | Protocol::Gemini => matches!(kind, SignatureKind::Call | SignatureKind::Details),
        }
    }

    /// Whether a signature is bound to the target, or to none. `mark`: the model that it is bound to, if that is known.
    fn is_model(&self, mark: Option<&str>) -> bool {
        match (mark, &self.model) {
            (None, _) => true,
            (Some(mark), Some(model)) => !mark.is_empty() && mark == model,
            (Some(mark), None) => mark.is_empty(),
        }
    }

    /// Whether the target wants the words of thoughts that it cannot check.
    pub(super) fn wants_words(&self) -> bool {
        let keeps = matches!(self.back, ThoughtsBack::Kept | ThoughtsBack::NeededWithCalls);
        match self.protocol {
            Protocol::AnthropicMessages => keeps,
            Protocol::OpenaiResponses => false,
            Protocol::OpenaiChat | Protocol::Gemini => {
                self.back != ThoughtsBack::Refused && (keeps || self.back_field.is_some())
            }
        }
    }
}
