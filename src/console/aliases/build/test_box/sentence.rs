//! The sentence of the test box.

use crate::console::aliases::view::Sentence;
use crate::domain::format::visible;
use crate::domain::{ExplainedOutcome, Explanation};

/// The sentence of the domain, split around the model so that the eye finds it.
pub(super) fn sentence(answer: &Explanation) -> Sentence {
    let tone = match answer.outcome {
        ExplainedOutcome::Empty => "",
        ExplainedOutcome::Runs => "ok",
        ExplainedOutcome::ModelNotFound | ExplainedOutcome::ModelNotAllowed => "bad",
    };

    let model = visible(&answer.model);
    // A name that leads nowhere is not worth a big line.
    let at = match answer.outcome {
        ExplainedOutcome::Runs | ExplainedOutcome::ModelNotAllowed => answer.sentence.rfind(&model),
        ExplainedOutcome::ModelNotFound if answer.alias.is_some() => answer.sentence.rfind(&model),
        ExplainedOutcome::ModelNotFound | ExplainedOutcome::Empty => None,
    };
    let split = at.and_then(|at| {
        let (before, rest) = answer.sentence.split_at_checked(at)?;
        Some((before, rest.strip_prefix(model.as_str())?))
    });

    match split {
        Some((before, after)) => Sentence {
            tone,
            before: before.into(),
            strong: model.clone(),
            after: after.into(),
        },
        None => Sentence {
            tone,
            before: answer.sentence.clone(),
            ..Sentence::default()
        },
    }
}
