//! The signature of a model's thoughts.

use std::borrow::Cow;

use crate::domain::Protocol;

/// The proof that a provider adds to thoughts: a signature, or the thoughts in encrypted form. Only the protocol that made it
/// can read it, so it goes back there and to no other.
///
/// A client that speaks another protocol gets it in a field that its protocol defines as opaque, with a mark of the origin
/// ([`Signature::packed`]), and sends it back with its next request.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature<'a> {
    /// The protocol that made it.
    pub origin: Protocol,
    /// The signature (Anthropic), or the encrypted thoughts (Responses, Anthropic's redacted thinking).
    pub value: Cow<'a, str>,
    /// The id of the reasoning item (Responses).
    pub id: Option<Cow<'a, str>>,
    /// Whether it contains the thoughts themselves (Anthropic's `redacted_thinking`).
    pub redacted: bool,
}

/// The start of a packed signature.
const MARK: &str = "cm1.";

impl<'a> Signature<'a> {
    /// The form for the opaque field of another protocol: `cm1.PROTOCOL.FLAGS.ID.VALUE`.
    pub fn packed(&self) -> String {
        let flags = if self.redacted { "r" } else { "-" };
        format!(
            "{MARK}{}.{flags}.{}.{}",
            self.origin.as_str(),
            self.id.as_deref().unwrap_or(""),
            self.value
        )
    }

    /// Whether a request may contain a signature in packed form. Text of the client may look like one too.
    pub fn may_be_packed_in(body: &[u8]) -> bool {
        memchr::memmem::find_iter(body, b"\"cm1.").any(|at| {
            let rest = body.get(at + 1 + MARK.len()..).unwrap_or_default();
            Protocol::ALL.iter().any(|p| {
                rest.strip_prefix(p.as_str().as_bytes())
                    .is_some_and(|rest| rest.first() == Some(&b'.'))
            })
        })
    }

    /// Reads the opaque field of a protocol: a packed signature, or one of `own`, that protocol itself.
    pub fn unpacked(text: &'a str, own: Protocol) -> Self {
        let foreign = || {
            let mut fields = text.strip_prefix(MARK)?.splitn(4, '.');
            let origin = Protocol::ALL
                .into_iter()
                .find(|p| Some(p.as_str()) == fields.clone().next())?;
            let (_, flags, id, value) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            let id = (!id.is_empty()).then_some(Cow::Borrowed(id));
            Some(Self {
                origin,
                value: value.into(),
                id,
                redacted: flags == "r",
            })
        };

        foreign().unwrap_or(Self {
            origin: own,
            value: text.into(),
            id: None,
            redacted: false,
        })
    }
}

impl Signature<'_> {
    /// The signature with text of its own.
    pub fn into_owned(self) -> Signature<'static> {
        Signature {
            origin: self.origin,
            value: self.value.into_owned().into(),
            id: self.id.map(|id| id.into_owned().into()),
            redacted: self.redacted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_comes_back_from_another_protocols_opaque_field() {
        let signature = Signature {
            origin: Protocol::OpenaiResponses,
            value: "gAAA.b-c=".into(),
            id: Some("rs_1".into()),
            redacted: false,
        };

        assert_eq!(
            Signature::unpacked(&signature.packed(), Protocol::AnthropicMessages),
            signature
        );
    }

    #[test]
    fn a_packed_signature_is_seen_in_a_body_and_other_text_is_not() {
        let signature = Signature {
            origin: Protocol::OpenaiResponses,
            value: "x".into(),
            id: None,
            redacted: false,
        };
        let body = format!(r#"{{"a":"cm1.2","signature":"{}"}}"#, signature.packed());

        assert!(Signature::may_be_packed_in(body.as_bytes()));
        for other in [
            "",
            "\"cm1.",
            "\"cm1.5 is out\"",
            "\"cm1.openai-chats\"",
            "cm1.openai-chat.-..x",
        ] {
            assert!(!Signature::may_be_packed_in(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn any_other_text_is_a_signature_of_the_protocol_that_it_stands_in() {
        let signature = Signature::unpacked("EqQB.x", Protocol::AnthropicMessages);

        assert_eq!(
            (signature.origin, signature.value.as_ref(), signature.id),
            (Protocol::AnthropicMessages, "EqQB.x", None)
        );
    }
}
