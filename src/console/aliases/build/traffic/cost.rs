//! What the traffic cost, and what it would cost with the draft.

use std::collections::HashMap;

use super::change::TrafficChange;
use crate::console::format::figures;
use crate::console::format::money::dollars;
use crate::domain::{Becomes, Decision, Estimate, Outcome, Traffic};

/// The cost of the traffic now and with the draft, in a line, and what the line leaves out.
pub(super) fn cost(traffic: &Traffic, changes: &[Option<TrafficChange<'_>>]) -> (String, Vec<String>) {
    let actual = traffic.cost();
    let line = format!("Cost of this traffic: {} actual", dollars(actual));
    let names = traffic
        .names
        .iter()
        .zip(changes)
        .filter_map(|(sent, change)| Some((sent.name.as_str(), change.as_ref()?)));
    let changed: HashMap<&str, Becomes<'_>> = names
        .filter(|(_, change)| change.is_changed())
        .map(|(name, change)| (name, becomes(&change.next)))
        .collect();

    if changed.is_empty() {
        return (line, Vec::new());
    }

    let estimate = match traffic.reprice(|name| changed.get(name).copied().unwrap_or(Becomes::Same)) {
        Ok(estimate) => estimate,
        Err(why) => return (line, vec![why.to_string()]),
    };
    let notes = notes(traffic, &estimate);
    // If nothing changes but that failures would run, the same sum twice would mislead.
    if estimate.would_run > 0 && estimate.cost == actual {
        return (line, notes);
    }
    let about = dollars(estimate.cost);
    let line = format!("{line} → about {about} with your changes (same tokens, new prices)");
    (line, notes)
}

fn notes(traffic: &Traffic, estimate: &Estimate) -> Vec<String> {
    let mut notes = Vec::new();
    if estimate.would_run > 0 {
        let requests = figures::requests(estimate.would_run);
        notes.push(format!(
            "{requests} that failed would run, at a cost that is not known yet."
        ));
    }
    if estimate.would_fail > 0 {
        let requests = figures::requests(estimate.would_fail);
        notes.push(format!("{requests} would fail, and cost nothing."));
    }
    if traffic.others.is_some() {
        notes.push("Other names are counted at what they cost.".into());
    }
    notes
}

fn becomes<'d>(next: &'d Decision<'_>) -> Becomes<'d> {
    match &next.outcome {
        Outcome::Runs(model) => Becomes::Runs(model),
        Outcome::NotFound | Outcome::NotAllowed(_) => Becomes::Fails,
    }
}
