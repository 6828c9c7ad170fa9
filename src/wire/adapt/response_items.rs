//! The items of a request to Responses, as the target takes them.

use super::edits::Edits;
use super::elements;
use super::note::{Element, Note};
use super::seals::Seals;
use super::target::TargetFacts;
use super::web_search;
use crate::domain::Protocol;
use crate::wire::json::{Outline, OutlineNode, quote};
use crate::wire::neutral::{CallIdForms, Signature, is_own_item_id, is_packed, own_domain};

/// Values of items that a plan looks at have at most so many objects and lists around them: body, input, item.
const DEPTH: usize = 3;

/// The kinds of items whose ids OpenAI checks, and how they begin.
const CHECKED: [(&str, &str); 4] = [
    ("message", "msg"),
    ("function_call", "fc"),
    ("custom_tool_call", "ctc"),
    ("reasoning", "rs"),
];

/// Fits the items of `input`.
pub(super) fn fit(body: &str, target: &TargetFacts, edits: &mut Edits) {
    let outline = Outline::of(body, DEPTH);
    let root = outline.root();
    let Some(input) = root.get("input").filter(|input| input.is_list()) else {
        return;
    };

    let seals = target.seals();
    let mut forms = CallIdForms::new(target.facts.ids.call, target.protocol);
    let goes = |item: &OutlineNode<'_>| kind_is(item, "reasoning") && !stays(item, &seals);
    elements::leave_out_where(&input, goes, edits, Element::Signatures);
    for item in input.elements().filter(|item| !goes(item)) {
        if web_search::of_earlier_turn(&item, target, edits) {
            continue;
        }
        if !unpack(&item, edits) {
            item_id(&item, &seals, edits);
        }
        call_id(&item, &mut forms, edits);
    }
}

fn kind_is(item: &OutlineNode<'_>, kind: &str) -> bool {
    item.get("type").is_some_and(|node| node.is(kind))
}

/// Whether the target reads an item of thoughts.
fn stays(item: &OutlineNode<'_>, seals: &Seals<'_>) -> bool {
    let sent = encrypted(item);
    match Signature::unpacked(&sent, Protocol::OpenaiResponses) {
        Some(signature) if seals.reads(&signature) => true,
        // Of a server without a name nothing is known.
        Some(_) => seals.domain.is_empty() && !is_packed(&sent),
        // A provider may have kept the thoughts under their id, unless the gateway has made it.
        None => {
            let is_foreign = |id: &str| is_own_item_id(id) || is_owner(seals) && !id.starts_with("rs");
            let id = item.get("id").and_then(|id| id.string());
            let has_foreign_id = id.is_some_and(|id| is_foreign(&id));
            let may_have_kept = seals.domain.is_empty() || is_owner(seals);
            may_have_kept && !has_foreign_id && !is_packed(&sent)
        }
    }
}

fn encrypted<'o>(item: &OutlineNode<'o>) -> std::borrow::Cow<'o, str> {
    item.get("encrypted_content")
        .and_then(|node| node.string())
        .unwrap_or_default()
}

/// Whether the target is of those whose protocol this is.
fn is_owner(seals: &Seals<'_>) -> bool {
    seals.domain == own_domain(Protocol::OpenaiResponses)
}

/// Gives thoughts that the target reads the form in which it has made them. `false` if they have that form, or it is another item.
fn unpack(item: &OutlineNode<'_>, edits: &mut Edits) -> bool {
    let sent = encrypted(item);
    if !is_packed(&sent) {
        return false;
    }
    let (Some(signature), Some(node)) = (
        Signature::unpacked(&sent, Protocol::OpenaiResponses),
        item.get("encrypted_content"),
    ) else {
        return false;
    };

    edits.replace(node.span(), quote(&signature.value), Note::Element(Element::Signatures));
    let Some(id) = item.get("id") else { return true };
    match signature.id {
        Some(own) => edits.replace(id.span(), quote(&own), Note::Element(Element::Signatures)),
        None if id.string().is_some_and(|id| is_own_item_id(&id)) => {
            elements::leave_out(item, &id, edits, Element::Signatures);
        }
        None => {}
    }
    true
}

