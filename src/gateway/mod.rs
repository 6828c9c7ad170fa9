//! What callers see.
