//! Who may do what: accounts, people, API keys, sealed credentials, and the addresses that may be called or may call.

mod access;
mod account;
mod api_key;
mod egress;
mod network;
mod person;
mod seal;

pub use access::Access;
pub use account::{Account, Scope};
pub use api_key::{ApiKey, ApiKeyHash, ApiKeyHasher, ApiKeySecret, KeyState, KeyStatus, SecretError};
pub use egress::{EgressError, EgressPolicy, EgressPolicyError, is_public};
pub use network::{NetworkError, TrustedProxies, household, network};
pub use person::{Email, EmailError, Person, Role, RoleError};
pub use seal::{MasterKey, SealError, Sealed};
