//! A protocol, as the command line writes it.

use crate::domain::Protocol;

pub fn read(text: &str) -> Result<Protocol, String> {
    const ALL: [Protocol; 4] = [
        Protocol::OpenaiChat,
        Protocol::OpenaiResponses,
        Protocol::AnthropicMessages,
        Protocol::Gemini,
    ];
    let names = ALL.map(Protocol::as_str).join(", ");
    ALL.into_iter()
        .find(|protocol| protocol.as_str() == text)
        .ok_or(format!("`{text}` is none of {names}"))
}
