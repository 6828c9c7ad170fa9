//! Thoughts of earlier turns in a chat request: a target gets back what it can read or wants, in its own field.

use serde_json::Value;

use super::message::{Gone, calls, role_is};
use crate::domain::{ThoughtsBack, UnknownFields};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::chat;
use crate::wire::json::{OutlineNode, quote};
use crate::wire::neutral::Signature;

/// The fields in which clients send the words of thoughts back.
const WORDS: [&str; 3] = ["reasoning_content", "reasoning", "reasoning_text"];

/// The fields with lists of thoughts.
const LISTS: [&str; 2] = ["thinking_blocks", "reasoning_details"];

/// Members of a message that every server of this protocol knows.
const KNOWN: [&str; 6] = ["role", "content", "name", "tool_calls", "tool_call_id", "prefix"];

/// Whether a turn with calls has lost its thoughts.
pub(super) fn are_missing(message: &OutlineNode<'_>) -> bool {
    calls(message).is_some() && words(message).is_none()
}

/// Fits the thoughts of a message.
pub(super) fn fit(message: &OutlineNode<'_>, target: &TargetFacts, gone: &mut Gone, edits: &mut Edits) {
    let thinking = &target.facts.thinking;
    let refuses_unknown = target.facts.unknown_fields == UnknownFields::Refused;
    if refuses_unknown {
        let is_unknown = |member: &OutlineNode<'_>| {
            let key = member.key();
            !KNOWN.contains(&&*key) && !is_thoughts(&key) && key != "extra_content"
        };
        gone.add_where(message, is_unknown, Element::Rewritten);
    }
    if !role_is(message, "assistant") {
        return;
    }

    let wants_words = target.seals().wants_words();
    if thinking.back == ThoughtsBack::Refused || refuses_unknown && !wants_words {
        let goes = |member: &OutlineNode<'_>| is_thoughts(&member.key());
        gone.add_where(message, goes, Element::Thoughts);
        return;
    }
    if target.writes_tags() {
        return within_tags(message, gone, edits);
    }

    let is_packed = |member: &OutlineNode<'_>| {
        LISTS.contains(&&*member.key()) && Signature::may_be_packed_in(member.text().as_bytes())
    };
    gone.add_where(message, is_packed, Element::Signatures);
    if wants_words && thinking.back != ThoughtsBack::Ignored {
        in_own_field(message, target, gone, edits);
    }
}

/// Gives the words of thoughts the target's own field, or a placeholder where it needs some and they are lost.
fn in_own_field(message: &OutlineNode<'_>, target: &TargetFacts, gone: &mut Gone, edits: &mut Edits) {
    let thinking = &target.facts.thinking;
    let field = thinking.back_field.as_deref().unwrap_or(WORDS[0]);
    let own = message.get(field);
    if own.is_some_and(|own| is_stated(&own)) {
        return;
    }

    // The text as it came, under another name.
    let under_other_name = WORDS.iter().find_map(|name| message.get(name).filter(is_stated));
    let needs = calls(message).is_some() && thinking.back == ThoughtsBack::NeededWithCalls && thinking.placeholder;
    let text = match (&under_other_name, words(message)) {
        (Some(node), _) => node.text().to_owned(),
        (None, Some(words)) => quote(&words),
        (None, None) if needs => quote(" "),
        (None, None) => return,
    };
    match own {
        Some(own) => edits.replace(own.span(), text, Note::Element(Element::Thoughts)),
        None => {
            let text = format!("{}:{text},", quote(field));
            edits.insert(message.span().start + 1, text, Note::Element(Element::Thoughts));
        }
    }
    if let Some(other) = under_other_name {
        gone.add(&other, Element::Thoughts);
    }
}

