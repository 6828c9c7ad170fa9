//! The answer of an explanation in a sentence, and its notes.

use crate::domain::access::KeyStatus;
use crate::domain::aliases::decision::Outcome;
use crate::domain::aliases::resolve::{Resolution, Trace};
use crate::domain::catalog::Catalog;
use crate::domain::format::visible;
use crate::domain::values::{Match, is_invisible};

pub fn sentence(trace: &Trace<'_>, outcome: &Outcome, catalog: &Catalog) -> String {
    let asked = visible(trace.requested);
    let goes_to = visible(trace.resolution.model());
    let known = catalog.get(trace.resolution.model()).is_some();
    let mut text = match (trace.resolution, outcome) {
        (_, Outcome::NotAllowed(_)) => {
            format!("{asked} resolves to {goes_to}, but this key can't use it. Requests fail with 403.")
        }
        (Resolution::Alias(alias), Outcome::Runs(_)) => match alias.matching {
            Match::Exact => format!("{asked} runs {goes_to} (exact alias)."),
            Match::Prefix => format!("{asked} runs {goes_to} (prefix alias {}).", alias.name),
        },
        (Resolution::Alias(_), Outcome::NotFound) if known => {
            format!("{asked} points at {goes_to}, which is switched off. Requests fail.")
        }
        (Resolution::Alias(_), Outcome::NotFound) => {
            format!("{asked} points at {goes_to}, which is no longer in the catalog. Requests fail.")
        }
        (Resolution::Passthrough(_), Outcome::Runs(_)) => {
            format!("{asked} isn't aliased. It runs the catalog model {asked}.")
        }
        (Resolution::Passthrough(_), Outcome::NotFound) if known => {
            format!(
                "{asked} isn't aliased, and the catalog model {asked} is switched off. Requests fail with model_not_found."
            )
        }
        (Resolution::Passthrough(_), Outcome::NotFound) => {
            format!("{asked} isn't aliased and isn't in the catalog. Requests fail with model_not_found.")
        }
    };

    if let Some(alias) = trace.case_only {
        text.push_str(&format!(
            " Matching is case-sensitive. In lowercase it would match {}.",
            alias.name
        ));
    }

    text
}

pub fn status_note(status: KeyStatus) -> Option<&'static str> {
    match status {
        KeyStatus::Active => None,
        KeyStatus::Disabled => {
            Some("This key is disabled, so every request fails now. The result shows what would happen.")
        }
        KeyStatus::Expired => {
            Some("This key has expired, so every request fails now. The result shows what would happen.")
        }
    }
}

/// A note about blanks at either end of a name: neither this page nor the gateway trims names.
pub fn blank_edges(text: &str, matched: bool) -> Option<String> {
    let starts = text.chars().next().and_then(blank);
    let ends = text.chars().next_back().and_then(blank);
    let edges = match (starts, ends) {
        (Some(start), Some(end)) if start == end => format!("starts and ends with {start}"),
        (Some(start), Some(end)) => format!("starts with {start} and ends with {end}"),
        (Some(start), None) => format!("starts with {start}"),
        (None, Some(end)) => format!("ends with {end}"),
        (None, None) => return None,
    };
    let so = if matched {
        "It is part of the name."
    } else {
        "A client sending that won't match."
    };

    Some(format!("Your text {edges}. {so}"))
}

fn blank(c: char) -> Option<&'static str> {
    match c {
        ' ' => Some("a space"),
        '\t' => Some("a tab"),
        '\n' | '\r' => Some("a line break"),
        c if c.is_whitespace() || c.is_control() || is_invisible(c) => Some("an invisible character"),
        _ => None,
    }
}
