//! What a model takes otherwise than most, in a line.

use super::layers::facts;
use super::model::Model;
use super::provider::Provider;
use crate::domain::facts::{Facts, FieldFact, LimitField};
use crate::domain::values::Protocol;

/// The fields that clients send most, in the order in which they are told.
const USUAL: [&str; 3] = ["temperature", "top_p", "stop"];

/// What a model takes otherwise than most at its provider's best address, as a sentence; `None` if there is nothing to tell.
pub fn takes_otherwise(provider: &Provider, model: &Model) -> Option<String> {
    let protocol = *model.protocols.first()?;
    let facts = facts(provider, model, protocol);
    let parts: Vec<String> = [limit(&facts, protocol), refused(&facts), efforts(&facts)]
        .into_iter()
        .flatten()
        .collect();

    let mut text = parts.join("; ");
    let first = text.get(..1)?.to_uppercase();
    text.replace_range(..1, &first);
    Some(format!("{text}."))
}

fn limit(facts: &Facts, protocol: Protocol) -> Option<String> {
    let is_chat = matches!(protocol, Protocol::OpenaiChat | Protocol::Gemini);
    let is_newer = is_chat && facts.limit_field == LimitField::MaxCompletionTokens;
    is_newer.then(|| "takes max_completion_tokens in place of max_tokens".into())
}

fn refused(facts: &Facts) -> Option<String> {
    let that_are = |fact: FieldFact| -> Vec<&str> {
        let fields = USUAL.into_iter().filter(|field| *facts.field(field) == fact);
        fields.collect()
    };
    let always = that_are(FieldFact::Refused);
    let thinking = that_are(FieldFact::RefusedIfThinks);

    let parts = [
        (!always.is_empty()).then(|| format!("no {}", always.join(", "))),
        (!thinking.is_empty()).then(|| format!("no {} while it thinks", thinking.join(", "))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn efforts(facts: &Facts) -> Option<String> {
    let efforts = facts.thinking.efforts.as_deref()?;
    match efforts {
        [] => None,
        [only] => Some(format!("effort {only} only")),
        [first, .., last] => Some(format!("efforts from {first} to {last}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;

    fn line(id: &str) -> Option<String> {
        let catalog = samples::shipped();
        let model = catalog.get(id).unwrap();
        takes_otherwise(catalog.provider(&model.provider).unwrap(), model)
    }

    #[test]
    fn what_matters_of_a_model_is_told_in_a_line() {
        for (id, expected) in [
            (
                "openai/gpt-5.5",
                "Takes max_completion_tokens in place of max_tokens; no stop; no temperature, top_p while it thinks; \
                 efforts from none to xhigh.",
            ),
            (
                "anthropic/claude-opus-4-8",
                "No temperature, top_p; efforts from low to max.",
            ),
            ("deepseek/deepseek-v4-pro", "Efforts from low to max."),
        ] {
            assert_eq!(line(id).as_deref(), Some(expected), "{id}");
        }
    }

    #[test]
    fn of_a_model_that_takes_what_all_take_nothing_is_told() {
        let (provider, model) = (samples::provider("lab"), samples::model("lab/plain"));

        assert_eq!(takes_otherwise(&provider, &model), None);
    }
}
