//! Completions, read and written.
