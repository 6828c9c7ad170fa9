//! What the conversation of a request may have.

use crate::domain::{Facts, Prefill, Protocol, TurnLast};
use crate::wire::control::{Control, TopField};

/// Whether a body may have something that a plan would change: it has a name that only such parts have.
pub(in crate::wire::adapt) fn has_media(body: &[u8], facts: &Facts, protocol: Protocol) -> bool {
    let has = |needle: &str| memchr::memmem::find(body, needle.as_bytes()).is_some();
    let media = &facts.media;
    let (picture, document, sound, result) = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => {
            ("\"image_url\"", "\"file_data\"", "\"input_audio\"", "tool_call_id")
        }
        Protocol::AnthropicMessages => ("\"image\"", "\"document\"", "", "tool_use_id"),
        Protocol::OpenaiResponses => ("input_image", "input_file", "input_audio", "call_id"),
    };

    let lacks_pictures = media.image == Some(false) || !media.addresses;
    let lacks_documents = media.pdf == Some(false) || !media.addresses;
    (lacks_pictures && has(picture))
        || (lacks_documents && has(document))
        || (media.audio == Some(false) && !sound.is_empty() && has(sound))
        || (!media.in_results && has(result) && has(picture))
}

/// Whether a conversation may end with the model's words, which the target refuses there.
pub(in crate::wire::adapt) fn ends_with_model(control: &Control, body: &[u8], facts: &Facts) -> bool {
    if facts.roles.last != TurnLast::NotAssistant || facts.prefill != Prefill::No {
        return false;
    }

    // A text with these quotes is a value of its own.
    let conversation = conversation(control, body);
    let user = memchr::memmem::rfind(conversation, b"\"user\"").unwrap_or_default();
    let rest = conversation.get(user..).unwrap_or_default();
    memchr::memmem::find(rest, b"\"assistant\"").is_some()
}

fn conversation<'a>(control: &Control, body: &'a [u8]) -> &'a [u8] {
    let fields = [TopField::Messages, TopField::Input];
    let at = fields.iter().find_map(|field| control.members.value(*field));
    at.and_then(|at| body.get(at.start..at.end)).unwrap_or_default()
}
