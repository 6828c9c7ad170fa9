//! Thoughts of earlier turns, and their signatures: a target gets back what it can read or wants.

use std::borrow::Cow;

use crate::domain::{Facts, Protocol, ThinkingSwitch, ThoughtsBack};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::adapt::seals::Seals;
use crate::wire::neutral::{Part, Request, Role, Signature, SignatureKind, Thinking, Turn};

/// Stands for thoughts that were lost.
const LOST: &str = " ";

/// Leaves out signatures that the target cannot read, and thoughts that it does not want without them.
pub(super) fn fit(request: &mut Request<'_>, facts: &Facts, protocol: Protocol, model: &str, notes: &mut Notes) {
    let seals = Seals::of(facts, protocol, Some(model));
    for turn in request.turns.iter_mut().filter(|turn| turn.role == Role::Assistant) {
        turn.parts.retain_mut(|part| keeps(part, &seals, notes));
    }
    request.turns.retain(|turn| !turn.parts.is_empty());

    if facts.thinking.back == ThoughtsBack::NeededWithCalls && seals.wants_words() {
        give_needed(request, facts, protocol, notes);
    }
    if let Some(missing) = facts.seals.missing.as_deref().filter(|_| !seals.domain.is_empty()) {
        for turn in request.turns.iter_mut().filter(|turn| turn.role == Role::Assistant) {
            give_missing(turn, &seals.domain, missing, notes);
        }
    }
}

/// Leaves out what the target cannot read of a part. `false` if nothing of it is left.
fn keeps(part: &mut Part<'_>, seals: &Seals<'_>, notes: &mut Notes) -> bool {
    let Part::Thinking { text, signature } = part else {
        return true;
    };

    match signature {
        Some(known) if seals.reads(known) => return true,
        Some(_) => {
            *signature = None;
            notes.add(Note::Element(Element::Signatures));
        }
        None => {}
    }
    if text.is_empty() {
        return false;
    }
    let stays = seals.wants_words();
    if !stays {
        notes.add(Note::Element(Element::Thoughts));
    }
    stays
}

/// Gives thoughts to turns with calls that have lost them, or switches thinking off for this call, where the target refuses such
/// turns.
fn give_needed(request: &mut Request<'_>, facts: &Facts, protocol: Protocol, notes: &mut Notes) {
    let thinking = &facts.thinking;
    let lacks = |turn: &Turn<'_>| turn.role == Role::Assistant && has_calls(turn) && !has_thoughts(turn);
    if !thinking.placeholder {
        let can_be_off = !thinking.must_think()
            && (protocol == Protocol::AnthropicMessages || thinking.switch != ThinkingSwitch::None);
        let thinks = facts.thinks(request.thinking.map(|asked| asked != Thinking::Off));
        if can_be_off
            && thinks
            && steps(&request.turns).any(|step| step.iter().any(lacks) && !step.iter().any(has_thoughts))
        {
            request.thinking = Some(Thinking::Off);
            notes.add(Note::Element(Element::Thoughts));
        }
        return;
    }

    for turn in request.turns.iter_mut().filter(|turn| lacks(turn)) {
        let lost = Part::Thinking {
            text: LOST.into(),
            signature: None,
        };
        turn.parts.insert(0, lost);
        notes.add(Note::Element(Element::Thoughts));
    }
}

/// The stretches of turns of one side that follow each other.
fn steps<'t, 'a>(turns: &'t [Turn<'a>]) -> impl Iterator<Item = &'t [Turn<'a>]> {
    turns.chunk_by(|a, b| a.role == b.role)
}

fn has_calls(turn: &Turn<'_>) -> bool {
    turn.parts.iter().any(|part| matches!(part, Part::ToolCall(_)))
}

fn has_thoughts(turn: &Turn<'_>) -> bool {
    let is_thought = |part: &Part<'_>| matches!(part, Part::Thinking { text, .. } if !text.is_empty());
    turn.parts.iter().any(is_thought)
}

/// Gives the first call of a turn the value that stands for a missing signature, unless one of its calls has its own. Of calls
/// that are made at once only the first is signed.
fn give_missing(turn: &mut Turn<'_>, domain: &str, missing: &str, notes: &mut Notes) {
    let is_signed = turn.parts.iter().any(is_call_signature);
    let Some(first) = turn.parts.iter().position(|part| matches!(part, Part::ToolCall(_))) else {
        return;
    };
    if is_signed {
        return;
    }

    let signature = Signature {
        domain: Cow::Owned(domain.to_owned()),
        kind: SignatureKind::Call,
        ..Signature::of_thoughts(missing.to_owned())
    };
    let part = Part::Thinking {
        text: "".into(),
        signature: Some(signature),
    };
    turn.parts.insert(first, part);
    notes.add(Note::Element(Element::Signatures));
}

fn is_call_signature(part: &Part<'_>) -> bool {
    let Part::Thinking {
        signature: Some(signature),
        ..
    } = part
    else {
        return false;
    };
    signature.kind == SignatureKind::Call
}
