//! Tokens of sessions and one-time links: shown once, stored as a hash.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 256 random bits as text for a cookie or an address.
pub fn new() -> String {
    URL_SAFE_NO_PAD.encode(crate::random::bytes::<32>())
}

/// What the store keeps of a token. A plain hash will do: the token is random, so there is nothing to guess.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
