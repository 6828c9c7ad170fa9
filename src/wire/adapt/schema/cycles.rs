//! Schemas that contain themselves.

use serde_json::Value;

/// Whether the schema contains itself, by references within it.
pub(super) fn contains_itself(document: &Value) -> bool {
    Search {
        document,
        open: vec!["#"],
        done: Vec::new(),
    }
    .finds(document)
}

struct Search<'s> {
    document: &'s Value,
    /// The references that lead to where the search is.
    open: Vec<&'s str>,
    /// References behind which there is no cycle.
    done: Vec<&'s str>,
}

impl<'s> Search<'s> {
    fn finds(&mut self, value: &'s Value) -> bool {
        match value {
            Value::Array(list) => list.iter().any(|value| self.finds(value)),
            Value::Object(map) => map.iter().any(|(key, value)| match (key.as_str(), value) {
                ("$ref", Value::String(reference)) => self.follows(reference),
                // Behind no reference, a definition is no part of the schema.
                ("$defs" | "definitions", Value::Object(_)) => false,
                (_, value) => self.finds(value),
            }),
            _ => false,
        }
    }

    fn follows(&mut self, reference: &'s str) -> bool {
        if self.open.contains(&reference) {
            return true;
        }
        let target = reference.strip_prefix('#').and_then(|path| self.document.pointer(path));
        let Some(target) = target.filter(|_| !self.done.contains(&reference)) else {
            return false;
        };

        self.open.push(reference);
        let found = self.finds(target);
        self.open.pop();
        self.done.push(reference);
        found
    }
}
