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
enum BlockChange {
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
    let goes = |block: &OutlineNode<'_>| change(block, &seals) == Some(BlockChange::Goes);
    let before = content.elements().count();
    let kept = elements::leave_out_where(&content, goes, edits, Element::Signatures);
    for block in content.elements() {
        match change(&block, &seals) {
            Some(BlockChange::Signed(value)) => {
                if let Some(signature) = block.get("signature") {
                    edits.replace(signature.span(), quote(&value), Note::Element(Element::Signatures));
                }
            }
            Some(BlockChange::Hidden(data)) => {
                let hidden = format!(r#"{{"type":"redacted_thinking","data":{}}}"#, quote(&data));
                edits.replace(block.span(), hidden, Note::Element(Element::Signatures));
            }
            Some(BlockChange::Stays | BlockChange::Goes) | None => {}
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
    // Within a budget Anthropic wants the thoughts before the calls that are being answered: the first of them, since a model
    // thinks once before several rounds of calls.
    let of_last = target.checks_signatures() && target.facts.thinking.least_budget.is_some();
    if !needed && !of_last {
        return false;
    }
    let Some(messages) = outline.root().get("messages") else {
        return false;
    };

    let seals = target.seals();
    let is_models = |message: &OutlineNode<'_>| message.get("role").is_some_and(|role| role.is("assistant"));
    if needed {
        return messages
            .elements()
            .any(|message| is_models(&message) && lacks(&message, &seals));
    }

    let all: Vec<_> = messages.elements().collect();
    let begin = all
        .iter()
        .rposition(|message| !is_models(message) && !has_block(message, "tool_result"));
    let rounds = all.get(begin.map_or(0, |begin| begin + 1)..).unwrap_or_default();
    rounds
        .iter()
        .find(|message| is_models(message))
        .is_some_and(|first| has_block(first, "tool_use") && !begins_with_thoughts(first, &seals))
}

/// Whether the first block that stays is one of thoughts.
fn begins_with_thoughts(message: &OutlineNode<'_>, seals: &Seals<'_>) -> bool {
    let blocks = message
        .get("content")
        .into_iter()
        .flat_map(|content| content.elements());
    let mut changes = blocks.map(|block| change(&block, seals));
    changes
        .find(|change| *change != Some(BlockChange::Goes))
        .is_some_and(|first| first.is_some())
}

fn has_block(message: &OutlineNode<'_>, kind: &str) -> bool {
    let mut blocks = message
        .get("content")
        .into_iter()
        .flat_map(|content| content.elements());
    blocks.any(|block| kind_is(&block, kind))
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
    has_calls && !blocks().any(|block| change(&block, seals).is_some_and(|change| change != BlockChange::Goes))
}

fn kind_is(block: &OutlineNode<'_>, kind: &str) -> bool {
    block.get("type").is_some_and(|node| node.is(kind))
}

/// What becomes of a block; `None` if it holds no thoughts.
fn change(block: &OutlineNode<'_>, seals: &Seals<'_>) -> Option<BlockChange> {
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
            _ if !packed => BlockChange::Stays,
            SignatureKind::Redacted => BlockChange::Hidden(signature.value.into_owned()),
            _ => BlockChange::Signed(signature.value.into_owned()),
        });
    }

