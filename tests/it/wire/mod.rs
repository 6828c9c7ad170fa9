//! The translation between protocols, by golden files and by the fuzzers' finds.

mod corpus;
mod families;
mod fuzzed;
mod matrix;
mod recorded;
mod repointing;
mod servers;
mod signatures;
mod streams;
