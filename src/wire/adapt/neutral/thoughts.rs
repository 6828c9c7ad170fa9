//! Thoughts of earlier turns, and their signatures: a target gets back what it can read or wants.

use std::borrow::Cow;

use crate::domain::{Facts, Protocol, ThinkingSwitch, ThoughtsBack};
use crate::wire::adapt::note::{Element, Note, Notes};
use crate::wire::adapt::seals::Seals;
use crate::wire::neutral::{Part, Request, Role, Signature, SignatureKind, Thinking, Turn, domain_name};

/// Stands for thoughts that were lost.
const LOST: &str = " ";

/// Leaves out signatures that the target cannot read, and thoughts that it does not want without them.
pub(super) fn fit(request: &mut Request<'_>, facts: &Facts, protocol: Protocol, model: &str, notes: &mut Notes) {
    let mut seals = Seals::of(facts, protocol, Some(model));
    if request.withholds_signatures {
        seals = seals.that_read_none();
    }
    for turn in request.turns.iter_mut().filter(|turn| turn.role == Role::Assistant) {
        turn.parts.retain_mut(|part| keeps(part, &seals, notes));
    }
    request
        .turns
        .retain(|turn| turn.role != Role::Assistant || !turn.parts.is_empty());

    if facts.thinking.back == ThoughtsBack::NeededWithCalls && seals.wants_words() {
        give_needed(request, facts, protocol, notes);
    }
    let domain = domain_name(&facts.seals.domain);
    if let Some(missing) = facts.seals.missing.as_deref().filter(|_| !domain.is_empty()) {
        for turn in request.turns.iter_mut().filter(|turn| turn.role == Role::Assistant) {
            give_missing(turn, &domain, missing, notes);
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::FactsPatch;
    use crate::wire::neutral::{ToolCall, model_mark};

    fn facts(patch: &serde_json::Value) -> Facts {
        let patch: FactsPatch = serde_json::from_value(patch.clone()).unwrap();
        Facts::default().with(&patch)
    }

    fn signed(domain: &'static str, kind: SignatureKind, model: Option<&'static str>) -> Part<'static> {
        Part::Thinking {
            text: if kind == SignatureKind::Thoughts { "hm" } else { "" }.into(),
            signature: Some(Signature {
                domain: domain.into(),
                kind,
                model: model.map(Into::into),
                ..Signature::of_thoughts("s")
            }),
        }
    }

    fn words() -> Part<'static> {
        Part::Thinking {
            text: "hm".into(),
            signature: None,
        }
    }

    fn call() -> Part<'static> {
        Part::ToolCall(ToolCall {
            id: "a".into(),
            name: "f".into(),
            namespace: None,
            arguments: "{}".into(),
            custom: false,
        })
    }

    fn fitted(
        parts: Vec<Part<'static>>,
        facts: &Facts,
        protocol: Protocol,
    ) -> (Vec<Part<'static>>, Option<Thinking>, String) {
        let mut request = Request {
            turns: vec![Turn {
                role: Role::Assistant,
                parts,
            }],
            ..Request::default()
        };
        let mut notes = Notes::default();
        fit(&mut request, facts, protocol, "m-1", &mut notes);
        let parts = request.turns.pop().map(|turn| turn.parts).unwrap_or_default();
        (parts, request.thinking, notes.to_string())
    }

    #[test]
    fn a_signature_goes_to_its_domain_only_and_words_where_they_are_wanted() {
        let claude = facts(&json!({"seals": {"domain": "anthropic"}}));
        let keeps = facts(&json!({"thinking": {"back": "kept", "back_field": "reasoning_content"}}));
        let own = signed("anthropic", SignatureKind::Thoughts, Some(""));
        let foreign = signed("openai", SignatureKind::Thoughts, Some(""));
        let all = || vec![own.clone(), foreign.clone(), words(), call()];

        let (parts, _, notes) = fitted(all(), &claude, Protocol::AnthropicMessages);
        assert_eq!(
            (parts, notes.as_str()),
            (vec![own.clone(), call()], "signatures, thoughts")
        );

        let (parts, _, notes) = fitted(all(), &keeps, Protocol::OpenaiChat);
        assert_eq!(
            (parts, notes.as_str()),
            (vec![words(), words(), words(), call()], "signatures")
        );
        assert_eq!(fitted(all(), &Facts::default(), Protocol::OpenaiChat).0, [call()]);
    }

    #[test]
    fn a_server_of_which_nothing_is_known_gets_the_signatures_of_its_own_protocol() {
        let native = signed("anthropic", SignatureKind::Thoughts, None);

        let (parts, _, notes) = fitted(vec![native.clone()], &Facts::default(), Protocol::AnthropicMessages);
        assert_eq!((parts, notes.as_str()), (vec![native.clone()], ""));
        assert!(
            fitted(vec![native], &Facts::default(), Protocol::OpenaiResponses)
                .0
                .is_empty()
        );
    }

    #[test]
    fn no_signature_goes_back_once_the_target_has_refused_one() {
        let google = facts(&json!({"seals": {"domain": "google", "missing": "skip"}}));
        let parts = vec![signed("google", SignatureKind::Call, Some("")), call()];
        let mut request = Request {
            withholds_signatures: true,
            turns: vec![Turn {
                role: Role::Assistant,
                parts,
            }],
            ..Request::default()
        };

        fit(&mut request, &google, Protocol::OpenaiChat, "m", &mut Notes::default());

        let Some(Part::Thinking {
            signature: Some(signature),
            ..
        }) = request.turns[0].parts.first()
        else {
            panic!("{request:?}");
        };
        assert_eq!((&*signature.domain, &*signature.value), ("google", "skip"));
    }

    #[test]
    fn a_bound_signature_goes_to_its_own_model_only() {
        let bound = facts(&json!({"seals": {"domain": "anthropic", "binding": "prefix"}}));
        let free = facts(&json!({"seals": {"domain": "anthropic"}}));
        let mark: &'static str = model_mark("m-1").leak();
        let of = |model| signed("anthropic", SignatureKind::Thoughts, model);

        for (facts, model, stays) in [
            (&bound, Some(mark), true),
            (&bound, Some("otherone"), false),
            (&bound, Some(""), false),
            (&bound, None, true),
            (&free, Some(""), true),
            (&free, Some(mark), false),
        ] {
            let (parts, ..) = fitted(vec![of(model), call()], facts, Protocol::AnthropicMessages);
            assert_eq!(parts.len() == 2, stays, "{model:?}");
        }
    }

    #[test]
    fn the_first_call_of_a_turn_gets_what_stands_for_a_missing_signature() {
        let google = facts(&json!({"seals": {"domain": "google", "missing": "skip"}}));
        let own = signed("google", SignatureKind::Call, Some(""));
        let signature = |parts: &[Part<'_>]| match &parts[0] {
            Part::Thinking {
                signature: Some(signature),
                ..
            } => (signature.kind, signature.value.to_string()),
            other => panic!("{other:?}"),
        };

        let (parts, _, notes) = fitted(vec![own.clone(), call(), call()], &google, Protocol::OpenaiChat);
        assert_eq!((parts, notes.as_str()), (vec![own, call(), call()], ""));

        for before in [vec![], vec![signed("other", SignatureKind::Call, Some(""))]] {
            let parts = [before, vec![call(), call()]].concat();
            let (parts, _, notes) = fitted(parts, &google, Protocol::OpenaiChat);
            assert_eq!(signature(&parts), (SignatureKind::Call, "skip".into()));
            assert_eq!((parts.len(), notes.as_str()), (3, "signatures"));
        }
    }

    #[test]
    fn thoughts_that_are_needed_and_lost_become_a_blank_or_switch_thinking_off() {
        let needed = |more: serde_json::Value| {
            let thinking = json!({"thinks": true, "default_on": true, "switch": "thinking_type", "back": "needed_with_calls",
                "back_field": "reasoning_content"});
            facts(&json!({"thinking": thinking})).with(&serde_json::from_value(json!({"thinking": more})).unwrap())
        };
        let (off, blank) = (
            needed(json!({})),
            needed(json!({"placeholder": true, "off": "impossible"})),
        );

        assert_eq!(
            fitted(vec![call()], &off, Protocol::OpenaiChat),
            (vec![call()], Some(Thinking::Off), "thoughts".into())
        );
        assert_eq!(fitted(vec![words(), call()], &off, Protocol::OpenaiChat).1, None);
        assert_eq!(fitted(vec![Part::text("a")], &off, Protocol::OpenaiChat).1, None);
        let (parts, thinking, notes) = fitted(vec![call()], &blank, Protocol::OpenaiChat);
        assert_eq!((parts.len(), thinking, notes.as_str()), (2, None, "thoughts"));
    }
}
