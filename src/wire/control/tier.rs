//! The service tier that a request asks for, and whether its model has a price for it.

use super::error::ControlError;
use crate::domain::{Model, ServiceTier};
use crate::wire::error::{ApiError, Code};
use crate::wire::json::{Span, unquote};

/// Characters of a tier's name that an error repeats, at most.
const REPEATED: usize = 32;

/// A tier that the client asks for and that is not the usual one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AskedTier {
    key: &'static str,
    name: Box<str>,
}

impl AskedTier {
    /// Reads the value of `key`. A client that lets the provider choose asks for no tier.
    pub(super) fn read(text: &str, span: Option<Span>, key: &'static str) -> Result<Option<Self>, ControlError> {
        let Some(value) = span.map(|span| span.of(text)).filter(|value| *value != "null") else {
            return Ok(None);
        };

        let name = unquote(value).ok_or(ControlError::Kind {
            key,
            wanted: "a string",
        })?;
        let usual = name == "auto" || ServiceTier::named(&name) == Some(ServiceTier::Standard);
        Ok((!usual).then(|| Self { key, name: name.into() }))
    }

    /// The tier, if this key can ask for it. A provider that ignores an unknown value would serve such a call as usual: a
    /// batch, for example, is no single call.
    pub(super) fn tier(&self) -> Option<ServiceTier> {
        ServiceTier::named(&self.name).filter(|tier| askable(self.key).contains(tier))
    }

    pub(super) fn unpriced(&self, model: &Model) -> ApiError {
        let Self { key, name } = self;
        let name: String = name.chars().filter(|c| !c.is_control()).take(REPEATED).collect();

        let priced = askable(key).iter().filter(|&&tier| model.billed(Some(tier)).is_some());
        let priced: Vec<String> = priced.map(|tier| format!("'{}'", tier.as_str())).collect();
        let or = if priced.is_empty() {
            String::new()
        } else {
            format!(", or ask for {}", priced.join(" or "))
        };

        let message = format!(
            "Model '{}' has no price here for '{key}' of '{name}'. Leave it out{or}.",
            model.id
        );
        ApiError::new(Code::UnsupportedParameter, message).about(*key)
    }
}

/// The tiers that a key of a request can ask for, beside the usual one.
fn askable(key: &str) -> &'static [ServiceTier] {
    if key == "speed" {
        &[ServiceTier::Fast]
    } else {
        &[ServiceTier::Flex, ServiceTier::Priority, ServiceTier::Scale]
    }
}
