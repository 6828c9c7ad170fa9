//! The signature of a model's thoughts.

use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

use crate::domain::Protocol;

/// The proof that a provider adds to thoughts or calls: a signature, or the thoughts in encrypted form. Only those of one domain
/// can read it, so it goes back to them and to no other.
///
/// A client gets it as it is where its protocol is the domain's own. Else it gets it in a field that its protocol defines as
/// opaque, with a mark of the domain ([`Signature::packed`]), and sends it back with its next request.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature<'a> {
    /// Those who can read it: the fact `seals.domain`. Empty in an answer of which only the protocol is known.
    pub domain: Cow<'a, str>,
    /// The signature (Anthropic), or the encrypted thoughts (Responses, Anthropic's redacted thinking).
    pub value: Cow<'a, str>,
    /// The id of the reasoning item (Responses).
    pub id: Option<Cow<'a, str>>,
    /// What it signs.
    pub kind: SignatureKind,
    /// The mark of the only model that takes it ([`model_mark`]), empty if it is bound to none; `None` if that is not known.
    pub model: Option<Cow<'a, str>>,
}

/// What a signature signs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureKind {
    /// The thoughts beside it.
    #[default]
    Thoughts,
    /// Thoughts that it contains (Anthropic's `redacted_thinking`).
    Redacted,
    /// The call that follows (`extra_content` of chat).
    Call,
    /// It is the list of a turn's `reasoning_details` (chat), as JSON.
    Details,
}

impl SignatureKind {
    const ALL: [Self; 4] = [Self::Thoughts, Self::Redacted, Self::Call, Self::Details];

    const fn flag(self) -> char {
        match self {
            Self::Thoughts => '-',
            Self::Redacted => 'r',
            Self::Call => 'c',
            Self::Details => 'd',
        }
    }
}

/// The start of a packed signature.
const MARK: &str = "cm1.";

/// The name of a domain in which there are no signatures.
const NONE: &str = "none";

/// The longest name of a domain that is packed.
const LONGEST_DOMAIN: usize = 32;

/// Characters of a model's mark.
const MODEL_MARK: usize = 8;

/// The start of a packed signature in a body.
static PACKED: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"cm1."));

/// Stands for the signature of thoughts that have none, where a protocol wants one.
pub const UNSIGNED: &str = "cm1.none.-..";

/// The domain whose own protocol this is: its clients get and send the signatures of that domain as they are.
pub const fn own_domain(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AnthropicMessages => "anthropic",
        Protocol::OpenaiResponses => "openai",
        Protocol::OpenaiChat | Protocol::Gemini => "",
    }
}

/// The domain of a server that speaks this protocol and of whose signatures nothing is known: any such server may have made
/// them, and none of those that are known has.
pub const fn unknown_domain(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::AnthropicMessages => "some-messages",
        Protocol::OpenaiResponses => "some-responses",
        Protocol::OpenaiChat | Protocol::Gemini => "",
    }
}

/// The name of a domain as it is packed.
pub fn domain_name(domain: &str) -> Cow<'_, str> {
    if domain.len() <= LONGEST_DOMAIN && domain.bytes().all(is_word) {
        return domain.into();
    }
    let word = |c: char| if c.is_ascii() && is_word(c as u8) { c } else { '-' };
    domain.chars().take(LONGEST_DOMAIN).map(word).collect()
}

/// The mark of a model that signatures are bound to.
pub fn model_mark(model: &str) -> String {
    let mut mark = URL_SAFE_NO_PAD.encode(Sha256::digest(model.as_bytes()));
    mark.truncate(MODEL_MARK);
    mark
}

/// What stands before the value in a packed signature of thoughts, which have an id beside it or none.
pub fn pack_start(domain: &str, model: &str) -> String {
    format!("{MARK}{domain}.-{model}..")
}

/// Whether a text is a packed signature, or stands for a missing one.
pub fn is_packed(text: &str) -> bool {
    text.strip_prefix(MARK).is_some_and(|rest| has_head(rest.as_bytes()))
}

impl<'a> Signature<'a> {
    /// A signature of thoughts, of a provider of which only the protocol is known.
    pub fn of_thoughts(value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            domain: "".into(),
            value: value.into(),
            id: None,
            kind: SignatureKind::Thoughts,
            model: None,
        }
    }

    /// Whether the clients of a protocol get it as it is: it is of the domain whose own protocol this is.
    pub fn is_own(&self, protocol: Protocol) -> bool {
        self.domain.is_empty() || self.domain == own_domain(protocol)
    }

    /// The form for an opaque field: `cm1.DOMAIN.FLAGS.ID.VALUE`.
    pub fn packed(&self) -> String {
        let id = self.id.as_deref().filter(|id| !id.contains('.'));
        format!(
            "{MARK}{}.{}{}.{}.{}",
            self.domain,
            self.kind.flag(),
            self.model.as_deref().unwrap_or_default(),
            id.unwrap_or_default(),
            self.value
        )
    }

    /// Whether a request may contain a signature in packed form. Text of the client may look like one too.
    pub fn may_be_packed_in(body: &[u8]) -> bool {
        PACKED
            .find_iter(body)
            .any(|at| body.get(at + 1 + MARK.len()..).is_some_and(has_head))
    }

    /// Reads the opaque field of a protocol: a packed signature, or one of the domain whose protocol it is. `None` if there is
    /// none.
    pub fn unpacked(text: &'a str, own: Protocol) -> Option<Self> {
        if !is_packed(text) {
            return (!text.trim().is_empty()).then(|| Self {
                domain: own_domain(own).into(),
                ..Self::of_thoughts(text)
            });
        }

        let mut fields = text.strip_prefix(MARK)?.splitn(4, '.');
        let (domain, flags, id) = (fields.next()?, fields.next()?, fields.next()?);
        let value = fields.next()?;
        // Earlier versions packed the name of the protocol.
        let protocol = Protocol::ALL.into_iter().find(|protocol| protocol.as_str() == domain);
        let domain = match protocol {
            Some(protocol) => own_domain(protocol),
            None => domain,
        };
        if domain == NONE || domain.is_empty() || value.is_empty() {
            return None;
        }

        let kind = SignatureKind::ALL
            .into_iter()
            .find(|kind| flags.starts_with(kind.flag()));
        Some(Self {
            domain: domain.into(),
            value: value.into(),
            id: (!id.is_empty()).then_some(Cow::Borrowed(id)),
            kind: kind.unwrap_or_default(),
            model: flags.get(1..).map(Cow::Borrowed),
        })
    }
}

