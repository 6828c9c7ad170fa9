//! The rows of the traffic panel: one for each name.

use std::cmp::Reverse;

use super::change::{TrafficChange, runs};
use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{Goes, TrafficRow};
use crate::console::format::figures;
use crate::domain::format::visible;
use crate::domain::{
    Alias, AliasName, Decision, Match, Outcome, Proposal, Sent, Traffic, client_name, propose_aliases,
};

/// What fails first, then what changes, then the most frequent. `changes` are in the order of the names.
pub(super) fn rows(
    data: &EditorData,
    draft: &Draft,
    traffic: &Traffic,
    changes: &[Option<TrafficChange<'_>>],
) -> Vec<TrafficRow> {
    let names = traffic.names.iter().filter(|sent| sent.is_a_name());
    let proposals = propose_aliases(names.map(|sent| sent.name.as_str()));
    let may_add = data.who.may_write() && draft.rows.len() < Alias::LIMIT;

    // The store's order is by count, and a sort keeps it among equals.
    let mut order: Vec<usize> = (0..traffic.names.len()).collect();
    order.sort_by_key(|at| Reverse(changes.get(*at).and_then(Option::as_ref).map(TrafficChange::weight)));

    let rows = order.into_iter().filter_map(|at| {
        let (sent, change) = (traffic.names.get(at)?, changes.get(at)?.as_ref());
        let add = change
            .filter(|change| may_add && change.is_wanting())
            .and_then(|_| proposals.get(sent.name.as_str()))
            .and_then(|proposal| addable(draft, &sent.name, proposal));
        Some(row(at, sent, change, add))
    });
    rows.collect()
}

fn row(index: usize, sent: &Sent, change: Option<&TrafficChange<'_>>, add: Option<Proposal>) -> TrafficRow {
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
        index,
        name: sent.name.clone(),
        shown: visible(&sent.name),
        requests: figures::count(sent.requests()),
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
    // A name that is neither a model's nor an alias's leads nowhere, so there is no model to show.
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
