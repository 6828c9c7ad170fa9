//! Access: accounts, people, API keys, sealed credentials, the addresses that the gateway may call, and those that may
//! call it.

mod access;
mod account;
mod api_key;
mod api_key_secret;
mod egress;
mod network;
mod person;
mod public_address;
mod seal;

pub use access::Access;
pub use account::{Account, Scope};
pub use api_key::{ApiKey, KeyState, KeyStatus};
pub use api_key_secret::{ApiKeyHash, ApiKeyHasher, ApiKeySecret, SecretError};
pub use egress::{EgressError, EgressPolicy, EgressPolicyError};
pub use network::{NetworkError, TrustedProxies, household, network};
pub use person::{Email, EmailError, Person, Role, RoleError};
pub use public_address::is_public;
pub use seal::{MasterKey, SealError, Sealed};
