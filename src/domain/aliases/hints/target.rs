//! Hints about an alias's target: whether it runs, for how long, and what a change of it means.

use std::cmp::Reverse;
use std::sync::Arc;

use super::naming::without_date;
use super::{Hint, HintContext, HintKind, Severity, hint};
use crate::domain::aliases::alias::Alias;
use crate::domain::aliases::draft::{Field, Fix};
use crate::domain::catalog::{Model, ModelStatus};
use crate::domain::format::{date, per_million_cents, tokens};
use crate::domain::values::{PicoUsd, Timestamp};

/// Whether requests through the alias run, and whether they will.
pub(super) fn standing(alias: &Alias, context: &HintContext<'_>) -> Option<Hint> {
    let Some(model) = context.catalog.get(alias.target.as_str()) else {
        return Some(hint(
            HintKind::Removed,
            Severity::Error,
            "Requests fail with model_not_found.",
        ));
    };
    if !context.catalog.is_callable(model) {
        return Some(hint(
            HintKind::SwitchedOff,
            Severity::Error,
            "Requests fail with model_not_found.",
        ));
    }

    if !context.may_call(model) {
        let text = "This key can't use the target. Requests fail with 403.";
        return Some(hint(HintKind::NotAllowed, Severity::Error, text));
    }

    let mut text = end_of_service(model, context.now)?;
    let successor = successor(model, context);
    if let Some(successor) = successor {
        text.push_str(&format!(" Suggested: {}.", successor.id));
    }

    let fix = successor.map(|successor| Fix {
        label: "Switch",
        field: Field::Target,
        value: successor.id.to_string(),
        matching: None,
    });
    let ids = successor.map(|successor| successor.id.clone()).into_iter().collect();
    Some(Hint {
        fix,
        ids,
        ..hint(HintKind::Deprecated, Severity::Warning, text)
    })
}

fn end_of_service(model: &Model, now: Timestamp) -> Option<String> {
    let retired = match model.status {
        ModelStatus::Active | ModelStatus::Preview => return None,
        ModelStatus::Deprecated => false,
        ModelStatus::Retired => true,
    };
    Some(match &model.expiration_date {
        Some(end) if retired || has_come(end, now) => format!("Retired on {}.", date(end)),
        Some(end) => format!("Retires on {}.", date(end)),
        None if retired => "Retired by its provider.".into(),
        None => "Its provider has announced its end.".into(),
    })
}

/// Whether a day in UTC has begun.
fn has_come(day: &str, now: Timestamp) -> bool {
    let midnight = day
        .parse::<jiff::civil::Date>()
        .and_then(|day| day.to_zoned(jiff::tz::TimeZone::UTC));
    midnight.is_ok_and(|begins| begins.timestamp().as_second() <= now.seconds())
}

/// The newest model in service that the same provider offers in the same family, the cheaper one if two are as new.
/// Where the family has no such model, a model is taken whose family continues its name, as `deepseek-flash` for `deepseek`.
fn successor<'a>(model: &Model, context: &HintContext<'a>) -> Option<&'a Arc<Model>> {
    let family = family(model, context)?;
    let candidates = || {
        context.catalog.all_callable().filter(|other| {
            other.provider == model.provider
                && other.kind == model.kind
                && other.status == ModelStatus::Active
                && other.id != model.id
                && context.may_call(other)
        })
    };
    let same = candidates().filter(|other| other.family.as_deref() == Some(family));
    let wider = candidates().filter(|other| {
        let rest = other.family.as_deref().and_then(|other| other.strip_prefix(family));
        rest.is_some_and(|rest| rest.starts_with('-'))
    });
    let best = |found: &mut dyn Iterator<Item = &'a Arc<Model>>| found.min_by_key(|m| (Reverse(m.created), price(m)));

    best(&mut same.into_iter()).or_else(|| best(&mut wider.into_iter()))
}

/// The family of a model. A dated id without one has the family of its undated id.
fn family<'a>(model: &'a Model, context: &HintContext<'a>) -> Option<&'a str> {
    let undated = || context.catalog.get(without_date(model.id.as_str())?)?.family.as_deref();
    model.family.as_deref().or_else(undated)
}

fn price(model: &Model) -> i128 {
    let pico = |price: Option<PicoUsd>| i128::from(price.unwrap_or_default().pico());
    pico(model.pricing.base.prompt) + pico(model.pricing.base.completion)
}

/// The differences between a new target and the saved one: prices, context, and lost abilities.
pub(super) fn changed(alias: &Alias, context: &HintContext<'_>) -> Option<Hint> {
    let saved = context
        .saved
        .iter()
        .find(|saved| saved.name == alias.name && saved.target != alias.target)?;
    let (old, new) = (
        context.catalog.get(saved.target.as_str())?,
        context.catalog.get(alias.target.as_str())?,
    );
    let mut parts = Vec::new();

    for (what, old, new) in [
        ("in", old.pricing.base.prompt, new.pricing.base.prompt),
        ("out", old.pricing.base.completion, new.pricing.base.completion),
    ] {
        if let (Some(old), Some(new)) = (old, new) {
            parts.push(format!("{what} {}", price_change(old, new)));
        }
    }

    let (before, after) = (tokens(old.context_length), tokens(new.context_length));
    let sign = if before == after { "=" } else { "→" };
    parts.push(format!("context {before} {sign} {after}"));
    let lost = lost(old, new);
    let mut text = parts.join(", ");

    if !lost.is_empty() {
        text.push_str(&format!("; loses {}", lost.join(", ")));
    }

    let severity = if lost.is_empty() {
        Severity::Quiet
    } else {
        Severity::Warning
    };
    Some(hint(HintKind::TargetChanged, severity, text))
}

/// `$15.00 → $3.00 ▼80 %`.
fn price_change(old: PicoUsd, new: PicoUsd) -> String {
    let (before, after) = (per_million_cents(old), per_million_cents(new));
    if old == new {
        return format!("{before} = {after}");
    }

    let (from, to) = (i128::from(old.pico()), i128::from(new.pico()));
    let arrow = if to > from { '▲' } else { '▼' };
    let difference = (to - from).abs();

    // Half a percent rounds up; from nothing there is no percentage.
    match from {
        1.. => format!("{before} → {after} {arrow}{} %", (difference * 100 + from / 2) / from),
        _ => format!("{before} → {after} {arrow}"),
    }
}

/// The abilities of the old model that the new one lacks.
fn lost(old: &Model, new: &Model) -> Vec<String> {
    let missing = |had: &[String], has: &[String], what: &str| -> Vec<String> {
        had.iter()
            .filter(|one| !has.contains(one))
            .map(|one| format!("{one} {what}"))
            .collect()
    };
    let mut lost = missing(
        &old.architecture.input_modalities,
        &new.architecture.input_modalities,
        "input",
    );
    lost.extend(missing(
        &old.architecture.output_modalities,
        &new.architecture.output_modalities,
        "output",
    ));

    for (what, had, has) in [
        ("tools", old.features.tools, new.features.tools),
        (
            "structured outputs",
            old.features.structured_outputs,
            new.features.structured_outputs,
        ),
        ("reasoning", old.features.reasoning, new.features.reasoning),
        (
            "prompt caching",
            old.features.prompt_caching,
            new.features.prompt_caching,
        ),
    ] {
        if had == Some(true) && has == Some(false) {
            lost.push(what.into());
        }
    }

    lost
}
