//! The part of an event that the watcher reads of nearly every event: lengths of text, without a copy of it.

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

/// The type of an event, and the lengths of a delta's texts. Nearly all events are deltas.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Glance<'a> {
    #[serde(rename = "type", borrow)]
    pub(super) kind: Option<&'a str>,
    pub(super) delta: Delta,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Delta {
    text: Length,
    thinking: Length,
    partial_json: Length,
}

impl Delta {
    pub(super) fn text_bytes(&self) -> usize {
        self.text.0 + self.thinking.0 + self.partial_json.0
    }
}

/// The length of a text in bytes.
#[derive(Debug, Default)]
struct Length(usize);

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Measure;

        impl Visitor<'_> for Measure {
            type Value = Length;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Length, E> {
                Ok(Length(text.len()))
            }

            fn visit_unit<E>(self) -> Result<Length, E> {
                Ok(Length(0))
            }
        }

        deserializer.deserialize_any(Measure)
    }
}
