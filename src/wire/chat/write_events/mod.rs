//! Writes a stream for a client that speaks chat.

mod calls;
mod delta;

use serde::Serialize;

use self::calls::Call;
use self::delta::{At, Delta};
use super::write_usage::Usage;
use super::written_parts::{Annotation, ExtraContent, ThinkingBlock, finish_reason};
use crate::domain::Tokens;
use crate::wire::error::ApiError;
use crate::wire::json::quote;
use crate::wire::neutral::{Citation, Event, ResponseIdentity, Signature, Stop};

/// Writes a stream: a chunk for each event, the reason to finish, the usage if it was asked for, and `[DONE]`.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    /// A chunk up to its choices.
    head: String,
    started: bool,
    ended: bool,
    calls: Vec<Call>,
    /// Characters of text so far: citations name a range of them.
    characters: u64,
    /// The character at which the open text began.
    open: u64,
    /// The number of citations that were sent.
    cited: usize,
    /// The number of signatures that were sent.
    signed: usize,
    /// Thoughts whose signature has not come.
    thoughts: String,
    /// The signature of the call that follows.
    call_signature: Option<ExtraContent<'static>>,
    refused: bool,
    stop: Option<Stop>,
    tokens: Option<Tokens>,
}

impl WriteEvents {
    /// A stream that has not begun.
    pub fn new(identity: ResponseIdentity) -> Self {
        let head = format!(
            "data: {{\"id\":{},\"object\":\"chat.completion.chunk\",\"created\":{},\"model\":{},\"choices\":[",
            quote(&format!("chatcmpl-{}", identity.id)),
            identity.created,
            quote(&identity.model),
        );

        Self {
            identity,
            head,
            started: false,
            ended: false,
            calls: Vec::new(),
            characters: 0,
            open: 0,
            cited: 0,
            signed: 0,
            thoughts: String::new(),
            call_signature: None,
            refused: false,
            stop: None,
            tokens: None,
        }
    }

    /// Appends the client's chunks for `event`. Errors are left to [`WriteEvents::fail`].
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended || matches!(event, Event::Error(_)) {
            return;
        }
        self.start(out);

        match event {
            Event::Start { tokens, .. } => self.tokens = tokens.or(self.tokens),
            Event::Text(text) => self.text(&text, out),
            Event::Thinking(text) => self.thinking(&text, out),
            Event::Signature(signature) => self.signature(&signature, out),
            Event::Refusal(text) => self.refusal(&text, out),
            Event::Citation(citation) => self.citation(&citation, out),
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => self.tool_start(index, &id, &name, custom, out),
            Event::ToolArguments { index, text } => self.tool_arguments(index, &text, out),
            Event::PartEnd => {
                self.open = self.characters;
                self.thoughts.clear();
            }
            Event::Stop { stop, .. } => {
                self.end_calls(out);
                self.stop = Some(stop);
            }
            Event::Usage(tokens) => self.tokens = Some(tokens),
            Event::End => self.end(out),
            // Its citations tell of it.
            Event::WebSearch(_) | Event::Error(_) => {}
        }
    }

    /// Appends the event that ends a broken stream. No `[DONE]` follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        if !self.ended {
            self.ended = true;
            out.extend_from_slice(error.chat_event().as_bytes());
        }
    }

    fn start(&mut self, out: &mut Vec<u8>) {
        if !self.started {
            self.started = true;
            let delta = Delta {
                role: Some("assistant"),
                content: Some(""),
                ..Delta::default()
            };
            self.delta(&delta, out);
        }
    }

    fn text(&mut self, text: &str, out: &mut Vec<u8>) {
        self.characters += text.chars().count() as u64;
        let delta = Delta {
            content: Some(text),
            ..Delta::default()
        };
        self.delta(&delta, out);
    }

    fn thinking(&mut self, text: &str, out: &mut Vec<u8>) {
        self.thoughts.push_str(text);
        let delta = Delta {
            reasoning_content: Some(text),
            ..Delta::default()
        };
        self.delta(&delta, out);
    }

    fn refusal(&mut self, text: &str, out: &mut Vec<u8>) {
        self.refused = true;
        let delta = Delta {
            refusal: Some(text),
            ..Delta::default()
        };
        self.delta(&delta, out);
    }

    fn citation(&mut self, citation: &Citation<'_>, out: &mut Vec<u8>) {
        let annotation = At {
            index: self.cited,
            entry: Annotation::new(citation, (self.open, self.characters)),
        };
        self.cited += 1;

        let delta = Delta {
            annotations: Some([annotation]),
            ..Delta::default()
        };
        self.delta(&delta, out);
    }

    fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        if let Some(of_call) = ExtraContent::of(signature) {
            self.call_signature = Some(of_call.into_owned());
            return;
        }

        let thoughts = std::mem::take(&mut self.thoughts);
        let block = At {
            index: self.signed,
            entry: ThinkingBlock {
                r#type: "thinking",
                thinking: &thoughts,
                signature: Some(signature.packed()),
            },
        };
        self.signed += 1;

        let delta = Delta {
            thinking_blocks: Some([block]),
            ..Delta::default()
        };
        self.delta(&delta, out);
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.end_calls(out);

        let stop = self.stop.unwrap_or_default().with_tools(!self.calls.is_empty());
        let finish = finish_reason(stop, self.refused);
        chunk(&self.head, &self.identity, &Delta::default(), Some(finish), out);

        if let Some(tokens) = self.tokens.filter(|_| self.identity.include_usage) {
            out.extend_from_slice(self.head.as_bytes());
            out.extend_from_slice(b"],\"usage\":");
            append_json(&Usage::from(tokens), out);
            out.extend_from_slice(b"}\n\n");
        }

        out.extend_from_slice(b"data: [DONE]\n\n");
        self.ended = true;
    }

    fn delta(&self, delta: &Delta<'_>, out: &mut Vec<u8>) {
        chunk(&self.head, &self.identity, delta, None, out);
    }
}

fn chunk(head: &str, identity: &ResponseIdentity, delta: &Delta<'_>, finish: Option<&'static str>, out: &mut Vec<u8>) {
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(b"{\"index\":0,\"delta\":");
    append_json(delta, out);
    out.extend_from_slice(b",\"logprobs\":null,\"finish_reason\":");
    append_json(&finish, out);
    out.extend_from_slice(b"}]");
    // OpenAI writes `null` in every chunk but the last if the client asked for usage.
    out.extend_from_slice(if identity.include_usage {
        b",\"usage\":null}\n\n".as_slice()
    } else {
        b"}\n\n"
    });
}

fn append_json(value: &impl Serialize, out: &mut Vec<u8>) {
    // These types always become JSON, and writing to memory does not fail.
    let _ = serde_json::to_writer(out, value);
}
