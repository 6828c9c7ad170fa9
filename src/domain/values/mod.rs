//! The smallest values: ids, names, alias names and how they match, moments, and money exact to the pico-dollar.

mod alias_name;
mod id;
mod money;
mod name;
mod time;

pub use alias_name::{AliasName, AliasNameError, Match, MatchError, is_invisible};
pub use id::{AccountId, ApiKeyId, GatewayId, IdError, LedgerId, PersonId, RequestId};
pub use money::{MoneyError, PicoUsd};
pub use name::{Name, NameError};
pub use time::Timestamp;
