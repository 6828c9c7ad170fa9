//! The translation between protocols, from golden files.

mod matrix;