/// Whether the text after [`MARK`] goes on as a packed signature does.
fn has_head(rest: &[u8]) -> bool {
    let mut fields = rest.splitn(4, |byte| *byte == b'.');
    let (Some(domain), Some(flags)) = (fields.next(), fields.next()) else {
        return false;
    };

    let is_domain = !domain.is_empty() && domain.len() <= LONGEST_DOMAIN && domain.iter().copied().all(is_word);
    let is_kind = |flag: u8| SignatureKind::ALL.iter().any(|kind| kind.flag() == char::from(flag));
    let (flag, model) = flags
        .split_first()
        .map_or((b' ', flags), |(flag, model)| (*flag, model));
    let is_model = model.len() <= MODEL_MARK && model.iter().copied().all(is_word);
    is_domain && is_kind(flag) && is_model && fields.count() == 2
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

impl Signature<'_> {
    /// The signature with text of its own.
    pub fn into_owned(self) -> Signature<'static> {
        Signature {
            domain: self.domain.into_owned().into(),
            value: self.value.into_owned().into(),
            id: self.id.map(|id| id.into_owned().into()),
            kind: self.kind,
            model: self.model.map(|model| model.into_owned().into()),
        }
    }
}

#[cfg(test)]
impl<'a> Signature<'a> {
    /// One of the domain whose own protocol this is, as it is read from a pack.
    pub fn of(protocol: Protocol, value: impl Into<Cow<'a, str>>, id: Option<&'a str>, redacted: bool) -> Self {
        Self {
            domain: own_domain(protocol).into(),
            id: id.map(Cow::Borrowed),
            kind: match redacted {
                true => SignatureKind::Redacted,
                false => SignatureKind::Thoughts,
            },
            model: Some("".into()),
            ..Self::of_thoughts(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(kind: SignatureKind) -> Signature<'static> {
        Signature {
            domain: "openai".into(),
            value: "gAAA.b-c=".into(),
            id: Some("rs_1".into()),
            kind,
            model: Some("".into()),
        }
    }

    #[test]
    fn a_signature_comes_back_from_another_protocols_opaque_field() {
        for kind in SignatureKind::ALL {
            for model in [String::new(), model_mark("claude-opus-5-5")] {
                let signature = Signature {
                    model: Some(model.into()),
                    ..signature(kind)
                };
                let packed = signature.packed();

                assert!(Signature::may_be_packed_in(format!("[\"{packed}\"]").as_bytes()));
                assert_eq!(
                    Signature::unpacked(&packed, Protocol::AnthropicMessages),
                    Some(signature)
                );
            }
        }
    }

    #[test]
    fn a_packed_signature_is_seen_in_a_body_and_other_text_is_not() {
        let body = format!(
            r#"{{"a":"cm1.2","signature":"{}"}}"#,
            signature(SignatureKind::Thoughts).packed()
        );

        assert!(Signature::may_be_packed_in(body.as_bytes()));
        for other in [
            "",
            "\"cm1.",
            "\"cm1.5 is out\"",
            "\"cm1.openai\"",
            "\"cm1.openai-chat.x..x\"",
            "\"cm1.openai-chat.-.x\"",
            "cm1.openai.-..x",
        ] {
            assert!(!Signature::may_be_packed_in(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn signatures_that_were_packed_by_protocol_are_those_of_its_domain() {
        for (protocol, domain) in [
            (Protocol::AnthropicMessages, "anthropic"),
            (Protocol::OpenaiResponses, "openai"),
        ] {
            let packed = format!("cm1.{protocol}.r.rs_1.x.y");

            let signature = Signature::unpacked(&packed, Protocol::OpenaiChat).unwrap();

            assert_eq!((&*signature.domain, &*signature.value), (domain, "x.y"));
            assert_eq!(
                (signature.kind, signature.id.as_deref()),
                (SignatureKind::Redacted, Some("rs_1"))
            );
        }
    }

    #[test]
    fn any_other_text_is_a_signature_of_the_domain_whose_protocol_it_stands_in() {
        let signature = Signature::unpacked("EqQB.x", Protocol::AnthropicMessages).unwrap();

        assert_eq!(
            (&*signature.domain, signature.value.as_ref(), signature.model),
            ("anthropic", "EqQB.x", None)
        );
    }

    #[test]
    fn blank_texts_and_the_mark_of_none_are_no_signatures() {
        for text in ["", " ", UNSIGNED] {
            assert_eq!(Signature::unpacked(text, Protocol::AnthropicMessages), None, "{text:?}");
        }
        assert!(Signature::may_be_packed_in(format!("\"{UNSIGNED}\"").as_bytes()));
    }

    #[test]
    fn a_domain_of_any_text_has_a_name_that_can_be_packed() {
        assert_eq!(domain_name("google"), "google");
        assert_eq!(domain_name("My.Own: é"), "My-Own---");
        assert!(domain_name(&"a".repeat(99)).len() <= LONGEST_DOMAIN);
    }
}
