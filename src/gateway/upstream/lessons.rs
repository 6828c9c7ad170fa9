//! What refusals have taught about a model at one address. It is kept in memory for an hour: a fact that stays wrong is an
//! admin's to repair.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;

use crate::domain::{Facts, FactsPatch, Patched};
use crate::wire::adapt::TargetFacts;

/// How long a lesson lasts.
const LASTS: Duration = Duration::from_secs(3_600);

/// What refusals have taught about one model at one address.
#[derive(Debug, Default)]
pub struct Lessons(ArcSwapOption<Taught>);

#[derive(Debug)]
struct Taught {
    until: Instant,
    patch: FactsPatch,
    /// The facts that the patch was applied to, and the result. A catalog snapshot brings others.
    stated: Arc<TargetFacts>,
    facts: Arc<TargetFacts>,
}

impl Lessons {
    /// The facts with what was learned; `stated` are those of the catalog.
    pub fn facts(&self, stated: &Arc<TargetFacts>) -> Arc<TargetFacts> {
        // No clock is read where nothing was learned.
        match &*self.0.load() {
            None => Arc::clone(stated),
            Some(lessons) => self.facts_at(Instant::now(), lessons, stated),
        }
    }

    fn facts_at(&self, now: Instant, lessons: &Taught, stated: &Arc<TargetFacts>) -> Arc<TargetFacts> {
        if lessons.until <= now {
            self.0.store(None);
            return Arc::clone(stated);
        }
        if !Arc::ptr_eq(&lessons.stated, stated) {
            let renewed = Taught::new(lessons.until, lessons.patch.clone(), stated);
            let facts = Arc::clone(&renewed.facts);
            self.0.store(Some(Arc::new(renewed)));
            return facts;
        }
        Arc::clone(&lessons.facts)
    }

    /// Remembers what a refusal said, beside what was learned before.
    pub fn learn(&self, patch: &FactsPatch, stated: &Arc<TargetFacts>) {
        let mut all = self
            .0
            .load()
            .as_ref()
            .map_or_else(FactsPatch::default, |known| known.patch.clone());
        Facts::join(&mut all, patch);
        self.0
            .store(Some(Arc::new(Taught::new(Instant::now() + LASTS, all, stated))));
    }
}

impl Taught {
    fn new(until: Instant, patch: FactsPatch, stated: &Arc<TargetFacts>) -> Self {
        let facts = stated.with(stated.facts.clone().with(&patch));
        Self {
            until,
            patch,
            stated: Arc::clone(stated),
            facts: Arc::new(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FieldFact, Protocol};
    use serde_json::json;

    fn refuses(field: &str) -> FactsPatch {
        serde_json::from_value(json!({"fields": {field: "refused"}})).unwrap()
    }

    fn stated() -> Arc<TargetFacts> {
        Arc::new(TargetFacts::new(Facts::default(), Protocol::OpenaiChat, "m"))
    }

    #[test]
    fn lessons_add_up_and_are_forgotten_after_an_hour() {
        let (learned, stated) = (Lessons::default(), stated());
        assert!(Arc::ptr_eq(&learned.facts(&stated), &stated));

        learned.learn(&refuses("seed"), &stated);
        learned.learn(&refuses("top_k"), &stated);
        let facts = learned.facts(&stated);
        assert_eq!(facts.facts.field("seed"), &FieldFact::Refused);
        assert_eq!(facts.facts.field("top_k"), &FieldFact::Refused);

        let lessons = learned.0.load_full().unwrap();
        let later = lessons.until;
        assert!(Arc::ptr_eq(&learned.facts_at(later, &lessons, &stated), &stated));
        assert!(Arc::ptr_eq(&learned.facts(&stated), &stated));
    }

    #[test]
    fn a_lesson_outlives_the_catalog_that_it_was_learned_with() {
        let learned = Lessons::default();
        learned.learn(&refuses("seed"), &stated());
        let patch: FactsPatch = serde_json::from_value(json!({"openai_fields": true})).unwrap();
        let renewed = Arc::new(TargetFacts::new(
            Facts::default().with(&patch),
            Protocol::OpenaiChat,
            "m",
        ));

        let facts = learned.facts(&renewed);

        assert!(facts.facts.openai_fields && facts.facts.field("seed") == &FieldFact::Refused);
    }
}
