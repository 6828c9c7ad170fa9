//! Remembers the key that a connection has sent last. A client sends the same key with each request, and hashing it is
//! the most expensive step of its check. While the key stays the same, its hash is not computed again. All else is
//! checked each time.

use std::cell::RefCell;

use subtle::ConstantTimeEq as _;

use crate::domain::{ApiKeyHash, ApiKeyHasher, ApiKeySecret, SecretError};

/// The memory of a connection for its key, as long as the connection lasts. It begins empty.
#[derive(Debug, Default)]
pub struct ShownKey(RefCell<Option<(ApiKeySecret, ApiKeyHash)>>);

impl ShownKey {
    /// The hash of the key with this text. The connection remembers both.
    ///
    /// # Errors
    /// If the text is no API key.
    pub(in crate::gateway) fn hash(&self, text: &str, hasher: &ApiKeyHasher) -> Result<ApiKeyHash, SecretError> {
        let mut known = self.0.borrow_mut();
        if let Some((secret, hash)) = &*known
            // In constant time: a proxy may put several clients on one connection, and none must learn how near its guess was.
            && bool::from(secret.expose().as_bytes().ct_eq(text.as_bytes()))
        {
            return Ok(*hash);
        }

        let secret: ApiKeySecret = text.parse()?;
        let hash = hasher.hash(&secret);
        *known = Some((secret, hash));
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MasterKey;
    use crate::random;

    #[test]
    fn each_key_gets_its_own_hash_however_they_alternate() {
        let hasher = MasterKey::from_bytes([7; 32]).api_key_hasher();
        let remembered = ShownKey::default();
        let [one, other] = [0, 1].map(|_| ApiKeySecret::generate(random::bytes));

        for secret in [&one, &one, &other, &one, &other, &other] {
            assert_eq!(remembered.hash(secret.expose(), &hasher), Ok(hasher.hash(secret)));
        }
    }

    #[test]
    fn what_is_no_key_is_refused_also_after_one() {
        let hasher = MasterKey::from_bytes([7; 32]).api_key_hasher();
        let remembered = ShownKey::default();
        let secret = ApiKeySecret::generate(random::bytes);
        remembered.hash(secret.expose(), &hasher).unwrap();

        let text = secret.expose();
        for wrong in [
            "",
            "cm-",
            &text[..text.len() - 1],
            &format!("{text}x"),
            &text.replace("cm-", "cn-"),
        ] {
            assert_eq!(remembered.hash(wrong, &hasher), Err(SecretError), "{wrong}");
        }
    }
}
