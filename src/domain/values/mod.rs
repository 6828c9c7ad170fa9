//! The smallest values: ids, names, alias names and how they match, moments, and money exact to the pico-dollar.

mod alias_name;
mod id;
mod matching;
mod money;
mod name;
mod protocol;
mod strictness;
mod time;

pub use alias_name::{AliasName, AliasNameError, is_invisible};
pub use id::{AccountId, ApiKeyId, GatewayId, IdError, LedgerId, PersonId, RequestId};
pub use matching::{Match, MatchError};
pub use money::{MoneyError, PicoUsd};
pub use name::{Name, NameError};
pub use protocol::Protocol;
pub use strictness::{Strictness, StrictnessError};
pub use time::Timestamp;
