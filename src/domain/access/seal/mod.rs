//! The installation's master key, and secrets that must be read back: sealed, bound to what they are for.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::api_key_secret::ApiKeyHasher;

const VERSION: u8 = 1;
const NONCE: usize = 24;

/// 32 bytes that protect every secret in the database. A sub-key is derived for each purpose. `Debug` prints nothing.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why a sealed secret does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are not in the form of a sealed secret.
    #[error("the sealed secret is damaged or of an unknown version")]
    Malformed,
    /// Wrong master key, or sealed for another purpose, for example for another base URL.
    #[error("the sealed secret does not open: it was sealed under another master key or for another address")]
    Mismatch,
}

/// A secret that only this installation can read back: version, nonce and ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Wraps the bytes that the store holds.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes that the store keeps.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

impl MasterKey {
    /// From the bytes of the key file.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The hasher of API key secrets.
    pub fn api_key_hasher(&self) -> ApiKeyHasher {
        ApiKeyHasher::new(&self.derive("key-hmac"))
    }

    /// The key that signs the console's cookies.
    pub fn cookie_key(&self) -> Zeroizing<[u8; 64]> {
        let mut key = Zeroizing::new([0; 64]);
        let (first, second) = key.split_at_mut(32);
        first.copy_from_slice(&*self.derive("cookie-sign"));
        second.copy_from_slice(&*self.derive("cookie-encrypt"));

        key
    }

    /// Seals a secret with XChaCha20-Poly1305. `context` names the purpose, and must be the same to open the secret. For a
    /// provider's credential it names the provider and the origin of its base URL: after a change of the address the stored
    /// credential cannot be opened, so it is never sent to another server.
    ///
    /// # Errors
    /// [`SealError::Malformed`] only if the plaintext is longer than the cipher can take (hundreds of gigabytes).
    pub fn seal(&self, context: &str, plaintext: &[u8], nonce: [u8; NONCE]) -> Result<Sealed, SealError> {
        let payload = Payload {
            msg: plaintext,
            aad: context.as_bytes(),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::Malformed)?;
        let mut out = Vec::with_capacity(1 + NONCE + sealed.len());
        out.push(VERSION);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);

        Ok(Sealed(out))
    }

    /// Opens what [`MasterKey::seal`] made.
    ///
    /// # Errors
    /// If the secret is damaged, or was sealed under another key or context.
    pub fn open(&self, context: &str, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (version, rest) = sealed.0.split_first().ok_or(SealError::Malformed)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE>().ok_or(SealError::Malformed)?;
        if *version != VERSION {
            return Err(SealError::Malformed);
        }

        let payload = Payload {
            msg: ciphertext,
            aad: context.as_bytes(),
        };
        let plaintext = self
            .cipher()
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| SealError::Mismatch)?;
        Ok(Zeroizing::new(plaintext))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.derive("seal")).into())
    }

    #[expect(clippy::expect_used, reason = "32 bytes are always within what HKDF can derive")]
    fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut out = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &*self.0)
            .expand(purpose.as_bytes(), &mut *out)
            .expect("32 bytes can be derived");
        out
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[cfg(test)]
mod tests;
