//! The test of many names at once.

use super::rules::{Rules, differs, goes_to};
use crate::console::aliases::view::{Many, ManyRow};
use crate::domain::format::visible;
use crate::domain::{ExplainedOutcome, csv_cell};

/// The most names that one test takes.
const MOST_NAMES: usize = 50;

/// One answer for each line of `typed`.
pub(super) fn many(rules: &Rules<'_>, typed: &str) -> Many {
    let names: Vec<&str> = typed
        .lines()
        .map(|line| line.trim_end_matches('\r'))
        .filter(|line| !line.is_empty())
        .collect();

    if names.len() > MOST_NAMES {
        let problem = format!(
            "Up to {MOST_NAMES} names at once. You sent {}; remove {}.",
            names.len(),
            names.len() - MOST_NAMES
        );
        return Many {
            typed: typed.to_owned(),
            problem,
            ..Many::default()
        };
    }

    let rows: Vec<ManyRow> = names.into_iter().map(|name| row(rules, name)).collect();
    Many {
        typed: typed.to_owned(),
        problem: String::new(),
        csv: csv(&rows),
        rows,
    }
}

fn row(rules: &Rules<'_>, name: &str) -> ManyRow {
    let answer = rules.on_screen(name);
    let live = rules.live(name).filter(|live| differs(&answer, live));

    ManyRow {
        name: visible(name),
        target: visible(&answer.model),
        problem: match answer.outcome {
            ExplainedOutcome::ModelNotFound => "model_not_found".into(),
            ExplainedOutcome::ModelNotAllowed => "not allowed".into(),
            ExplainedOutcome::Runs | ExplainedOutcome::Empty => String::new(),
        },
        rule: answer.rule(),
        live: live.as_ref().map(goes_to).unwrap_or_default(),
    }
}

fn csv(rows: &[ManyRow]) -> String {
    let mut out = String::from("name,target,problem,rule,live now\r\n");
    for row in rows {
        let live = if row.live.is_empty() { "same" } else { &row.live };
        let cells = [&row.name, &row.target, &row.problem, &row.rule, live].map(csv_cell);
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    out
}
