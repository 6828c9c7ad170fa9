//! Names of service tiers that only one provider has.

use std::borrow::Cow;

/// The usual tier, as few providers name it. The others know it as `auto`.
pub const ON_DEMAND: &str = "on_demand";

/// A tier by the name that all providers know.
pub fn tier_of_any(name: &str) -> Cow<'_, str> {
    if name == ON_DEMAND { "auto".into() } else { name.into() }
}
