//! How the gateway switches thinking of a model at OpenAI.

use serde::Serialize;

use crate::domain::{Effort, Facts};
use crate::wire::neutral::{Request, Thinking};

#[derive(Serialize)]
pub(super) struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'static str>,
}

impl Reasoning {
    /// The fields of `reasoning`. `None` if the provider decides.
    pub(super) fn of(request: &Request<'_>, facts: &Facts) -> Option<Self> {
        let nearest = |effort: Effort| facts.thinking.nearest_effort(effort).map(Effort::as_str);

        let effort = request.thinking.and_then(|thinking| match thinking {
            Thinking::Off => {
                let known = facts.thinking.efforts.as_ref()?;
                if !facts.thinking.must_think() && known.iter().any(|effort| effort == "none") {
                    Some("none")
                } else {
                    nearest(Effort::Minimal)
                }
            }
            Thinking::Adaptive => None,
            Thinking::Effort(effort) => nearest(effort),
            Thinking::Budget(tokens) => nearest(Effort::of_budget(tokens)),
        });
        let summary = (request.show_thinking && facts.thinking.summaries && effort != Some("none")).then_some("auto");

        (effort.is_some() || summary.is_some()).then_some(Self { effort, summary })
    }
}
