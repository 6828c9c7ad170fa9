//! The steps of the resolution, as the test box lists them.

use crate::console::aliases::view::{Why, WhyStep};
use crate::domain::format::visible;
use crate::domain::{Explanation, Mark, Rule};

pub(super) fn why(answer: &Explanation) -> Why {
    let mut last = None;
    let steps = answer.steps.iter().map(|step| {
        // The name of a rule stands once, before its first line.
        let again = last.replace(step.rule) == Some(step.rule);
        WhyStep {
            step: label(step.rule),
            again,
            name: step.alias.as_ref().map(ToString::to_string).unwrap_or_default(),
            text: step.text.clone(),
            outcome: step.mark.label().to_owned(),
            tone: match step.mark {
                Mark::Wins | Mark::Yes => "ok",
                Mark::No => "bad",
                Mark::Shorter | Mark::NotReached | Mark::NoMatch => "",
            },
        }
    });

    Why {
        steps: steps.collect(),
        asked: visible(&answer.requested),
    }
}

fn label(rule: Rule) -> String {
    match rule {
        Rule::Exact => format!("1 {}", rule.label()),
        Rule::Prefix => format!("2 {}", rule.label()),
        Rule::Passthrough => format!("3 {}", rule.label()),
        Rule::Then => rule.label().to_owned(),
    }
}
