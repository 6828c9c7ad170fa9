//! A client's secret, and the hash of it that the store keeps.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const PREFIX: &str = "cm-";

const RANDOM: usize = 40;

const CHECKSUM: usize = 6;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A client's secret: `cm-`, 40 random base62 characters (238 bits) and 6 more that encode the CRC-32 of all before them. The
/// checksum exposes a mistyped or invented key without a look-up. The console shows a secret once, the store keeps its
/// hash, and `Debug` prints neither.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKeySecret(Zeroizing<String>);

/// The text is no API key: wrong shape, or its checksum does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not a CrossModel API key: its shape or checksum is wrong")]
pub struct SecretError;

impl ApiKeySecret {
    /// The secret's length in characters.
    pub const LENGTH: usize = PREFIX.len() + RANDOM + CHECKSUM;

    /// A new secret from a source of random bytes. `random` is called until there are enough usable bytes: those that
    /// would make some characters more likely are skipped.
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

    /// The secret as text: for hashing, and for the one page or line that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The part that lists show: `cm-Ab3d…x9Zq`.
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

/// The hash of a secret, which the store keeps: HMAC-SHA-256 under a key of this installation. A person who can read or write
/// the database alone cannot make a working key. `Debug` does not print it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ApiKeyHash([u8; 32]);

impl ApiKeyHash {
    /// Wraps the bytes that the store holds.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes that the store keeps.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ApiKeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyHash(…)")
    }
}

/// Hashes secrets under the installation's key. Create one at start, since its inner state is prepared once.
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

#[cfg(test)]
mod tests;
