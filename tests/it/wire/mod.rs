//! The translation between protocols, from golden files and from what fuzzing found.

mod corpus;
mod fuzzed;
mod matrix;
