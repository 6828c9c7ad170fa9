//! One event of a stream, as it is written.

use serde::Serialize;

/// Appends an event of Anthropic's stream.
pub(super) fn append_event(name: &str, data: &impl Serialize, out: &mut Vec<u8>) {
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: ");
    // Writing JSON to memory fails only for maps whose keys are not text, and there are none.
    let _ = serde_json::to_writer(&mut *out, data);
    out.extend_from_slice(b"\n\n");
}
