//! The protocols that a model cannot take a request in, though it can in another.

use super::asked;
use super::plan::RequestView;
use super::target::TargetFacts;
use crate::domain::ProtocolCondition;
use crate::wire::neutral::Thinking;

/// Whether a rule of the target keeps this request away from the target's address, whatever protocol the client speaks. The
/// request can go to another address of the same model, if there is one.
pub fn is_kept_away(request: RequestView<'_>, target: &TargetFacts) -> bool {
    let mut rules = target.facts.protocols.iter().filter(|rule| rule.not == target.protocol);
    rules.any(|rule| rule.when.iter().all(|condition| holds(*condition, request, target)))
}

fn holds(condition: ProtocolCondition, request: RequestView<'_>, target: &TargetFacts) -> bool {
    let asked = || asked::thinking(request);
    match condition {
        ProtocolCondition::Tools => asked::has_tools(request),
        ProtocolCondition::Thinks => target.facts.thinks(asked().map(|asked| asked != Thinking::Off)),
        ProtocolCondition::EffortStated => asked().is_some_and(|asked| asked != Thinking::Off),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Facts, FactsPatch, Protocol};
    use crate::wire::control::Control;
    use crate::wire::operation::Operation;
    use serde_json::{Value, json};

    /// Chat is refused with tools while the model thinks, which it does unless told otherwise.
    fn target(when: &str) -> TargetFacts {
        let patch: FactsPatch = serde_json::from_value(json!({
            "thinking": {"thinks": true, "default_on": true},
            "protocols": [{"when": ["tools", when], "not": "openai-chat"}],
        }))
        .unwrap();
        TargetFacts::new(Facts::default().with(&patch), Protocol::OpenaiChat, "m")
    }

    fn is_away(operation: Operation, body: &Value, target: &TargetFacts) -> bool {
        let body = body.to_string();
        let control = Control::read(body.as_bytes(), operation).unwrap();
        is_kept_away(
            RequestView {
                body: &body,
                control: &control,
            },
            target,
        )
    }

    #[test]
    fn a_request_with_tools_is_kept_away_from_chat_while_the_model_thinks() {
        let target = target("thinks");
        let tools = json!([{"type": "function", "function": {"name": "f"}}]);

        for (fields, expected) in [
            (json!({"tools": tools}), true),
            (json!({"tools": tools, "reasoning_effort": "low"}), true),
            (json!({"tools": tools, "reasoning_effort": "none"}), false),
            (json!({"tools": []}), false),
            (json!({"tools": null}), false),
            (json!({"reasoning_effort": "high"}), false),
        ] {
            let mut body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}]});
            body.as_object_mut()
                .unwrap()
                .extend(fields.as_object().unwrap().clone());

            assert_eq!(is_away(Operation::Chat, &body, &target), expected, "{fields}");
        }
    }

    #[test]
    fn a_rule_about_a_stated_effort_says_nothing_of_other_requests() {
        let target = target("effort_stated");
        let tools = json!([{"type": "function", "name": "f", "input_schema": {}}]);
        let messages = json!([{"role": "user", "content": "x"}]);

        let plain = json!({"model": "m", "max_tokens": 9, "messages": messages, "tools": tools});
        let mut stated = plain.clone();
        stated["output_config"] = json!({"effort": "high"});
        let mut off = plain.clone();
        off["thinking"] = json!({"type": "disabled"});

        assert!(!is_away(Operation::Messages, &plain, &target));
        assert!(is_away(Operation::Messages, &stated, &target));
        assert!(!is_away(Operation::Messages, &off, &target));
    }

    #[test]
    fn a_rule_about_one_protocol_says_nothing_of_another() {
        let mut target = target("thinks");
        target.protocol = Protocol::OpenaiResponses;
        let body = json!({"model": "m", "input": "x", "tools": [{"type": "function", "name": "f"}]});

        assert!(!is_away(Operation::Responses, &body, &target));
    }
}
