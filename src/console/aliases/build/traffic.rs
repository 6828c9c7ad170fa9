//! The traffic under the list: what the client really sent, seen through the saved aliases and through the draft.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::console::aliases::draft::{Draft, snippets};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Goes, NoTraffic, TrafficPanel, TrafficRow};
use crate::domain::format::{dollars, visible};
use crate::domain::{
    Alias, AliasName, AliasSet, Becomes, Decision, Match, Outcome, Proposal, Sent, Traffic, TrafficWindow, Validation,
    client_name, decide, propose_aliases,
};

/// The panel, if the desk has the traffic for it.
pub fn traffic_panel(data: &EditorData, draft: &Draft, checked: &Validation) -> Option<TrafficPanel> {
    let (window, traffic) = data.traffic.as_ref()?;
    let saved = AliasSet::new(data.stored.aliases.clone());
    let next = AliasSet::new(checked.aliases.clone());
    let changes: Vec<Option<TrafficChange<'_>>> = traffic
        .names
        .iter()
        .map(|sent| {
            sent.is_a_name().then(|| TrafficChange {
                now: on(data, &saved, &sent.name),
                next: on(data, &next, &sent.name),
            })
        })
        .collect();
    let proposals = propose_aliases(
        traffic
            .names
            .iter()
            .filter(|sent| sent.is_a_name())
            .map(|sent| sent.name.as_str()),
    );
    let mut order: Vec<usize> = (0..traffic.names.len()).collect();
    // The store's order is by count, and a sort keeps it among equals.
    order.sort_by_key(|at| Reverse(changes.get(*at).and_then(Option::as_ref).map(TrafficChange::weight)));
    let may_add = data.who.may_write() && draft.rows.len() < Alias::LIMIT;
    let rows = order.into_iter().filter_map(|at| {
        let (sent, change) = (traffic.names.get(at)?, changes.get(at)?.as_ref());
        let offered = change
            .filter(|change| is_wanting(change))
            .and_then(|_| proposals.get(sent.name.as_str()));
        let add = offered
            .filter(|_| may_add)
            .and_then(|proposal| addable(draft, &sent.name, proposal));
        Some(row(at, sent, change, add))
    });
    let (cost, mut notes) = cost(traffic, &changes);
    if changes.iter().flatten().any(TrafficChange::is_changed) {
        notes.extend(checked.ignored_rows());
    }
    Some(TrafficPanel {
        url: data.head.url(),
        window: *window,
        none: traffic.is_empty().then(|| nothing(data, *window)),
        rows: rows.collect(),
        others: traffic.others.as_ref().map(|ran| thousands(ran.requests)),
        cost,
        notes,
    })
}

/// What a name comes to with the saved aliases, and with the draft.
struct TrafficChange<'a> {
    now: Decision<'a>,
    next: Decision<'a>,
}

impl TrafficChange<'_> {
    fn is_changed(&self) -> bool {
        self.now.outcome != self.next.outcome || self.now.resolution.model() != self.next.resolution.model()
    }

    /// What fails, before or after, weighs most; then what changes.
    fn weight(&self) -> (bool, bool) {
        (!runs(&self.now) || !runs(&self.next), self.is_changed())
    }
}

fn on<'a>(data: &EditorData, aliases: &'a AliasSet, name: &'a str) -> Decision<'a> {
    decide(aliases, &data.catalog, data.key.models().as_deref(), name)
}

fn runs(decision: &Decision<'_>) -> bool {
    matches!(decision.outcome, Outcome::Runs(_))
}

fn row(place: usize, sent: &Sent, change: Option<&TrafficChange<'_>>, add: Option<Proposal>) -> TrafficRow {
    let (add, adds) = match add {
        Some(Proposal {
            name,
            matching: Match::Prefix,
        }) => (format!("add-prefix:{name}"), format!("for the prefix {name}")),
        Some(Proposal {
            name,
            matching: Match::Exact,
        }) => (format!("add:{name}"), format!("for {name}")),
        None => Default::default(),
    };
    TrafficRow {
        place,
        name: sent.name.clone(),
        shown: visible(&sent.name),
        requests: thousands(sent.requests()),
        client: sent.agent.as_deref().map(client_name).unwrap_or_default(),
        agent: sent.agent.as_deref().map(visible).unwrap_or_default(),
        now: change.map(|change| goes(&change.now)),
        next: change.filter(|change| change.is_changed()).map(|change| Goes {
            mended: !runs(&change.now) && runs(&change.next),
            ..goes(&change.next)
        }),
        add,
        adds,
    }
}

