//! The blocks of a stream: one is open at a time.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Value, json};

use super::WriteEvents;
use super::event::append_event;
use crate::wire::messages::block::search_blocks;
use crate::wire::messages::write_response::own;
use crate::wire::neutral::{Signature, SignatureKind, UNSIGNED, WebSearch};

/// The block that is open.
#[derive(Debug)]
pub(super) enum Open {
    Text,
    Thinking {
        signed: bool,
    },
    Redacted,
    Tool(OpenCall),
    /// A search of the provider's own, or its result.
    Server,
}

/// A call whose arguments are not complete yet, as far as is known.
#[derive(Debug)]
pub(super) struct OpenCall {
    /// The call's index among those of the answer.
    pub(super) index: usize,
    pub(super) arguments: String,
    /// The length of the arguments that were found incomplete.
    pub(super) checked: usize,
    pub(super) custom: bool,
}

impl WriteEvents {
    pub(super) fn open_text(&mut self, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Text)) {
            self.begin(&json!({"type": "text", "text": ""}), Open::Text, out);
        }
    }

    pub(super) fn open_thinking(&mut self, out: &mut Vec<u8>) {
        if !matches!(self.open, Some(Open::Thinking { .. })) {
            self.begin(
                &json!({"type": "thinking", "thinking": "", "signature": ""}),
                Open::Thinking { signed: false },
                out,
            );
        }
    }

    /// A signature closes the thoughts before it. Without thoughts it gets a block of its own, and so does that of a call.
    pub(super) fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        if signature.kind == SignatureKind::Call {
            self.close(out);
        }
        match own(signature) {
            Some(data) if signature.kind == SignatureKind::Redacted => {
                self.begin(&json!({"type": "redacted_thinking", "data": data}), Open::Redacted, out);
            }
            value => {
                self.open_thinking(out);
                let signature = value.map_or_else(|| signature.packed().into(), Cow::Borrowed);
                self.sign(&signature, out);
            }
        }
        self.close(out);
    }

    /// Writes a search as its two blocks.
    pub(super) fn search(&mut self, search: &WebSearch<'_>, out: &mut Vec<u8>) {
        self.close(out);
        let [asked, found] = search_blocks(search, &format!("{}_{}", self.identity.id, self.next));
        self.searches += u64::from(search.failed.is_none());

        let mut asked = serde_json::to_value(asked).unwrap_or_default();
        let input = asked.get_mut("input").map(|input| std::mem::replace(input, json!({})));
        self.begin(&asked, Open::Server, out);
        self.json(&input.unwrap_or_default().to_string(), out);
        self.begin(&serde_json::to_value(found).unwrap_or_default(), Open::Server, out);
        self.close(out);
    }

    fn sign(&mut self, signature: &str, out: &mut Vec<u8>) {
        self.delta(&json!({"type": "signature_delta", "signature": signature}), out);
        self.open = Some(Open::Thinking { signed: true });
    }

    pub(super) fn begin(&mut self, block: &Value, open: Open, out: &mut Vec<u8>) {
        self.close(out);
        let start = json!({"type": "content_block_start", "index": self.next, "content_block": block});
        append_event("content_block_start", &start, out);
        self.open = Some(open);
    }

    pub(super) fn json(&self, partial_json: &str, out: &mut Vec<u8>) {
        self.delta(&json!({"type": "input_json_delta", "partial_json": partial_json}), out);
    }

    pub(super) fn delta(&self, delta: &Value, out: &mut Vec<u8>) {
        #[derive(Serialize)]
        struct BlockDelta<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            index: usize,
            delta: &'a Value,
        }

        append_event(
            "content_block_delta",
            &BlockDelta {
                kind: "content_block_delta",
                index: self.next,
                delta,
            },
            out,
        );
    }

    pub(super) fn close(&mut self, out: &mut Vec<u8>) {
        if matches!(self.open, Some(Open::Thinking { signed: false })) {
            self.sign(UNSIGNED, out);
        }
        let Some(open) = self.open.take() else { return };

        if let Open::Tool(call) = open {
            if call.custom {
                self.json("\"}", out);
            }
            self.closed.push(call.index);
        }

        append_event(
            "content_block_stop",
            &json!({"type": "content_block_stop", "index": self.next}),
            out,
        );
        self.next += 1;
    }
}