/// Leaves out the id of an item that another server has given it: the target may look for it, or refuse its form.
fn item_id(item: &OutlineNode<'_>, seals: &Seals<'_>, edits: &mut Edits) {
    let Some(id) = item.get("id") else { return };
    let Some(text) = id.string() else { return };
    let kind = item.get("type").and_then(|kind| kind.string());
    // The type of a message may be left out.
    let kind = kind.unwrap_or("message".into());
    let checked = CHECKED.iter().find(|(known, _)| *known == kind);

    let is_foreign = match checked {
        Some((_, start)) if is_owner(seals) => !text.starts_with(start),
        // Thoughts that stay are the target's own.
        Some((kind, _)) => *kind != "reasoning" && !seals.domain.is_empty(),
        None => false,
    };
    if is_foreign || is_own_item_id(&text) {
        elements::leave_out(item, &id, edits, Element::ItemIds);
    }
}

/// Gives the id of a call the form that the target takes.
fn call_id(item: &OutlineNode<'_>, forms: &mut CallIdForms, edits: &mut Edits) {
    let Some(node) = item.get("call_id") else { return };
    let Some(id) = node.string() else { return };
    if let Some(legal) = forms.fit(&id) {
        edits.replace(node.span(), quote(&legal), Note::Element(Element::CallIds));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Protocol;
    use crate::wire::adapt::samples::{self, fitted_once, shipped};
    use crate::wire::adapt::{Plan, TargetFacts};
    use crate::wire::operation::Operation;

    fn responses(id: &str) -> TargetFacts {
        shipped(id, Protocol::OpenaiResponses)
    }

    fn body(items: &Value) -> String {
        json!({"model": "m", "input": items}).to_string()
    }

    fn reasoning(id: &str, seal: &str) -> Value {
        json!({"type": "reasoning", "id": id, "summary": [], "encrypted_content": seal})
    }

    #[track_caller]
    fn fits(items: &Value, target: &TargetFacts) -> (Value, String) {
        let (mut out, notes) = fitted_once(&body(items), Operation::Responses, target);
        (out["input"].take(), notes)
    }

    #[test]
    fn encrypted_thoughts_go_back_to_their_own_domain_and_to_no_other() {
        let (gpt, grok) = (responses("openai/gpt-5.5"), responses("xai/grok-4.5"));
        let says = json!({"type": "message", "role": "user", "content": "Hi"});

        let of_grok = json!([reasoning("rs_1", "cm1.xai.-..gA"), says]);
        assert_eq!(fits(&of_grok, &gpt), (json!([says]), "signatures".into()));
        assert_eq!(
            fits(&of_grok, &grok),
            (json!([reasoning("rs_1", "gA"), says]), "signatures".into())
        );

        let of_gpt = json!([reasoning("rs_1", "gA"), says]);
        assert_eq!(
            samples::plan(&body(&of_gpt), Operation::Responses, &gpt),
            Plan::Passthrough
        );
        assert_eq!(fits(&of_gpt, &grok), (json!([says]), "signatures".into()));

        let packed = json!([reasoning("rs_cm1_0a_0", "cm1.openai.-.rs_9.gA"), says]);
        assert_eq!(fits(&packed, &gpt).0, json!([reasoning("rs_9", "gA"), says]));
    }

    #[test]
    fn thoughts_without_a_signature_stay_only_where_the_provider_may_have_kept_them() {
        let gpt = responses("openai/gpt-5.5");
        let kept = json!([{"type": "reasoning", "id": "rs_68a0", "summary": []}]);
        assert_eq!(
            samples::plan(&body(&kept), Operation::Responses, &gpt),
            Plan::Passthrough
        );

        let told =
            json!([{"type": "reasoning", "id": "rs_cm1_0a_0", "summary": []}, {"role": "user", "content": "Hi"}]);
        assert_eq!(
            fits(&told, &gpt),
            (json!([{"role": "user", "content": "Hi"}]), "signatures".into())
        );
    }

    #[test]
    fn ids_of_items_that_others_have_given_are_left_out() {
        let gpt = responses("openai/gpt-5.5");
        let call =
            |id: &str| json!({"type": "function_call", "id": id, "call_id": "c", "name": "f", "arguments": "{}"});
        let result = json!({"type": "function_call_output", "call_id": "c", "output": "1"});
        let mut bare = call("");
        bare.as_object_mut().unwrap().remove("id");

        for id in ["fc_cm1_0a_1", "0a1b-cm1"] {
            let marked = json!([reasoning("rs_1", "cm1.xai.-..x"), call(id), result]);
            assert_eq!(
                fits(&marked, &gpt),
                (json!([bare, result]), "signatures, item_ids".into()),
                "{id}"
            );
        }
        let own = json!([call("fc_68a0"), result]);
        assert_eq!(
            samples::plan(&body(&own), Operation::Responses, &gpt),
            Plan::Passthrough
        );
        assert_eq!(
            fits(&own, &responses("xai/grok-4.5")),
            (json!([bare, result]), "item_ids".into())
        );
    }
}
