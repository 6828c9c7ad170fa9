//! Checks on the tree.