fn goes(decision: &Decision<'_>) -> Goes {
    let passthrough = decision.resolution.alias().is_none();
    let problem = match decision.outcome {
        Outcome::Runs(_) => "",
        Outcome::NotFound => "model_not_found",
        Outcome::NotAllowed(_) => "not allowed",
    };
    // A name that is no model's and no alias's leads nowhere, so there is no place to tell.
    let nowhere = passthrough && matches!(decision.outcome, Outcome::NotFound);
    let model = if nowhere {
        String::new()
    } else {
        visible(decision.resolution.model())
    };
    Goes {
        passthrough: passthrough && !nowhere,
        model,
        problem,
        mended: false,
    }
}

/// Whether no alias of the draft catches the name, or the name fails.
fn is_wanting(change: &TrafficChange<'_>) -> bool {
    change.next.resolution.alias().is_none() || !runs(&change.next)
}

/// The alias to add for a name, unless the draft has a row for it already.
fn addable(draft: &Draft, name: &str, proposal: &Proposal) -> Option<Proposal> {
    let of = |name: &AliasName| draft.rows.iter().find(|row| row.name == name.as_str());
    match of(&proposal.name) {
        None => Some(proposal.clone()),
        // The name that several share is an exact alias, so each of them needs its own.
        Some(row) if proposal.matching == Match::Prefix && !row.is_prefix() => {
            let own = Proposal {
                name: name.parse().ok()?,
                matching: Match::Exact,
            };
            of(&own.name).is_none().then_some(own)
        }
        Some(_) => None,
    }
}

/// What the traffic cost and would cost, in a line, and what the line leaves out.
fn cost(traffic: &Traffic, changes: &[Option<TrafficChange<'_>>]) -> (String, Vec<String>) {
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
        Err(why) => {
            return (line, vec![why.to_string()]);
        }
    };
    let mut notes = Vec::new();
    if estimate.would_run > 0 {
        notes.push(format!(
            "{} that failed would run, at a cost that nobody knows yet.",
            requests(estimate.would_run)
        ));
    }
    if estimate.would_fail > 0 {
        notes.push(format!(
            "{} would fail, and cost nothing.",
            requests(estimate.would_fail)
        ));
    }
    if traffic.others.is_some() {
        notes.push("Other names are counted at what they cost.".into());
    }
    // If all that changes is that failures would run, the same sum twice would say less than nothing.
    if estimate.would_run > 0 && estimate.cost == actual {
        return (line, notes);
    }
    let about = dollars(estimate.cost);
    (
        format!("{line} → about {about} with your changes (same tokens, new prices)"),
        notes,
    )
}

fn becomes<'d>(next: &'d Decision<'_>) -> Becomes<'d> {
    match &next.outcome {
        Outcome::Runs(model) => Becomes::Runs(model),
        Outcome::NotFound | Outcome::NotAllowed(_) => Becomes::Fails,
    }
}

/// What to say where there is no traffic. A key that was never used gets a call that works.
fn nothing(data: &EditorData, window: TrafficWindow) -> NoTraffic {
    if data.key.last_used_at.is_some() {
        return NoTraffic {
            text: format!("No requests in the last {}.", window.label()),
            curl: None,
        };
    }
    let alias = data.stored.aliases.first().map(|alias| alias.name.as_str());
    let allowed = data.key.models();
    let allowed = allowed.as_deref();
    let model = || {
        data.catalog
            .all_callable()
            .find(|model| allowed.is_none_or(|list| list.contains(&model.id)))
    };
    let name = alias
        .or_else(|| model().map(|model| model.id.as_str()))
        .unwrap_or("any-name-you-like");
    NoTraffic {
        text: "No requests yet. Try the curl below.".into(),
        curl: Some(snippets::curl(&data.gateway_url, name)),
    }
}

fn requests(count: u64) -> String {
    if count == 1 {
        "1 request".into()
    } else {
        format!("{} requests", thousands(count))
    }
}

/// `1,204,331`.
fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_set_in_threes() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_204_331, "1,204,331"),
            (12_345, "12,345"),
        ];
        for (count, text) in cases {
            assert_eq!(thousands(count), text);
        }
        assert_eq!(requests(1), "1 request");
        assert_eq!(requests(2_140), "2,140 requests");
    }
}
