//! Thoughts of earlier turns in a request to Messages: a target gets back what it can read or wants.

use crate::domain::{Protocol, ThoughtsBack};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::seals::Seals;
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{Outline, OutlineNode, quote};
use crate::wire::neutral::{Signature, SignatureKind, is_packed};

/// Stands for thoughts that were lost, before the blocks of a turn.
const LOST: &str = r#"{"type":"thinking","thinking":" ","signature":""},"#;

/// What becomes of a block of thoughts.
#[derive(Debug, PartialEq)]
enum Fate {
    Stays,
    Goes,
    /// It gets this signature.
    Signed(String),
    /// It becomes a block of hidden thoughts with these data.
    Hidden(String),
}

/// Fits the thoughts of a message. `true` if nothing of it is left.
pub(super) fn fit(message: &OutlineNode<'_>, target: &TargetFacts, edits: &mut Edits) -> bool {
    let Some(content) = message.get("content").filter(|content| content.is_list()) else {
        return false;
    };

    let seals = target.seals();
    let goes = |block: &OutlineNode<'_>| fate(block, &seals) == Some(Fate::Goes);
    let before = content.elements().count();
    let kept = elements::leave_out_where(&content, goes, edits, Element::Signatures);
    for block in content.elements() {
        match fate(&block, &seals) {
            Some(Fate::Signed(value)) => {
                if let Some(signature) = block.get("signature") {
                    edits.replace(signature.span(), quote(&value), Note::Element(Element::Signatures));
                }
            }
            Some(Fate::Hidden(data)) => {
                let hidden = format!(r#"{{"type":"redacted_thinking","data":{}}}"#, quote(&data));
                edits.replace(block.span(), hidden, Note::Element(Element::Signatures));
            }
            Some(Fate::Stays | Fate::Goes) | None => {}
        }
    }
    if target.facts.thinking.placeholder && is_needed(target) && lacks(message, &seals) {
        edits.insert(content.span().start + 1, LOST, Note::Element(Element::Thoughts));
    }
    kept == 0 && before > 0
}

/// Whether the model must not think in this request, since a turn with calls has lost its thoughts.
pub(super) fn are_missing(outline: &Outline<'_>, target: &TargetFacts) -> bool {
    let needed = is_needed(target) && !target.facts.thinking.placeholder;
    // Within a budget Anthropic wants the thoughts before the calls that are being answered.
    let of_last = target.checks_signatures() && target.facts.thinking.least_budget.is_some();
    if !needed && !of_last {
        return false;
    }
    let Some(messages) = outline.root().get("messages") else {
        return false;
    };

    let seals = target.seals();
    let mut models = messages
        .elements()
        .filter(|message| message.get("role").is_some_and(|role| role.is("assistant")));
    match needed {
        true => models.any(|message| lacks(&message, &seals)),
        false => models.last().is_some_and(|message| lacks(&message, &seals)),
    }
}

fn is_needed(target: &TargetFacts) -> bool {
    target.facts.thinking.back == ThoughtsBack::NeededWithCalls
}

/// Whether a message has calls, and no thoughts that stay.
fn lacks(message: &OutlineNode<'_>, seals: &Seals<'_>) -> bool {
    let blocks = || {
        message
            .get("content")
            .into_iter()
            .flat_map(|content| content.elements())
    };
    let has_calls = blocks().any(|block| kind_is(&block, "tool_use"));
    has_calls && !blocks().any(|block| fate(&block, seals).is_some_and(|fate| fate != Fate::Goes))
}

fn kind_is(block: &OutlineNode<'_>, kind: &str) -> bool {
    block.get("type").is_some_and(|node| node.is(kind))
}

/// What becomes of a block; `None` if it holds no thoughts.
fn fate(block: &OutlineNode<'_>, seals: &Seals<'_>) -> Option<Fate> {
    let is_hidden = kind_is(block, "redacted_thinking");
    if !is_hidden && !kind_is(block, "thinking") {
        return None;
    }

    let field = if is_hidden { "data" } else { "signature" };
    let sent = block.get(field).and_then(|node| node.string()).unwrap_or_default();
    let packed = is_packed(&sent);
    let signature = Signature::unpacked(&sent, Protocol::AnthropicMessages).map(|signature| Signature {
        kind: if is_hidden {
            SignatureKind::Redacted
        } else {
            signature.kind
        },
        ..signature
    });
    if let Some(signature) = signature.filter(|signature| seals.reads(signature)) {
        return Some(match signature.kind {
            _ if !packed => Fate::Stays,
            SignatureKind::Redacted => Fate::Hidden(signature.value.into_owned()),
            _ => Fate::Signed(signature.value.into_owned()),
        });
    }

    // Of a server without a name nothing is known.
    if seals.domain.is_empty() && !packed {
        return Some(Fate::Stays);
    }
    let words = block.get("thinking").and_then(|node| node.string()).unwrap_or_default();
    if is_hidden || words.is_empty() || !seals.wants_words() {
        return Some(Fate::Goes);
    }
    Some(match sent.trim() {
        "" => Fate::Stays,
        _ => Fate::Signed(String::new()),
    })
}
