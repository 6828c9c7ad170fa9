//! Ids of calls in the form that a target or a client takes.

use std::borrow::Cow;

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
/// The start of an id that carries another one, in base64url.
const CARRIES: &str = "toolu_cm1x_";
/// The longest id that is carried by another one.
const LONGEST_CARRIED: usize = 39;

/// The ids of one request, in the form that its target takes. The same id gets the same form every time, so calls and results
/// stay pairs and the prefixes of a conversation stay equal.
#[derive(Debug)]
pub struct CallIdForms {
    form: CallIds,
    protocol: Protocol,
    /// The ids that are known to be in the request, and their forms.
    given: Vec<(String, String)>,
}

impl CallIdForms {
    /// No id is known yet.
    pub fn new(form: CallIds, protocol: Protocol) -> Self {
        Self {
            form,
            protocol,
            given: Vec::new(),
        }
    }

    /// The form of an id; `None` if it stays as it is.
    pub fn fit(&mut self, id: &str) -> Option<String> {
        if let Some((_, form)) = self.given.iter().find(|(known, _)| known == id) {
            return (form != id).then(|| form.clone());
        }

        let original = carried(id);
        let original = original.as_deref().unwrap_or(id);
        let stays = [original, id].into_iter().find(|id| is_legal(id, self.form));
        match stays.filter(|form| !self.is_taken(form)) {
            Some(form) if form == id => {
                // Only short forms are alike by chance.
                if self.form == CallIds::NineAlphanumeric {
                    self.given.push((id.to_owned(), id.to_owned()));
                }
                None
            }
            Some(form) => {
                let form = form.to_owned();
                self.given.push((id.to_owned(), form.clone()));
                Some(form)
            }
            None => {
                let mut forms = (0..).map(|turn| hashed(original, self.form, self.protocol, turn));
                let form = forms.find(|form| !self.is_taken(form))?;
                self.given.push((id.to_owned(), form.clone()));
                Some(form)
            }
        }
    }

    fn is_taken(&self, form: &str) -> bool {
        self.given.iter().any(|(_, given)| given == form)
    }
}

/// The form of a provider's id in which a client of `protocol` may send it to those whose protocol it is.
pub fn told_id(id: &str, protocol: Protocol) -> Cow<'_, str> {
    let form = match protocol {
        Protocol::AnthropicMessages => CallIds::ShortWord,
        Protocol::OpenaiResponses => CallIds::Short,
        Protocol::OpenaiChat | Protocol::Gemini => CallIds::Any,
    };
    if is_legal(id, form) || id.is_empty() {
        return id.into();
    }
    if protocol == Protocol::AnthropicMessages && id.len() <= LONGEST_CARRIED {
        return format!("{CARRIES}{}", URL_SAFE_NO_PAD.encode(id)).into();
    }
    hashed(id, form, protocol, 0).into()
}

/// The id that another one carries.
fn carried(id: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(id.strip_prefix(CARRIES)?).ok()?;
    String::from_utf8(bytes).ok().filter(|id| !id.is_empty())
}

fn is_legal(id: &str, form: CallIds) -> bool {
    let is_short = !id.is_empty() && id.len() <= LONGEST;
    match form {
        CallIds::Any => true,
        CallIds::Short => is_short,
        CallIds::ShortWord => is_short && id.bytes().all(is_word),
        CallIds::NineAlphanumeric => id.len() == SHORT && id.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    }
}

