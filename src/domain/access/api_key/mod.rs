//! API keys: the caller's secret, its hash, and the key that it opens.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use ipnet::IpNet;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::access::Access;
use crate::domain::catalog::ModelId;
use crate::domain::money::Limits;
use crate::domain::values::{AccountId, ApiKeyId, Name, PersonId, Timestamp};

const PREFIX: &str = "cm-";
const RANDOM: usize = 40;
const CHECKSUM: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A caller's secret: `cm-`, 40 random base62 characters (238 bits) and 6 that are the CRC-32 of all before them, so that
/// a mistyped or invented key is told apart without a look-up. Shown once, stored as a hash; `Debug` prints neither.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(Zeroizing<String>);

/// The text is no API key: wrong shape, or its checksum does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a CrossModel API key: its shape or checksum is wrong")]
pub struct SecretError;

impl ApiKeySecret {
    /// The secret's length in characters.
    pub const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;

    /// A new secret from a source of random bytes. Bytes that would favour some characters are passed over.
    pub fn generate(mut random: impl FnMut() -> [u8; 64]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(Self::LENGTH));
        text.push_str(PREFIX);
        while text.len() < PREFIX.len() + RANDOM {
            for byte in Zeroizing::new(random()).iter().filter(|&&byte| byte < 248) {
                if text.len() < PREFIX.len() + RANDOM {
                    text.push(base62(u32::from(*byte)));
                }
            }
        }
        let sum = checksum(&text);
        text.push_str(&sum);
        Self(text)
    }

    /// The secret itself, for the one page or line that shows it and for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What lists show of it: `cm-Ab3d…x9Zq`.
    pub fn display(&self) -> String {
        let text = self.0.as_str();
        let start = text.get(..PREFIX.len() + 4).unwrap_or_default();
        let end = text.get(text.len() - 4..).unwrap_or_default();
        format!("{start}\u{2026}{end}")
    }
}

impl FromStr for ApiKeySecret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let shape = text.len() == Self::LENGTH
            && text.starts_with(PREFIX)
            && text.bytes().skip(PREFIX.len()).all(|b| b.is_ascii_alphanumeric());
        if !shape {
            return Err(SecretError);
        }
        let (body, sum) = text.split_at(PREFIX.len() + RANDOM);
        if checksum(body) != sum {
            return Err(SecretError);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeySecret(…)")
    }
}

/// Six base62 digits of the CRC-32, the most significant first.
fn checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = ['0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = base62(rest);
        rest /= 62;
    }
    digits.iter().collect()
}

fn base62(n: u32) -> char {
    BASE62.get(n as usize % BASE62.len()).map_or('0', |&b| char::from(b))
}

/// What the store keeps of a secret: HMAC-SHA-256 under a key of this installation, so that neither a thief of the
/// database nor a writer to it can make a working key. `Debug` prints nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash([u8; 32]);

impl ApiKeyHash {
    /// From what the store holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// For the store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyHash(…)")
    }
}

/// Hashes secrets under the installation's key. Make one at start: its inner state is prepared once.
#[derive(Clone)]
pub struct ApiKeyHasher(Hmac<Sha256>);

impl ApiKeyHasher {
    /// A hasher under a 32-byte key, which [`super::seal::MasterKey`] derives.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    /// The hash of a secret.
    pub fn hash(&self, secret: &ApiKeySecret) -> ApiKeyHash {
        let mut mac = self.0.clone();
        mac.update(secret.expose().as_bytes());
        ApiKeyHash(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for ApiKeyHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyHasher(…)")
    }
}

/// What an owner made of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Calls are answered.
    Active,
    /// Calls are refused until it is enabled again.
    Disabled,
}

impl KeyState {
    /// As the store keeps it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// How a key stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyStatus {
    /// Calls are answered.
    Active,
    /// Its owner switched it off.
    Disabled,
    /// Its time is over.
    Expired,
}

/// A key: one client's way in, with its own aliases. Its secrets are elsewhere; this has what pages show.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// Its identifier, which a roll keeps.
    pub id: ApiKeyId,
    /// Who pays for its calls.
    pub account: AccountId,
    /// The person it belongs to; `None` for a service key.
    pub owner: Option<PersonId>,
    /// Unique in its account.
    pub name: Name,
    /// What lists show of the newest secret, for example `cm-Ab3d…x9Zq`.
    pub display: String,
    /// What its owner made of it.
    pub state: KeyState,
    /// From when on calls are refused.
    pub expires_at: Option<Timestamp>,
    /// Until when the secret before the last roll still works.
    pub old_secret_until: Option<Timestamp>,
    /// The only models it may call; `None` allows all.
    pub allowed_models: Option<Vec<ModelId>>,
    /// The only client addresses it may be used from; empty allows all.
    pub allowed_addresses: Vec<IpNet>,
    /// What its account lets all of its keys do.
    pub account_access: Access,
    /// How much it may use.
    pub limits: Limits,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The client program that last used it.
    pub last_used_agent: Option<String>,
    /// Counts every change of the key and of anything under it.
    pub revision: i64,
    /// Counts saves of its aliases; 0 before the first.
    pub aliases_version: i64,
}

impl ApiKey {
    /// A service key that is made at `now` and opened by `secret`. It is active, never ends, may call every model from
    /// everywhere, and has the limits of a new key; what is to be otherwise is said around it: `ApiKey { owner, ..ApiKey::new(…) }`.
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
            created_at: now,
            last_used_at: None,
            last_used_agent: None,
            revision: 0,
            aliases_version: 0,
        }
    }

    /// The models that it and its account let it call; `None` is all.
    pub fn models(&self) -> Option<Cow<'_, [ModelId]>> {
        self.account_access.narrow(self.allowed_models.as_deref())
    }

    /// From when on its calls are refused, whether it ends then or its account.
    pub fn ends(&self) -> Option<Timestamp> {
        self.expires_at.into_iter().chain(self.account_access.expires_at).min()
    }

    /// How it stands at `now`.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match self.state {
            KeyState::Disabled => KeyStatus::Disabled,
            KeyState::Active if self.ends().is_some_and(|end| end <= now) => KeyStatus::Expired,
            KeyState::Active => KeyStatus::Active,
        }
    }
}

#[cfg(test)]
mod tests;
