//! Values and rules: what an alias, a key, a price and an account are, and how a name is resolved.
//!
//! Pure: no I/O, no async, no clock, no randomness. Times and random bytes are passed in, so that every rule here can be
//! called from a test, a page, the gateway and the command line alike, with the same answer and in the same words.
//!
//! Where to begin:
//!
//! - [`AliasSet::resolve`] is the rule that the product exists for; [`decide`] adds the catalog and the key's permissions;
//!   [`explain`] puts the answer, and every step to it, in words.
//! - [`validate`] says why a draft of aliases cannot be saved, [`hints`] what is worth knowing about one that can,
//!   [`merge`] what two people's edits come to, and [`import_aliases`] and [`export_aliases`] read and write files of them.
//! - [`Traffic`] is what a key's clients really sent; [`Traffic::reprice`] says what it would cost with other aliases, and
//!   [`propose_aliases`] which aliases would catch it.
//! - [`fallbacks`] says who is asked when a model's provider fails.
//! - [`Catalog`] holds the real models and who serves them, [`search`] finds one, and [`Model::cost`] says what a call
//!   of it costs, exact to the pico-dollar; [`Model::most`] says before it what it can cost.
//! - [`ApiKeySecret`], [`MasterKey`] and [`EgressPolicy`] keep secrets secret and calls where they belong.

mod access;
mod account;
mod agent;
mod alias;
mod api_key;
mod bill;
mod catalog;
mod decision;
mod draft;
mod egress;
mod explain;
pub mod format;
mod hints;
mod id;
mod import;
mod lease;
mod ledger;
mod limits;
mod merge;
mod model;
mod money;
mod name;
mod nearest;
mod network;
mod person;
mod price;
mod proposal;
mod provider;
mod provider_order;
mod rate;
mod receipt;
mod resolve;
mod seal;
mod search;
mod tier;
mod time;
mod traffic;
mod usage;
mod validate;

pub use access::Access;
pub use account::{Account, Scope};
pub use agent::client_name;
pub use alias::{Alias, AliasName, AliasNameError, Match, MatchError};
pub use api_key::{ApiKey, ApiKeyHash, ApiKeyHasher, ApiKeySecret, KeyState, KeyStatus, SecretError};
pub use catalog::Catalog;
pub use decision::{Decision, Outcome, decide};
pub use draft::{DraftRow, Field, Fix};
pub use egress::{EgressError, EgressPolicy, EgressPolicyError, is_public};
pub use explain::{Explanation, Mark, Rule, Step, Verdict, explain};
pub use hints::{Hint, HintContext, HintKind, Severity, hints};
pub use id::{AccountId, ApiKeyId, GatewayId, IdError, LedgerId, PersonId, RequestId};
pub use import::{
    AliasFormat, Import, ImportProblem, ImportedRow, csv_cell, export_aliases, import_aliases, split_keep_name,
};
pub use lease::portion;
pub use ledger::{Balance, EntryKind, LedgerEntry};
pub use limits::{Limits, Period, PeriodError, SpendLimit};
pub use merge::{Merge, MergedRow, merge};
pub use model::{
    Architecture, Features, Model, ModelId, ModelIdError, ModelKind, ModelStatus, Reasoning, ThinkingBudget,
    TokenLimits,
};
pub use money::{MoneyError, PicoUsd};
pub use name::{Name, NameError};
pub(crate) use nearest::edits;
pub use network::{NetworkError, TrustedProxies, household, network};
pub use person::{Email, EmailError, Person, Role, RoleError};
pub use price::{Price, PriceOverride, Pricing, TimeOfDay, Weekday};
pub use proposal::{Proposal, propose_aliases};
pub use provider::{Auth, Endpoint, Protocol, Provider, ProviderId, ProviderIdError, ProviderPatience};
pub use provider_order::{ProviderOrder, ProviderOrderError, ProviderOrders, fallbacks};
pub use rate::{RateWindow, Used};
pub use receipt::{Bill, BillLine};
pub use resolve::{AliasSet, Candidate, Resolution, Trace};
pub use seal::{MasterKey, SealError, Sealed};
pub use search::{Found, Hit, search};
pub use tier::{Counted, Served, ServiceTier};
pub use time::Timestamp;
pub use traffic::{Becomes, Estimate, NoEstimate, Ran, Sent, Traffic, TrafficWindow};
pub use usage::{Attempt, CallState, Tokens, UsageRecord, UsageSource};
pub use validate::{Problem, Validation, name_counter, validate};

#[cfg(test)]
pub(crate) mod samples;
