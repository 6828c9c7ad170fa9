//! Aliases: how a name is resolved, and how a set of aliases is drafted, checked, explained, merged and imported.

mod alias;
mod decision;
mod draft;
mod explain;
mod hints;
mod import;
mod merge;
mod proposal;
mod resolve;
mod validate;

pub use alias::Alias;
pub use decision::{Decision, Outcome, decide};
pub use draft::{DraftRow, Field, Fix};
pub use explain::{ExplainedOutcome, Explanation, Mark, Rule, Step, explain};
pub use hints::{Hint, HintContext, HintKind, Severity, hints};
pub use import::{
    AliasFormat, Import, ImportProblem, ImportedRow, Marks, csv_cell, export_aliases, import_aliases, split_marks,
};
pub use merge::{Merge, MergedRow, merge};
pub use proposal::{Proposal, propose_aliases};
pub use resolve::{AliasSet, CheckedAlias, Resolution, Trace};
pub use validate::{AliasIssue, Validation, name_counter, validate};
