//! Values and rules: what an alias, a key, a price and an account are, and how a name is resolved.
//!
//! Pure: no I/O, no async, no clock, no randomness. Times and random bytes are passed in, so that every rule here can be
//! called from a test, a page, the gateway and the command line alike, with the same answer and in the same words.
//!
//! Where to begin:
//!
//! - [`AliasSet::resolve`] is the rule that the product exists for; [`decide`] adds the catalog and the key's
//!   permissions; [`explain`] says the result and every step to it in sentences.
//! - [`validate`] says why a draft of aliases cannot be saved, [`hints`] gives advice about one that can, [`merge`] joins two
//!   people's edits, and [`import_aliases`] and [`export_aliases`] read and write aliases as text.
//! - [`Traffic`] holds the requests of a key's clients; [`Traffic::reprice`] says what they would cost with other aliases, and
//!   [`propose_aliases`] which aliases would match them.
//! - [`fallbacks`] lists the models to try, at other providers, when a model's provider fails.
//! - [`Catalog`] holds the real models and their providers, [`search`] finds a model, and [`Model::cost`] says what a
//!   call of it costs, exact to the pico-dollar; [`Model::max_cost`] says before the call what it can cost at most.
//! - [`ApiKeySecret`], [`MasterKey`] and [`EgressPolicy`] keep secrets secret and calls where they belong.

mod access;
mod aliases;
mod catalog;
mod facts;
pub mod format;
mod money;
mod usage;
mod values;

pub use access::{
    Access, Account, ApiKey, ApiKeyHash, ApiKeyHasher, ApiKeySecret, EgressError, EgressPolicy, EgressPolicyError,
    Email, EmailError, KeyState, KeyStatus, MasterKey, NetworkError, Person, Role, RoleError, Scope, SealError, Sealed,
    SecretError, TrustedProxies, household, is_public, network,
};
pub use aliases::{
    Alias, AliasFormat, AliasIssue, AliasSet, CheckedAlias, Decision, DraftRow, ExplainedOutcome, Explanation, Field,
    Fix, Hint, HintContext, HintKind, Import, ImportProblem, ImportedRow, Mark, Marks, Merge, MergedRow, Outcome,
    Proposal, Resolution, Rule, Severity, Step, Trace, Validation, csv_cell, decide, explain, export_aliases, hints,
    import_aliases, merge, name_counter, propose_aliases, split_marks, validate,
};
pub use catalog::{
    Architecture, Auth, Catalog, Endpoint, FactLayer, FactSource, Features, Found, Hit, Model, ModelId, ModelIdError,
    ModelKind, ModelStatus, Provider, ProviderId, ProviderIdError, ProviderOrder, ProviderOrderError, ProviderOrders,
    ProviderPatience, Reasoning, StatedFact, ThinkingBudget, TokenLimits, UnknownTemplate, check_template, fact_layers,
    facts, fallbacks, list_facts, provider_fact_layers, search, templates,
};
pub use facts::{
    AnswerFormats, Betas, CallIds, DeveloperRole, Effort, EmptyTools, FactEdit, FactError, FactKind, FactSpec,
    FactWord, Facts, FactsPatch, FieldFact, Fit, ForcedChoice, LimitField, Overflow, Patched, Prefill,
    ProtocolCondition, ProtocolRule, Roles, RootUnions, Schemas, SealBinding, StrictTools, SystemTurns, ThinkingFacts,
    ThinkingOff, ThinkingSwitch, ThoughtsBack, ToolParameters, Tools, TurnLast, TurnOrder, UnknownFields, WholeAnswers,
    check_facts, fact_specs, near_word,
};
pub use money::{
    Balance, Bill, BillLine, BillableUsage, Budget, EntryKind, LedgerEntry, Limits, Period, PeriodError, Price,
    PriceOverride, Pricing, RateWindow, Reserve, ServiceReport, ServiceTier, SpendLimit, TimeOfDay, Tokens, Used,
    Weekday, portion,
};
pub use usage::{
    Attempt, Becomes, CallState, Estimate, Feature, NoEstimate, Ran, RequestUse, Sent, Traffic, TrafficWindow,
    UsageRecord, UsageSource, client_name,
};
pub use values::{
    AccountId, AliasName, AliasNameError, ApiKeyId, GatewayId, IdError, LedgerId, Match, MatchError, MoneyError, Name,
    NameError, PersonId, PicoUsd, Protocol, RequestId, Strictness, StrictnessError, Timestamp,
};

#[cfg(test)]
pub(crate) mod samples;
