//! What the conversation of a request may have.

use super::needles;
use crate::domain::{Facts, Prefill, Protocol, TurnLast};
use crate::wire::control::{Control, TopField};

needles! {
    PICTURE_OF_CHAT "\"image_url\"",
    DOCUMENT_OF_CHAT "\"file_data\"",
    SOUND_OF_CHAT "\"input_audio\"",
    RESULT_OF_CHAT "tool_call_id",
    PICTURE_OF_MESSAGES "\"image\"",
    DOCUMENT_OF_MESSAGES "\"document\"",
    RESULT_OF_MESSAGES "tool_use_id",
    PICTURE_OF_RESPONSES "input_image",
    DOCUMENT_OF_RESPONSES "input_file",
    SOUND_OF_RESPONSES "input_audio",
    RESULT_OF_RESPONSES "call_id",
}

/// Whether a body may have something that a plan would change: it has a name that only such parts have.
pub(in crate::wire::adapt) fn has_media(body: &[u8], facts: &Facts, protocol: Protocol) -> bool {
    let media = &facts.media;
    let (picture, document, sound, result) = match protocol {
        Protocol::OpenaiChat | Protocol::Gemini => (
            &PICTURE_OF_CHAT,
            &DOCUMENT_OF_CHAT,
            Some(&SOUND_OF_CHAT),
            &RESULT_OF_CHAT,
        ),
        Protocol::AnthropicMessages => (&PICTURE_OF_MESSAGES, &DOCUMENT_OF_MESSAGES, None, &RESULT_OF_MESSAGES),
        Protocol::OpenaiResponses => (
            &PICTURE_OF_RESPONSES,
            &DOCUMENT_OF_RESPONSES,
            Some(&SOUND_OF_RESPONSES),
            &RESULT_OF_RESPONSES,
        ),
    };

    let lacks_pictures = media.image == Some(false) || !media.addresses;
    let lacks_documents = media.pdf == Some(false) || !media.addresses;
    let has_sound = || sound.is_some_and(|sound| sound.find(body).is_some());
    (lacks_pictures && picture.find(body).is_some())
        || (lacks_documents && document.find(body).is_some())
        || (media.audio == Some(false) && has_sound())
        || (!media.in_results && picture.find(body).is_some() && result.find(body).is_some())
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