/// A form that is made of the hash of an id. Each `turn` gives another one.
fn hashed(id: &str, form: CallIds, protocol: Protocol, turn: usize) -> String {
    // A hash has enough characters for two forms.
    let mut hash = Sha256::digest(id.as_bytes());
    for _ in 0..turn / 2 {
        hash = Sha256::digest(hash);
    }
    let skipped = turn % 2 * SHORT;

    if form == CallIds::NineAlphanumeric {
        let letters = hash
            .iter()
            .skip(skipped)
            .take(SHORT)
            .filter_map(|byte| BASE62.get(usize::from(*byte) % BASE62.len()));
        return letters.map(|&letter| char::from(letter)).collect();
    }

    let text = URL_SAFE_NO_PAD.encode(hash);
    let start = match protocol {
        Protocol::AnthropicMessages => "toolu_cm1_",
        _ => "call_cm1_",
    };
    format!("{start}{}", text.get(skipped..skipped + HASHED).unwrap_or_default())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn form(id: &str, form: CallIds, protocol: Protocol) -> Option<String> {
        CallIdForms::new(form, protocol).fit(id)
    }

    #[test]
    fn a_legal_id_stays_and_others_get_a_legal_form() {
        assert_eq!(form("abcDEF123", CallIds::NineAlphanumeric, Protocol::OpenaiChat), None);
        assert_eq!(form("functions.read:0", CallIds::Short, Protocol::OpenaiChat), None);

        let short = form("call_1", CallIds::NineAlphanumeric, Protocol::OpenaiChat).unwrap();
        let word = form("functions.read:0", CallIds::ShortWord, Protocol::AnthropicMessages).unwrap();
        assert_eq!((short.len(), word.len()), (9, 32));
        assert!(word.starts_with("toolu_cm1_"));
    }

    #[test]
    fn a_foreign_id_is_carried_to_anthropics_clients_and_back() {
        let told = told_id("functions.read:0", Protocol::AnthropicMessages);
        assert_eq!(told, "toolu_cm1x_ZnVuY3Rpb25zLnJlYWQ6MA");

        let back = |form_of| form(&told, form_of, Protocol::OpenaiChat);
        assert_eq!(back(CallIds::Any).as_deref(), Some("functions.read:0"));
        assert_eq!(back(CallIds::Short).as_deref(), Some("functions.read:0"));
        assert_eq!(back(CallIds::ShortWord), None, "it is legal there");
        assert_eq!(
            back(CallIds::NineAlphanumeric),
            form("functions.read:0", CallIds::NineAlphanumeric, Protocol::OpenaiChat)
        );

        let long = "x:".repeat(30);
        assert!(told_id(&long, Protocol::AnthropicMessages).starts_with("toolu_cm1_"));
        assert_eq!(told_id("toolu_01", Protocol::AnthropicMessages), "toolu_01");
        assert_eq!(told_id(&long, Protocol::OpenaiResponses), long);
        assert_eq!(told_id(&"x".repeat(65), Protocol::OpenaiResponses).len(), 31);
    }

    #[test]
    fn ids_that_would_be_alike_get_the_next_characters_of_the_hash() {
        let alike = form("call_1", CallIds::NineAlphanumeric, Protocol::OpenaiChat).unwrap();
        for ids in [["call_1", &alike], [&alike, "call_1"]] {
            let mut forms = CallIdForms::new(CallIds::NineAlphanumeric, Protocol::OpenaiChat);
            let mut fit = |id: &str| forms.fit(id).unwrap_or_else(|| id.to_owned());

            let (first, second) = (fit(ids[0]), fit(ids[1]));

            assert_eq!((first.len(), second.len()), (9, 9));
            assert_ne!(first, second);
            assert_eq!((fit(ids[0]), fit(ids[1])), (first, second));
        }
    }

    proptest! {
        #[test]
        fn a_form_is_legal_and_the_same_every_time(id in ".{0,90}", form_of in prop::sample::select(vec![CallIds::Short, CallIds::ShortWord, CallIds::NineAlphanumeric])) {
            for protocol in Protocol::ALL {
                let once = form(&id, form_of, protocol).unwrap_or_else(|| id.clone());
                prop_assert_eq!(form(&once, form_of, protocol), None);
                prop_assert_eq!(form(&id, form_of, protocol).unwrap_or_else(|| id.clone()), once);
            }
        }

        #[test]
        fn what_a_client_is_told_is_legal_and_leads_back(id in ".{1,90}") {
            let told = told_id(&id, Protocol::AnthropicMessages);
            prop_assert!(is_legal(&told, CallIds::ShortWord));
            prop_assert!(is_legal(&told_id(&id, Protocol::OpenaiResponses), CallIds::Short));
            if id.len() <= LONGEST_CARRIED {
                let back = form(&told, CallIds::Any, Protocol::OpenaiChat);
                prop_assert_eq!(back.unwrap_or_else(|| told.into_owned()), id);
            }
        }
    }
}
