//! One request as the list shows it.

use crate::console::format::{When, figures, money};
use crate::domain::{CallState, Match, Timestamp, UsageRecord, format};
use crate::store::RequestRow;

/// The cells of a row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: String,
    pub requested: String,
    /// The alias that caught it, with a star if it is a prefix.
    pub alias: Option<String>,
    pub model: String,
    pub provider: String,
    pub key_id: String,
    pub key: String,
    pub at: When,
    pub tokens: Option<(String, String)>,
    pub cost: String,
    pub exact_cost: String,
    pub took: String,
    pub first_byte: Option<String>,
    pub ending: Ending,
    pub client: Option<String>,
}

/// The end of a request, in words and as the style of its chip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    /// The classes of its chip.
    pub chip: &'static str,
    /// The classes of the dot in it: full if the answer is whole.
    pub dot: &'static str,
    pub text: String,
    /// The error's code.
    pub error: Option<String>,
}

impl Ending {
    pub(super) fn of(record: &UsageRecord) -> Self {
        let (chip, dot, text) = match (record.state, record.status) {
            (CallState::Unknown, _) => ("chip warn", "dot ring", "Unknown".to_owned()),
            (_, status @ 400..) => ("chip bad", "dot ring", status.to_string()),
            (CallState::Partial, status) => ("chip warn", "dot ring", format!("{status}, cut short")),
            (_, status) => ("chip ok", "dot", status.to_string()),
        };
        Self {
            chip,
            dot,
            text,
            error: record.error.as_deref().map(format::visible),
        }
    }
}

impl Row {
    pub(super) fn new(row: &RequestRow, now: Timestamp) -> Self {
        let record = &row.record;
        let counted = record.tokens.prompt > 0 || record.tokens.completion > 0;
        Self {
            id: record.id.to_string(),
            requested: format::visible(&record.requested),
            alias: record
                .alias
                .as_ref()
                .map(|(name, matching)| star(name.as_str(), *matching)),
            model: record.model.clone(),
            provider: record.provider.to_string(),
            key_id: record.key.to_string(),
            key: row.key_name.clone().unwrap_or_else(|| record.key.to_string()),
            at: When::new(record.at, now),
            tokens: counted.then(|| {
                (
                    figures::count(record.tokens.prompt),
                    figures::count(record.tokens.completion),
                )
            }),
            cost: money::significant(record.cost),
            exact_cost: format!("${}", record.cost),
            took: figures::took(record.latency_ms),
            first_byte: record.first_byte_ms.map(figures::took),
            ending: Ending::of(record),
            client: record.agent.as_deref().map(format::visible),
        }
    }

    /// The client program without its version's fine print: `claude-cli/2.1.44`.
    pub(super) fn program(&self) -> &str {
        self.client
            .as_deref()
            .and_then(|agent| agent.split_whitespace().next())
            .unwrap_or_default()
    }
}

/// `claude-opus*` for a prefix alias.
pub(super) fn star(name: &str, matching: Match) -> String {
    format!("{name}{}", if matching == Match::Prefix { "*" } else { "" })
}
