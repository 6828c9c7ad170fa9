//! An API key: its settings, and its status at a moment.

use std::borrow::Cow;

use ipnet::IpNet;

use super::access::Access;
use super::api_key_secret::ApiKeySecret;
use crate::domain::catalog::ModelId;
use crate::domain::money::Limits;
use crate::domain::values::{AccountId, ApiKeyId, Name, PersonId, Strictness, Timestamp};

/// The state that an owner gives a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Calls are answered.
    Active,
    /// Calls are refused until it is enabled again.
    Disabled,
}

impl KeyState {
    /// The value as the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// The status of a key at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStatus {
    /// Calls are answered.
    Active,
    /// The owner switched the key off.
    Disabled,
    /// The end of the key or of its account has passed.
    Expired,
}

/// An API key, with which one client calls the gateway. It has aliases of its own. Neither its secret nor the hash of
/// it is in this value: see [`ApiKeySecret`].
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// Identifies the key; a new secret does not change it.
    pub id: ApiKeyId,
    /// The account that pays for its calls.
    pub account: AccountId,
    /// The person who owns it; `None` for a service key.
    pub owner: Option<PersonId>,
    /// Unique among the keys of its account.
    pub name: Name,
    /// The part of the newest secret that lists show, for example `cm-Ab3d…x9Zq`.
    pub display: String,
    /// Whether its owner has switched it off.
    pub state: KeyState,
    /// Calls are refused from this time on.
    pub expires_at: Option<Timestamp>,
    /// The previous secret works until this time; `None` if there is none.
    pub old_secret_until: Option<Timestamp>,
    /// The only models it may call; `None` allows all.
    pub allowed_models: Option<Vec<ModelId>>,
    /// The only client addresses it may be used from; empty allows all.
    pub allowed_addresses: Vec<IpNet>,
    /// The access that its account permits all of its keys.
    pub account_access: Access,
    /// How much the key may use.
    pub limits: Limits,
    /// How much its requests may be changed to fit them to their models, unless their alias says so.
    pub adapt: Strictness,
    /// When the key was created.
    pub created_at: Timestamp,
    /// When it was last used, to the minute; `None` if never.
    pub last_used_at: Option<Timestamp>,
    /// The client program that last used it, from its `User-Agent`.
    pub last_used_agent: Option<String>,
    /// Counts every change of the key and of anything under it.
    pub revision: i64,
    /// Counts saves of its aliases; 0 before the first.
    pub aliases_version: i64,
}

impl ApiKey {
    /// A new service key, created at `now`, with `secret`. It is active, never ends, may call every model from everywhere,
    /// and has the limits of a new key. Override other fields around it: `ApiKey { owner, ..ApiKey::new(…) }`.
    pub fn new(id: ApiKeyId, account: AccountId, name: Name, secret: &ApiKeySecret, now: Timestamp) -> Self {
        Self {
            id,
            account,
            owner: None,
            name,
            display: secret.display(),
            state: KeyState::Active,
            expires_at: None,
            old_secret_until: None,
            allowed_models: None,
            allowed_addresses: Vec::new(),
            account_access: Access::default(),
            limits: Limits::NEW_KEY,
            adapt: Strictness::default(),
            created_at: now,
            last_used_at: None,
            last_used_agent: None,
            revision: 0,
            aliases_version: 0,
        }
    }

    /// The models that both the key and its account permit; `None` permits all.
    pub fn models(&self) -> Option<Cow<'_, [ModelId]>> {
        self.account_access.narrow(self.allowed_models.as_deref())
    }

    /// When calls begin to be refused: the key's own end or its account's, whichever comes first. `None` if neither
    /// ends.
    pub fn ends(&self) -> Option<Timestamp> {
        self.expires_at.into_iter().chain(self.account_access.expires_at).min()
    }

    /// The status of the key at `now`.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match self.state {
            KeyState::Disabled => KeyStatus::Disabled,
            KeyState::Active if self.ends().is_some_and(|end| end <= now) => KeyStatus::Expired,
            KeyState::Active => KeyStatus::Active,
        }
    }
}
