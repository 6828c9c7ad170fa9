//! One key as lists and its own page show it.

use std::time::Duration;

use super::allowance::Allowance;
use super::spark::Spark;
use crate::console::format::{When, money};
use crate::domain::{ApiKey, Catalog, DraftRow, KeyStatus, Timestamp, validate};
use crate::store::KeyRow;

const SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The status of a key, in words and as the style of its chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing(KeyStatus);

impl Standing {
    pub(super) fn of(key: &ApiKey, now: Timestamp) -> Self {
        Self(key.status(now))
    }

    pub(super) fn word(self) -> &'static str {
        match self.0 {
            KeyStatus::Active => "Active",
            KeyStatus::Disabled => "Disabled",
            KeyStatus::Expired => "Expired",
        }
    }

    /// The classes of its chip.
    pub(super) fn chip(self) -> &'static str {
        match self.0 {
            KeyStatus::Active => "chip ok",
            KeyStatus::Disabled => "chip",
            KeyStatus::Expired => "chip bad",
        }
    }

    /// The classes of the dot in it: full while calls are answered.
    pub(super) fn dot(self) -> &'static str {
        if self.0 == KeyStatus::Active { "dot" } else { "dot ring" }
    }

    pub(super) fn is_disabled(self) -> bool {
        self.0 == KeyStatus::Disabled
    }

    pub(super) fn is_expired(self) -> bool {
        self.0 == KeyStatus::Expired
    }
}

/// The cells of a row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: String,
    pub name: String,
    pub display: String,
    pub account: String,
    pub owner: String,
    pub aliases: usize,
    pub problems: usize,
    pub last_used: Option<When>,
    pub agent: Option<String>,
    pub spark: Spark,
    /// What the last 30 days cost.
    pub spend: String,
    /// How much of its spend limit is used.
    pub allowance: Option<Allowance>,
    pub expires: Option<When>,
    pub soon: bool,
    pub standing: Standing,
    /// Whether its menu gets focus: the button that had it was in the row that this one replaces.
    pub focus: bool,
}

impl Row {
    pub(super) fn new(row: KeyRow, catalog: &Catalog, now: Timestamp) -> Self {
        let KeyRow {
            key,
            account_name,
            owner_email,
            aliases,
            daily_requests,
            spend_30d,
            spent,
        } = row;

        let drafts: Vec<DraftRow> = aliases.iter().map(|alias| DraftRow::of("", alias)).collect();

        Self {
            id: key.id.to_string(),
            standing: Standing::of(&key, now),
            problems: validate(&drafts, catalog, key.models().as_deref(), &[]).issues.len(),
            aliases: aliases.len(),
            account: account_name,
            owner: owner_email.map_or_else(|| "Service key".into(), |email| email.to_string()),
            last_used: key.last_used_at.map(|at| When::new(at, now)),
            spark: Spark::new(daily_requests),
            spend: money::dollars(spend_30d),
            allowance: key.limits.spend.map(|limit| Allowance::new(limit, spent, now)),
            soon: key.expires_at.is_some_and(|end| end > now && end.since(now) <= SOON),
            expires: key.expires_at.map(|at| When::new(at, now)),
            name: key.name.into(),
            display: key.display,
            agent: key.last_used_agent,
            focus: false,
        }
    }

    /// The client program without its version's fine print: `claude-cli/2.1.44`.
    pub(super) fn program(&self) -> &str {
        self.agent
            .as_deref()
            .and_then(|agent| agent.split_whitespace().next())
            .unwrap_or_default()
    }

    /// What the aliases button says: a count, or what to do.
    pub(super) fn aliases_text(&self) -> String {
        match self.aliases {
            0 => "Add aliases".into(),
            1 => "1 alias".into(),
            n => format!("{n} aliases"),
        }
    }

    /// What the mark beside it says.
    pub(super) fn problems_text(&self) -> String {
        if self.problems == 1 {
            "1 problem".into()
        } else {
            format!("{} problems", self.problems)
        }
    }

    /// The badge of a spend limit that is used up.
    pub(super) fn reached(&self) -> Option<String> {
        self.allowance.and_then(|allowance| allowance.reached())
    }

    /// `Expires in 3 days`, for the badge of the last week.
    pub(super) fn soon_text(&self) -> String {
        self.expires
            .map(|end| format!("Expires {}", end.relative()))
            .unwrap_or_default()
    }
}
