//! Signatures of calls in a chat request, which stand in `extra_content` under the name of those who can read them.

use serde_json::Value;

use super::message::{Gone, calls};
use crate::wire::adapt::edits::Edits;
use crate::wire::adapt::elements;
use crate::wire::adapt::note::{Element, Note};
use crate::wire::adapt::target::TargetFacts;
use crate::wire::json::{OutlineNode, quote};
use crate::wire::neutral::domain_name;

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

    let domain = domain_name(&target.facts.seals.domain);
    let missing = target.facts.seals.missing.as_deref().filter(|_| !domain.is_empty());
    if let (Some(missing), Some(first), false) = (missing, calls.elements().next(), is_signed) {
        let signature = format!(
            "\"{FIELD}\":{{{}:{{\"thought_signature\":{}}}}},",
            quote(&domain),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Protocol;
    use crate::wire::adapt::samples::{fitted, shipped};
    use crate::wire::operation::Operation;

    fn call(id: &str, more: &Value) -> Value {
        let mut call = json!({"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    }

    fn body(calls: &[Value]) -> Value {
        let mut messages = vec![
            json!({"role": "user", "content": "Hi"}),
            json!({"role": "assistant", "content": "", "tool_calls": calls}),
        ];
        messages.extend(
            calls
                .iter()
                .map(|call| json!({"role": "tool", "tool_call_id": call["id"], "content": "1"})),
        );
        json!({"model": "m", "messages": messages})
    }

    fn seal(domain: &str, value: &str) -> Value {
        json!({"extra_content": {domain: {"thought_signature": value}}})
    }

    #[test]
    fn the_first_call_of_each_turn_has_the_targets_signature_or_the_value_that_stands_for_it() {
        let gemini = shipped("google/gemini-3.1-pro-preview", Protocol::OpenaiChat);
        let none = json!({});
        let missing = seal("google", "skip_thought_signature_validator");

        let own = body(&[call("a", &seal("google", "U0lH")), call("b", &none)]);
        assert_eq!(fitted(&own.to_string(), Operation::Chat, &gemini), (own, String::new()));

        for sent in [
            none.clone(),
            seal("other", "x"),
            json!({"extra_content": null}),
            seal("google", ""),
        ] {
            let (out, notes) = fitted(
                &body(&[call("a", &sent), call("b", &none)]).to_string(),
                Operation::Chat,
                &gemini,
            );
            let expected = body(&[call("a", &missing), call("b", &none)]);
            assert_eq!(
                (&out["messages"], notes.as_str()),
                (&expected["messages"], "signatures"),
                "{sent}"
            );
        }
    }

    #[test]
    fn a_signature_of_a_call_goes_to_no_other_server() {
        for id in [
            "openai/gpt-4.1",
            "groq/openai/gpt-oss-120b",
            "mistral/mistral-large-latest",
        ] {
            let target = shipped(id, Protocol::OpenaiChat);
            let sent = body(&[call("call1abcd", &seal("google", "U0lH"))]);

            let (out, notes) = fitted(&sent.to_string(), Operation::Chat, &target);

            assert_eq!(out["messages"][1]["tool_calls"][0].get("extra_content"), None);
            assert_eq!(notes, "signatures");
        }
    }
}
