//! What a refusal of a provider teaches about its facts, so that the same request can be fitted once more.

use serde_json::json;

use super::note::{Mended, Note};
use super::target::TargetFacts;
use crate::domain::{FactsPatch, LimitField};
use crate::wire::control::{FieldSet, TopField};
use crate::wire::error::Complaint;

/// The fields that only steer the model: a request keeps its meaning without them.
const STEERING: FieldSet = FieldSet::of(&[
    TopField::CacheControl,
    TopField::ChatTemplateArgs,
    TopField::ChatTemplateKwargs,
    TopField::ClientMetadata,
    TopField::ContextManagement,
    TopField::EnableThinking,
    TopField::FrequencyPenalty,
    TopField::IncludeReasoning,
    TopField::LogitBias,
    TopField::Metadata,
    TopField::MinP,
    TopField::Moderation,
    TopField::Prediction,
    TopField::PresencePenalty,
    TopField::PromptCacheKey,
    TopField::PromptCacheOptions,
    TopField::PromptCacheRetention,
    TopField::Reasoning,
    TopField::ReasoningEffort,
    TopField::RepetitionPenalty,
    TopField::SafePrompt,
    TopField::SafetyIdentifier,
    TopField::Seed,
    TopField::Store,
    TopField::StreamOptions,
    TopField::Temperature,
    TopField::Thinking,
    TopField::TopA,
    TopField::TopK,
    TopField::TopP,
    TopField::Transforms,
    TopField::Truncation,
    TopField::TypicalP,
    TopField::Usage,
    TopField::User,
    TopField::Verbosity,
]);

/// What to change about a target's facts after a refusal.
#[derive(Clone, Debug, PartialEq)]
pub struct Mend {
    /// What the refusal says of the target.
    pub patch: FactsPatch,
    /// Whether that holds for other requests too.
    pub lasts: bool,
    /// Whether all signatures of thoughts are left out.
    without_signatures: bool,
    /// How the change is told.
    pub note: Note,
}

impl Mend {
    /// The change that a refusal calls for; `None` if what it complains about carries meaning.
    pub fn of(complaint: &Complaint, target: &TargetFacts) -> Option<Self> {
        match complaint {
            Complaint::Field(names) => names.iter().find_map(|name| Self::of_field(name, target)),
            Complaint::Signatures => Some(Self {
                without_signatures: true,
                ..Self::new(FactsPatch::default(), false, Mended::Signatures)
            }),
            Complaint::ForcedTool => {
                let patch = json!({"tools": {"choice_thinking": "think_off"}});
                Some(Self::new(patched(patch), true, Mended::ForcedTool))
            }
            Complaint::Limit(left) => Some(Self::new(patched(json!({ "max_tokens": left })), false, Mended::Limit)),
        }
    }

    fn of_field(name: &str, target: &TargetFacts) -> Option<Self> {
        let field = TopField::named(name)?;
        let patch = match (field, target.facts.limit_field) {
            (TopField::MaxTokens, LimitField::MaxTokens) => json!({"limit_field": "max_completion_tokens"}),
            (TopField::MaxCompletionTokens, LimitField::MaxCompletionTokens) => json!({"limit_field": "max_tokens"}),
            _ if STEERING.has(field) => json!({"fields": {name: "refused"}}),
            _ => return None,
        };
        Some(Self::new(patched(patch), true, Mended::Field(field)))
    }

    fn new(patch: FactsPatch, lasts: bool, what: Mended) -> Self {
        Self {
            patch,
            lasts,
            without_signatures: false,
            note: Note::Mended(what),
        }
    }

    /// The facts of a target with this change.
    pub fn apply(&self, target: &TargetFacts) -> TargetFacts {
        let facts = target.facts.clone().with(&self.patch);
        let mut changed = target.with(facts);
        if self.without_signatures {
            changed.leave_out_signatures();
        }
        changed
    }
}

/// The patch of a value that states facts by their names.
fn patched(value: serde_json::Value) -> FactsPatch {
    serde_json::from_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Facts, Protocol};
    use crate::wire::adapt::{Plan, RequestView, adapt};
    use crate::wire::control::{AskUsage, Control};
    use crate::wire::operation::Operation;
    use serde_json::Value;

    fn field(name: &str) -> Complaint {
        Complaint::Field(vec![name.to_owned()])
    }

    /// The body as it goes after a refusal, and what was done.
    fn again(body: &Value, complaint: &Complaint, facts: Facts, operation: Operation) -> (Value, String) {
        let protocol = operation.native().unwrap();
        let target = TargetFacts::new(facts, protocol, "m");
        let mend = Mend::of(complaint, &target).unwrap();
        let body = body.to_string();
        let control = Control::read(body.as_bytes(), operation).unwrap();

        match adapt(
            RequestView {
                body: &body,
                control: &control,
            },
            &mend.apply(&target),
        ) {
            Plan::Rewrite(edits) => {
                let pieces = edits.pieces(&control.members);
                let out = control
                    .rewrite(body.as_bytes(), "\"m\"", AskUsage::AsSent, &pieces)
                    .unwrap();
                let mut notes = edits.notes.clone();
                notes.mended(mend.note);
                (serde_json::from_slice(&out).unwrap(), notes.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_field_that_only_steers_is_left_out_after_its_refusal() {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "seed": 1, "temperature": 0.2});

        let (sent, notes) = again(&body, &field("seed"), Facts::default(), Operation::Chat);

        assert_eq!((sent.get("seed"), &sent["temperature"]), (None, &json!(0.2)));
        assert_eq!(notes, "mended:seed");
    }

    #[test]
    fn a_limit_goes_under_its_other_name_after_its_refusal() {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "x"}], "max_tokens": 9});

        let (sent, notes) = again(&body, &field("max_tokens"), Facts::default(), Operation::Chat);

        assert_eq!(
            (sent.get("max_tokens"), &sent["max_completion_tokens"]),
            (None, &json!(9))
        );
        assert_eq!(notes, "mended:max_tokens");
    }

    #[test]
    fn a_limit_that_does_not_fit_is_lowered_to_what_is_left() {
        let body = json!({"model": "m", "max_tokens": 64_000, "messages": [{"role": "user", "content": "x"}]});

        let (sent, notes) = again(&body, &Complaint::Limit(50_000), Facts::default(), Operation::Messages);

        assert_eq!(sent["max_tokens"], 50_000);
        assert_eq!(notes, "mended:limit");
    }

    #[test]
    fn what_carries_meaning_is_never_mended() {
        let target = TargetFacts::new(Facts::default(), Protocol::OpenaiChat, "m");
        for name in [
            "messages",
            "tools",
            "tool_choice",
            "response_format",
            "n",
            "logprobs",
            "model",
            "stream",
            "service_tier",
            // One call at a time is what a client counts on.
            "parallel_tool_calls",
            "functions",
            "modalities",
            "audio",
            "web_search_options",
            "stop",
            "input",
            "instructions",
            "text",
        ] {
            assert_eq!(Mend::of(&field(name), &target), None, "{name}");
        }
        assert_eq!(Mend::of(&field("no_such_field"), &target), None);
    }

    #[test]
    fn a_refusal_of_the_name_that_the_target_does_not_get_mends_nothing() {
        let target = TargetFacts::new(Facts::default(), Protocol::OpenaiChat, "m");

        assert_eq!(Mend::of(&field("max_completion_tokens"), &target), None);
    }
}