    // Of a server without a name nothing is known.
    if seals.domain.is_empty() && !packed {
        return Some(BlockChange::Stays);
    }
    let words = block.get("thinking").and_then(|node| node.string()).unwrap_or_default();
    if is_hidden || words.is_empty() || !seals.wants_words() {
        return Some(BlockChange::Goes);
    }
    Some(match sent.trim() {
        "" => BlockChange::Stays,
        _ => BlockChange::Signed(String::new()),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Protocol;
    use crate::wire::adapt::samples::{self, fitted_once, shipped, stated};
    use crate::wire::adapt::{Plan, TargetFacts};
    use crate::wire::operation::Operation;

    fn messages(id: &str) -> TargetFacts {
        shipped(id, Protocol::AnthropicMessages)
    }

    /// A turn of the model that calls a tool after these thoughts.
    fn body(thoughts: &[Value], more: &Value) -> Value {
        let mut content = thoughts.to_vec();
        content.push(json!({"type": "tool_use", "id": "toolu_1", "name": "read", "input": {}}));
        let mut body = json!({"model": "m", "max_tokens": 9000, "messages": [{"role": "user", "content": "Hi"},
            {"role": "assistant", "content": content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "1"}]}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }

    fn thought(signature: &str) -> Value {
        json!({"type": "thinking", "thinking": "hm", "signature": signature})
    }

    #[track_caller]
    fn content(thoughts: &[Value], target: &TargetFacts) -> (Vec<Value>, String) {
        let (out, notes) = fitted_once(&body(thoughts, &json!({})).to_string(), Operation::Messages, target);
        let mut content = out["messages"][1]["content"].as_array().unwrap().clone();
        assert_eq!(content.pop().unwrap()["type"], "tool_use");
        (content, notes)
    }

    #[test]
    fn a_signature_goes_back_to_its_own_domain_bit_by_bit_and_to_no_other() {
        let (claude, deepseek) = (
            messages("anthropic/claude-opus-4-8"),
            messages("deepseek/deepseek-v4-flash"),
        );

        let packed = [thought("cm1.deepseek.-..a.b/c+=")];
        assert_eq!(content(&packed, &claude), (vec![], "signatures".into()));
        assert_eq!(
            content(&packed, &deepseek),
            (vec![thought("a.b/c+=")], "signatures".into())
        );

        let native = [thought("EqQB")];
        assert_eq!(content(&native, &claude), (native.to_vec(), String::new()));
        assert_eq!(content(&native, &deepseek), (vec![thought("")], "signatures".into()));

        let older = [thought("cm1.anthropic-messages.-..EqQB")];
        assert_eq!(content(&older, &claude).0, [thought("EqQB")]);
    }

    #[test]
    fn thoughts_without_a_signature_are_words_where_the_target_wants_them() {
        let none = [thought("cm1.none.-..")];
        assert_eq!(
            content(&none, &messages("anthropic/claude-opus-4-8")).0,
            [] as [Value; 0]
        );
        assert_eq!(content(&none, &messages("deepseek/deepseek-v4-flash")).0, [thought("")]);
        let unknown = stated(
            &json!({"roles": {"system": "anywhere"}, "cache_marks": {"most": 4}, "anthropic_fields": true}),
            Protocol::AnthropicMessages,
        );
        assert_eq!(content(&none, &unknown).0, [] as [Value; 0]);
        let native = body(&[thought("any"), thought("")], &json!({})).to_string();
        assert_eq!(samples::plan(&native, Operation::Messages, &unknown), Plan::Passthrough);
    }

    #[test]
    fn hidden_thoughts_go_back_hidden() {
        let hidden = |data: &str| json!({"type": "redacted_thinking", "data": data});
        let claude = messages("anthropic/claude-opus-4-8");

        assert_eq!(
            content(&[thought("cm1.anthropic.r..Emw"), hidden("Ek")], &claude).0,
            [hidden("Emw"), hidden("Ek")]
        );
        assert_eq!(content(&[hidden("cm1.minimax.-..x")], &claude).0, [] as [Value; 0]);
        assert_eq!(
            content(&[hidden("Ek")], &messages("deepseek/deepseek-v4-flash")).0,
            [] as [Value; 0]
        );
    }

    #[test]
    fn a_signature_of_a_bound_model_goes_to_that_model_only_as_far_as_it_says() {
        let bound = messages("anthropic/claude-opus-5-5");
        let free = messages("anthropic/claude-opus-4-8");

        for signature in ["cm1.anthropic.-..EqQB", "cm1.anthropic.-abcdefgh..EqQB"] {
            assert_eq!(
                content(&[thought(signature)], &bound).0,
                [] as [Value; 0],
                "{signature}"
            );
        }
        assert_eq!(
            content(&[thought("cm1.anthropic.-abcdefgh..EqQB")], &free).0,
            [] as [Value; 0]
        );
        assert_eq!(content(&[thought("EqQB")], &bound).0, [thought("EqQB")]);
    }

    #[test]
    fn a_model_that_misses_its_thoughts_does_not_think_in_this_call() {
        let enabled = json!({"thinking": {"type": "enabled", "budget_tokens": 1024}});
        let fits = |thoughts: &[Value], more: &Value, id: &str| {
            fitted_once(&body(thoughts, more).to_string(), Operation::Messages, &messages(id)).0
        };

        let budget = "anthropic/claude-sonnet-4-5";
        assert_eq!(
            fits(&[thought("")], &enabled, budget)["thinking"],
            json!({"type": "disabled"})
        );
        assert_eq!(
            fits(&[thought("EqQB")], &enabled, budget)["thinking"],
            enabled["thinking"]
        );
        assert_eq!(fits(&[], &json!({}), budget).get("thinking"), None);

        let mut rounds = body(&[thought("EqQB")], &enabled);
        let more = body(&[], &enabled)["messages"].as_array().unwrap()[1..].to_vec();
        rounds["messages"].as_array_mut().unwrap().extend(more);
        let plan = samples::plan(&rounds.to_string(), Operation::Messages, &messages(budget));
        assert_eq!(plan, Plan::Passthrough, "it thinks once before several rounds");

        let needed = "deepseek/deepseek-v4-flash";
        assert_eq!(fits(&[], &json!({}), needed)["thinking"], json!({"type": "disabled"}));
        let effort = json!({"output_config": {"effort": "high"}});
        assert_eq!(fits(&[], &effort, needed)["thinking"], json!({"type": "disabled"}));
        assert_eq!(fits(&[thought("")], &json!({}), needed).get("thinking"), None);
    }

    #[test]
    fn a_model_that_always_thinks_gets_a_blank_for_thoughts_that_are_lost() {
        let (content, notes) = content(&[], &messages("moonshotai/kimi-k3"));

        assert_eq!(content, [json!({"type": "thinking", "thinking": " ", "signature": ""})]);
        assert_eq!(notes, "thoughts");
    }
}
