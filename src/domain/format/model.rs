//! A model in a line: its price, its context, what goes in.

use super::money::per_million;
use super::tokens::tokens;
use crate::domain::catalog::{Model, ModelKind};
use crate::domain::money::Pricing;

/// What a model costs: `$0.27 in / $1.10 out per M`. `from` stands before it where long prompts or some hours have
/// prices of their own.
pub fn prices(pricing: &Pricing) -> String {
    let from = if pricing.overrides.is_empty() { "" } else { "from " };
    match (pricing.base.prompt, pricing.base.completion) {
        (Some(input), Some(output)) => {
            format!("{from}{} in / {} out per M", per_million(input), per_million(output))
        }
        _ => "no price".into(),
    }
}

/// A target in one line: `DeepSeek Chat · 128K · $0.27 in / $1.10 out per M`.
pub fn target(model: &Model) -> String {
    format!(
        "{} · {} · {}",
        model.name,
        tokens(model.context_length),
        model_prices(model)
    )
}

/// The line under a test's result: `$15 in / $75 out per M · 200K · text, image`.
pub fn facts(model: &Model) -> String {
    let mut out = format!("{} · {}", model_prices(model), tokens(model.context_length));
    if !model.architecture.input_modalities.is_empty() {
        out.push_str(" · ");
        out.push_str(&model.architecture.input_modalities.join(", "));
    }
    out
}

/// What a model costs, as [`prices`] writes it. An embedding has no output to pay for.
pub fn model_prices(model: &Model) -> String {
    match (model.kind, model.pricing.base.prompt) {
        (ModelKind::Embedding, Some(input)) => format!("{} in per M", per_million(input)),
        _ => prices(&model.pricing),
    }
}
