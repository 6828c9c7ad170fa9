//! Texts that many rows have in common.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Texts of many rows, each kept once for all rows that have it.
pub struct Shared<T>(HashMap<T, Arc<str>, ahash::RandomState>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<T: Copy + Eq + Hash> Shared<T> {
    /// The text of a value. `write` makes it the first time.
    pub fn of(&mut self, thing: T, write: impl FnOnce(T) -> Arc<str>) -> Arc<str> {
        Arc::clone(self.0.entry(thing).or_insert_with(|| write(thing)))
    }
}

impl<'r> Shared<&'r str> {
    /// The shared copy of a text.
    pub fn text(&mut self, text: &'r str) -> Arc<str> {
        self.of(text, Arc::from)
    }
}
