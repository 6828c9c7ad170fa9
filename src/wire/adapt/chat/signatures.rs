//! Signatures of calls in a chat request, which stand in `extra_content` under the name of those who can read them.

use serde_json::Value;

use super::message::{Gone, calls};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, quote};

const FIELD: &str = "extra_content";

/// Leaves out signatures that the target cannot read, and gives the value that it takes in the place of one. Of calls that are
/// made at once only the first is signed.
pub(super) fn fit(message: &OutlineNode<'_>, target: &TargetFacts, gone: &mut Gone, edits: &mut Edits) {
    let seals = target.seals();
    let is_own = |holder: &OutlineNode<'_>| signs(holder, &seals.domain);

    if let Some(extra) = foreign(message, is_own(message)) {
        gone.add(&extra, Element::Signatures);
    }
    let Some(calls) = calls(message) else { return };
    let mut is_signed = false;
    for call in calls.elements() {
        let own = is_own(&call);
        is_signed |= own;
        if let Some(extra) = foreign(&call, own) {
            elements::leave_out(&call, &extra, edits, Element::Signatures);
        }
    }

    let missing = target
        .facts
        .seals
        .missing
        .as_deref()
        .filter(|_| !seals.domain.is_empty());
    if let (Some(missing), Some(first), false) = (missing, calls.elements().next(), is_signed) {
        let signature = format!(
            "\"{FIELD}\":{{{}:{{\"thought_signature\":{}}}}},",
            quote(&seals.domain),
            quote(missing)
        );
        edits.insert(first.span().start + 1, signature, Note::Element(Element::Signatures));
    }
}

/// The signatures of a message or a call, if they are not the target's.
fn foreign<'o>(holder: &OutlineNode<'o>, is_own: bool) -> Option<OutlineNode<'o>> {
    holder.get(FIELD).filter(|_| !is_own)
}

/// Whether a message or a call has a signature of this domain.
fn signs(holder: &OutlineNode<'_>, domain: &str) -> bool {
    let Some(extra) = holder.get(FIELD).filter(|_| !domain.is_empty()) else {
        return false;
    };
    let extra: Value = serde_json::from_str(extra.text()).unwrap_or_default();
    let signature = extra.get(domain).and_then(|own| own.get("thought_signature"));
    signature.and_then(Value::as_str).is_some_and(|value| !value.is_empty())
}