/// Puts the words of thoughts within tags before the text.
fn within_tags(message: &OutlineNode<'_>, gone: &mut Gone, edits: &mut Edits) {
    let words = words(message);
    let goes = |member: &OutlineNode<'_>| is_thoughts(&member.key());
    gone.add_where(message, goes, Element::Thoughts);
    let Some(words) = words else { return };

    let tagged = chat::think_tags(&words);
    let content = message.get("content");
    let text = content.and_then(|content| content.string());
    match (content, text) {
        (_, Some(text)) if text.trim_start().starts_with("<think>") => {}
        (Some(content), Some(text)) => {
            let text = quote(&format!("{tagged}{text}"));
            edits.replace(content.span(), text, Note::Element(Element::Thoughts));
        }
        (Some(content), None) if content.is_list() => {
            let gap = if content.elements().next().is_some() { "," } else { "" };
            let part = format!(r#"{{"type":"text","text":{}}}{gap}"#, quote(&tagged));
            edits.insert(content.span().start + 1, part, Note::Element(Element::Thoughts));
        }
        (Some(content), None) => {
            edits.replace(content.span(), quote(&tagged), Note::Element(Element::Thoughts));
        }
        (None, _) => {
            let text = format!("\"content\":{},", quote(&tagged));
            edits.insert(message.span().start + 1, text, Note::Element(Element::Thoughts));
        }
    }
}

fn is_thoughts(key: &str) -> bool {
    WORDS.contains(&key) || LISTS.contains(&key)
}

/// Whether a member holds something.
fn is_stated(node: &OutlineNode<'_>) -> bool {
    !matches!(node.text(), "null" | "\"\"" | "[]")
}

/// The words of the thoughts of a message.
fn words(message: &OutlineNode<'_>) -> Option<String> {
    let stated = |name: &&str| message.get(name).filter(is_stated);
    let plain = WORDS.iter().filter_map(stated).find_map(|node| node.string());
    if let Some(words) = plain {
        return Some(words.into_owned());
    }

    let lists = LISTS.iter().filter_map(|name| {
        let list: Value = serde_json::from_str(message.get(name)?.text()).ok()?;
        Some(((*name).to_owned(), list))
    });
    let lists: serde_json::Map<String, Value> = lists.collect();
    let words = chat::words_of_thoughts(&Value::Object(lists));
    (!words.is_empty()).then_some(words)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Protocol;
    use crate::wire::adapt::TargetFacts;
    use crate::wire::adapt::samples::{self, fitted, shipped, stated};
    use crate::wire::operation::Operation;

    fn chat(id: &str) -> TargetFacts {
        shipped(id, Protocol::OpenaiChat)
    }

    /// A turn of the model with one call, which is answered.
    fn body(more: &Value) -> Value {
        let mut turn = json!({"role": "assistant", "content": "", "tool_calls": [
            {"id": "call1abcd", "type": "function", "function": {"name": "f", "arguments": "{}"}}]});
        turn.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}, turn,
            {"role": "tool", "tool_call_id": "call1abcd", "content": "1"}]})
    }

    #[track_caller]
    fn fits(more: &Value, target: &TargetFacts) -> (Value, String) {
        let (out, notes) = fitted(&body(more).to_string(), Operation::Chat, target);
        (out["messages"][1].clone(), notes)
    }

    #[test]
    fn words_move_to_the_targets_own_field() {
        let kimi = chat("moonshotai/kimi-k3");
        for sent in [
            json!({"reasoning": "hm"}),
            json!({"reasoning_content": null, "reasoning": "hm"}),
            json!({"reasoning_text": "hm", "reasoning_content": ""}),
            json!({"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "cm1.anthropic.-..Eq"}]}),
            json!({"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}),
        ] {
            let (turn, notes) = fits(&sent, &kimi);
            assert_eq!(turn["reasoning_content"], "hm", "{sent}");
            assert!(!turn.to_string().contains("cm1."), "{turn}");
            assert!(notes.contains("thoughts"), "{notes}");
        }

        let own = body(&json!({"reasoning_content": "hm"}));
        assert_eq!(fitted(&own.to_string(), Operation::Chat, &kimi), (own, String::new()));
        assert_eq!(
            fits(&json!({"reasoning_content": ""}), &kimi).0["reasoning_content"],
            " "
        );
    }

    #[test]
    fn a_model_that_wants_tags_gets_its_thoughts_before_the_text() {
        let minimax = chat("minimax/minimax-m2.7");

        for (content, expected) in [
            (json!("Yes"), json!("<think>\nhm\n</think>\n\nYes")),
            (json!(null), json!("<think>\nhm\n</think>\n\n")),
            (json!(""), json!("<think>\nhm\n</think>\n\n")),
            (json!("<think>so</think>Yes"), json!("<think>so</think>Yes")),
            (
                json!([{"type": "text", "text": "Yes"}]),
                json!([{"type": "text", "text": "<think>\nhm\n</think>\n\n"}, {"type": "text", "text": "Yes"}]),
            ),
        ] {
            let (turn, _) = fits(&json!({"content": content, "reasoning_content": "hm"}), &minimax);
            assert_eq!((&turn["content"], turn.get("reasoning_content")), (&expected, None));
        }
        assert_eq!(fits(&json!({"content": "Yes"}), &minimax).0["content"], "Yes");
    }

    #[test]
    fn members_that_a_strict_server_does_not_know_are_left_out_all_at_once() {
        let sent = json!({"refusal": null, "reasoning_content": "hm", "annotations": [],
            "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "cm1.anthropic.-..Eq"}]});
        for id in ["google/gemini-3.1-pro-preview", "mistral/mistral-large-latest"] {
            let (turn, notes) = fits(&sent, &chat(id));
            let left = ["refusal", "reasoning_content", "annotations", "thinking_blocks"];
            assert!(left.iter().all(|name| turn.get(name).is_none()), "{turn}");
            assert!(notes.contains("thoughts") && notes.contains("rewritten"), "{notes}");
        }
    }

    #[test]
    fn a_packed_signature_reaches_no_server_and_others_stay() {
        let block = |signature: &str| json!({"reasoning_content": "hm", "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": signature}]});
        let unknown = stated(
            &json!({"roles": {"developer": "native", "system": "anywhere"}}),
            Protocol::OpenaiChat,
        );

        let (turn, notes) = fits(&block("cm1.anthropic.-..Eq"), &unknown);
        assert_eq!((turn.get("thinking_blocks"), notes.as_str()), (None, "signatures"));
        assert_eq!(turn["reasoning_content"], "hm");

        let native = body(&block("Eq")).to_string();
        assert_eq!(
            samples::plan(&native, Operation::Chat, &unknown),
            crate::wire::adapt::Plan::Passthrough
        );
    }
}
