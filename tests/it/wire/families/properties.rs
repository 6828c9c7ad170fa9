//! Rules that hold for every plan, for what clients send to every family.

use crossmodel::domain::Strictness;
use crossmodel::wire::adapt::{Edits, Mend, Plan, RequestView, TargetFacts, adapt};
use crossmodel::wire::control::{AskUsage, Control, Piece};
use crossmodel::wire::error::Complaint;
use serde_json::{Map, Value};

use super::{Turn, everywhere};

/// Members whose loss would change what is asked.
const MEANING: [&str; 9] = [
    "messages",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "response_format",
    "n",
    "logprobs",
    "stream",
];
/// Members that say whether, and how much, the model thinks.
const THINKING: [&str; 6] = [
    "thinking",
    "reasoning",
    "reasoning_effort",
    "output_config",
    "enable_thinking",
    "chat_template_kwargs",
];
/// Members of the conversation, and of what stands before it.
const CONVERSATION: [&str; 5] = ["messages", "input", "system", "instructions", "tools"];

/// Calls `see` with the plan of every turn that goes in its own protocol.
fn every_plan(mut see: impl FnMut(&str, &Control, &str, &TargetFacts, Plan)) {
    everywhere(|family, protocol, target, turn, body| {
        if turn.operation.native() == Some(protocol) {
            let (control, plan) = planned(turn, body, target);
            let place = format!("{} {protocol:?} {}", family.name, turn.name);
            see(&place, &control, body, target, plan);
        }
    });
}

fn planned(turn: &Turn, body: &str, target: &TargetFacts) -> (Control, Plan) {
    let control = Control::read(body.as_bytes(), turn.operation).unwrap();
    let plan = plan(body, &control, target);
    (control, plan)
}

fn plan(body: &str, control: &Control, target: &TargetFacts) -> Plan {
    adapt(RequestView { body, control }, target)
}

/// The body that goes.
fn applied(body: &str, control: &Control, edits: &Edits) -> Map<String, Value> {
    let model = control.model_span.of(body);
    let pieces = edits.pieces(&control.members);
    let out = control.rewrite(body.as_bytes(), model, AskUsage::AsSent, &pieces);
    serde_json::from_slice(&out.expect("a change")).unwrap()
}

/// The top-level members that differ.
fn differences(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .cloned()
        .collect()
}

/// Whether a note tells of a change of this top-level member.
fn covers(token: &str, member: &str) -> bool {
    let (kind, name) = token.split_once(':').unwrap_or(("", token));
    match (kind, name) {
        ("effort", _) => THINKING.contains(&member),
        ("added", _) => !CONVERSATION.contains(&member),
        ("dropped", "other") => true,
        ("dropped", "web_search") => member == "tools",
        ("", "max_tokens" | "max_completion_tokens") => matches!(member, "max_tokens" | "max_completion_tokens"),
        ("", "stop_cut") => matches!(member, "stop" | "stop_sequences"),
        ("", "thought_summaries") => member == "reasoning",
        ("", "thoughts") => CONVERSATION.contains(&member) || THINKING.contains(&member),
        ("", "tool_strict" | "tool_parameters" | "schema") => matches!(member, "tools" | "response_format" | "text"),
        ("", name) if THINKING.contains(&name) => THINKING.contains(&member),
        ("" | "cut" | "dropped", name) if name == member => true,
        ("", _) => CONVERSATION.contains(&member),
        _ => false,
    }
}

#[test]
fn each_difference_has_its_note_and_each_note_its_difference() {
    every_plan(|place, control, body, _, plan| {
        let Plan::Rewrite(edits) = plan else { return };
        let before: Map<String, Value> = serde_json::from_str(body).unwrap();
        let changed = differences(&before, &applied(body, control, &edits));
        let tokens: Vec<String> = edits.notes.iter().map(|note| note.to_string()).collect();

        for member in &changed {
            assert!(
                tokens.iter().any(|token| covers(token, member)),
                "{place}: {member} of {tokens:?}"
            );
        }
        for token in &tokens {
            assert!(
                changed.iter().any(|member| covers(token, member)),
                "{place}: {token} of {changed:?}"
            );
        }
    });
}

#[test]
fn a_plan_is_the_same_twice_and_its_edits_do_not_overlap() {
    every_plan(|place, control, body, target, first| {
        assert_eq!(plan(body, control, target), first, "{place}");

        let Plan::Rewrite(edits) = first else { return };
        let pieces: Vec<Piece> = edits.pieces(&control.members).to_vec();
        for pair in pieces.windows(2) {
            assert!(pair[0].at.end <= pair[1].at.start, "{place}: {pair:?}");
        }
    });
}

#[test]
fn a_strict_request_loses_nothing() {
    every_plan(|place, _, _, _, plan| {
        let strict = plan.under(Strictness::Strict);
        let notes = strict.notes().map(|notes| notes.iter().collect::<Vec<_>>());
        assert!(notes.unwrap_or_default().iter().all(|note| !note.steers()), "{place}");
    });
}

#[test]
fn a_refused_field_is_in_the_body() {
    every_plan(|place, _, body, _, plan| {
        for plan in [plan.clone(), plan.under(Strictness::Strict)] {
            let Plan::Refuse(refusal) = plan else { continue };
            let field = refusal.param.split(['.', '[']).next().unwrap_or_default();
            // What is told as one word may stand in several fields.
            let is_word = ["effort", "thought_summaries", "media"].contains(&field);
            assert!(is_word || body.contains(&format!("\"{field}\"")), "{place}: {field}");
        }
    });
}

#[test]
fn what_a_refusal_teaches_never_touches_what_carries_meaning() {
    every_plan(|place, control, body, target, usual| {
        let before: Map<String, Value> = serde_json::from_str(body).unwrap();
        let sent = |plan: &Plan| match plan {
            Plan::Rewrite(edits) => Some(applied(body, control, edits)),
            Plan::Passthrough => Some(before.clone()),
            Plan::Translate(_) | Plan::Refuse(_) => None,
        };
        let Some(usual) = sent(&usual) else { return };

        for name in before.keys() {
            let complaint = Complaint::Field(vec![name.clone()]);
            let Some(mend) = Mend::of(&complaint, target) else {
                continue;
            };
            let mended = plan(body, control, &mend.apply(target));
            let mended = sent(&mended).unwrap_or_else(|| panic!("{place}: {name}: {mended:?}"));
            for kept in MEANING {
                assert_eq!(mended.get(kept), usual.get(kept), "{place}: after a refusal of {name}");
            }
        }
    });
}
