//! Ids of calls in the form that a target takes.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{CallIds, Protocol};

/// The letters of short ids.
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The longest id of most protocols.
const LONGEST: usize = 64;
/// The length of a short id.
const SHORT: usize = 9;
/// Characters of the hash in an id.
const HASHED: usize = 22;

/// A legal form of `id`; `None` if it is legal already. The same id gives the same form every time, so calls and results stay
/// pairs and the prefixes of a conversation stay equal.
pub fn legal(id: &str, form: CallIds, protocol: Protocol) -> Option<String> {
    let is_legal = match form {
        CallIds::Any => true,
        CallIds::Short => id.len() <= LONGEST && !id.is_empty(),
        CallIds::ShortWord => id.len() <= LONGEST && !id.is_empty() && id.bytes().all(is_word),
        CallIds::NineAlphanumeric => id.len() == SHORT && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    if is_legal {
        return None;
    }

    let hash = Sha256::digest(id.as_bytes());
    if form == CallIds::NineAlphanumeric {
        let letters = hash
            .iter()
            .take(SHORT)
            .filter_map(|byte| BASE62.get(usize::from(*byte) % BASE62.len()));
        return Some(letters.map(|&letter| char::from(letter)).collect());
    }

    let text = URL_SAFE_NO_PAD.encode(hash);
    let start = match protocol {
        Protocol::AnthropicMessages => "toolu_cm1_",
        _ => "call_cm1_",
    };
    Some(format!("{start}{}", text.get(..HASHED).unwrap_or_default()))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_legal_id_stays_and_others_get_a_legal_form() {
        assert_eq!(
            legal("abcDEF123", CallIds::NineAlphanumeric, Protocol::OpenaiChat),
            None
        );
        assert_eq!(legal("functions.read:0", CallIds::Short, Protocol::OpenaiChat), None);

        let short = legal("call_1", CallIds::NineAlphanumeric, Protocol::OpenaiChat).unwrap();
        let word = legal("functions.read:0", CallIds::ShortWord, Protocol::AnthropicMessages).unwrap();
        assert_eq!((short.len(), word.len()), (9, 32));
        assert!(word.starts_with("toolu_cm1_"));
    }

    proptest! {
        #[test]
        fn a_form_is_legal_and_the_same_every_time(id in ".{0,90}", form in prop::sample::select(vec![CallIds::Short, CallIds::ShortWord, CallIds::NineAlphanumeric])) {
            for protocol in Protocol::ALL {
                let once = legal(&id, form, protocol).unwrap_or_else(|| id.clone());
                prop_assert_eq!(legal(&once, form, protocol), None);
                prop_assert_eq!(legal(&id, form, protocol).unwrap_or_else(|| id.clone()), once);
            }
        }
    }
}
