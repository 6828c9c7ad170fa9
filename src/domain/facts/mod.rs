//! Facts: what a model takes at one address of its provider, and what its answers are like. They are data, so that a wrong one
//! is repaired by an admin and not by a release; no code asks for the name of a vendor.

mod betas;
mod describe;
mod edit;
mod effort;
mod facts;
mod field;
mod patch;
mod specs;
#[cfg(test)]
mod tests;
mod words;

pub use betas::{BetaWord, Betas};
pub use describe::{FactKind, FactSpec, FactWord};
pub use edit::{FactEdit, FactError, check_facts, near_word};
pub use effort::Effort;
pub use facts::{Facts, FactsPatch, Roles, Schemas, ThinkingFacts, Tools};
pub use field::{FieldFact, Fit};
pub use patch::Patched;
pub use specs::fact_specs;
pub use words::{
    AnswerFormats, CallIds, DeveloperRole, EmptyTools, ForcedChoice, LimitField, Overflow, Prefill, ProtocolCondition,
    ProtocolRule, RootUnions, SealBinding, StrictTools, SystemTurns, ThinkingOff, ThinkingSwitch, ThoughtsBack,
    ToolParameters, TurnLast, TurnOrder, UnknownFields, WholeAnswers,
};
