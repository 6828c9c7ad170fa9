//! Stop texts, which the gateway looks for itself where the model cannot be told them.

use crate::domain::{Facts, Protocol};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::neutral::{Request, Thinking};

/// Keeps the stop texts that the model does not take for the gateway.
pub(super) fn fit(request: &mut Request<'_>, facts: &Facts, protocol: Protocol, notes: &mut Notes) {
    let thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
    if facts.takes_stops(protocol, request.stop.len(), thinks) {
        // Anthropic's protocol has no blank ones.
        let is_cut = |text: &str| protocol == Protocol::AnthropicMessages && text.trim().is_empty();
        request.cut_at = request.stop.extract_if(.., |text| is_cut(text)).collect();
    } else {
        request.cut_at = std::mem::take(&mut request.stop);
    }

    request.cut_at.retain(|text| !text.is_empty());
    if !request.cut_at.is_empty() {
        notes.add(Note::Element(Element::StopCut));
    }
}
