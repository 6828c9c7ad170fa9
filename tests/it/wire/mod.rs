//! The translation between protocols, by golden files and by the fuzzers' finds.

mod corpus;
mod fuzzed;
mod matrix;
mod recorded;
mod repointing;
mod signatures;
mod streams;
