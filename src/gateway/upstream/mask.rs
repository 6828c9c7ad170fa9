//! Masks the gateway's credential for a provider in what clients get, wherever the provider repeats it.

use std::borrow::Cow;

use bytes::Bytes;
use memchr::memmem::Finder;
use secrecy::{ExposeSecret, SecretString};

/// So many bytes of a credential in a row are masked in an error. A shorter credential is not masked: local servers take any
/// word.
const PIECE: usize = 8;
/// The byte that replaces each masked byte.
const STAR: u8 = b'*';

/// Finds one credential. The default finds nothing.
#[derive(Clone, Default)]
pub struct Mask(Option<Box<Finder<'static>>>);

impl std::fmt::Debug for Mask {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The finder would print what it looks for.
        f.write_str("Mask")
    }
}

impl Mask {
    /// A mask for a credential.
    pub fn of(credential: &SecretString) -> Self {
        let secret = credential.expose_secret().as_bytes();
        Self((secret.len() >= PIECE).then(|| Box::new(Finder::new(secret).into_owned())))
    }

    /// Bytes of an answer, with the whole credential masked. Bytes without it are not copied.
    pub fn answer(&self, bytes: Bytes) -> Bytes {
        let Some(finder) = &self.0 else { return bytes };
        let Some(first) = finder.find(&bytes) else { return bytes };

        let mut masked = bytes.to_vec();
        let length = finder.needle().len();
        let mut at = Some(first);

        while let Some(found) = at {
            if let Some(secret) = masked.get_mut(found..found + length) {
                secret.fill(STAR);
            }
            at = finder.find(&masked);
        }

        masked.into()
    }

    /// Bytes of an error, with every piece of the credential masked that is 8 bytes long or longer.
    pub fn error<'t>(&self, text: &'t [u8]) -> Cow<'t, [u8]> {
        let Some(finder) = &self.0 else {
            return Cow::Borrowed(text);
        };
        let secret = finder.needle();
        let is_piece = |piece: &[u8]| memchr::memmem::find(secret, piece).is_some();
        let mut masked = Cow::Borrowed(text);

        for (at, piece) in text.windows(PIECE).enumerate() {
            if is_piece(piece)
                && let Some(found) = masked.to_mut().get_mut(at..at + PIECE)
            {
                found.fill(STAR);
            }
        }

        masked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "sk-abcdefghijklmnop";

    fn in_error(text: &str) -> String {
        String::from_utf8(mask().error(text.as_bytes()).into_owned()).unwrap()
    }

    fn mask() -> Mask {
        Mask::of(&SecretString::from(SECRET.to_owned()))
    }

    #[test]
    fn the_credential_is_masked_wherever_it_stands_in_an_answer() {
        let answer = format!("{{\"a\":\"{SECRET}\",\"b\":\"{SECRET}{SECRET}\"}}");

        let masked = mask().answer(answer.into());

        let stars = "*".repeat(SECRET.len());
        assert_eq!(masked, format!("{{\"a\":\"{stars}\",\"b\":\"{stars}{stars}\"}}"));
    }

    #[test]
    fn an_answer_without_it_is_not_copied() {
        let answer = Bytes::from_static(b"sk-abcdefg and more");

        assert_eq!(mask().answer(answer.clone()).as_ptr(), answer.as_ptr());
    }

    #[test]
    fn an_error_does_not_hold_even_a_piece_of_it() {
        assert_eq!(in_error("you sent sk-abcdefgh…"), "you sent ***********…");
        assert_eq!(in_error("ends in ijklmnop."), "ends in ********.");
        assert_eq!(in_error("sk-abcd is fine"), "sk-abcd is fine");
    }

    #[test]
    fn a_word_that_is_no_secret_is_not_masked() {
        let mask = Mask::of(&SecretString::from("ollama".to_owned()));

        assert_eq!(mask.answer(Bytes::from_static(b"use ollama")), "use ollama");
    }

    #[test]
    fn a_mask_does_not_say_what_it_masks() {
        assert_eq!(format!("{:?}", mask()), "Mask");
    }
}
