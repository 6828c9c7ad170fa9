//! A stream for a client that speaks chat.

use std::borrow::Cow;

use serde::Serialize;

use super::free_text;
use super::write_response::{Annotation, Block, finish_reason};
use super::write_usage::Usage;
use crate::domain::Tokens;
use crate::wire::error::ApiError;
use crate::wire::json::quote;
use crate::wire::neutral::{Event, ResponseIdentity, Signature, Stop};

/// Writes a stream: a chunk for each event, the reason to finish, the usage if it was asked for, and `[DONE]`.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    /// A chunk up to its choices.
    head: String,
    started: bool,
    ended: bool,
    calls: Vec<Call>,
    /// Characters of text so far: the place of what is cited.
    characters: u64,
    /// Where the text began that is open.
    open: u64,
    /// How many citations were sent.
    cited: usize,
    /// How many seals were sent.
    sealed: usize,
    /// Thoughts whose seal has not come.
    thoughts: String,
    refused: bool,
    stop: Option<Stop>,
    tokens: Option<Tokens>,
}

/// A call that has begun.
#[derive(Debug)]
struct Call {
    index: usize,
    /// The client's tool takes free text.
    custom: bool,
    /// The object in which the provider wraps that text, as far as it came: it can only be unwrapped whole.
    wrapped: Option<String>,
    /// Whether arguments came.
    any: bool,
}

/// What is new. One of them is there.
#[derive(Default, Serialize)]
struct Delta<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_blocks: Option<[At<Block<'w>>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotations: Option<[At<Annotation<'w>>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_calls: Option<[CallDelta<'w>; 1]>,
}

/// An entry of a list, with its place in it: OpenAI's Python library refuses further entries without one.
#[derive(Serialize)]
struct At<T> {
    index: usize,
    #[serde(flatten)]
    entry: T,
}

#[derive(Default, Serialize)]
struct CallDelta<'w> {
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function: Option<Function<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom: Option<Custom<'w>>,
}

#[derive(Serialize)]
struct Function<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'w str>,
    arguments: &'w str,
}

#[derive(Serialize)]
struct Custom<'w> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'w str>,
    input: Cow<'w, str>,
}

impl WriteEvents {
    /// A stream that begins.
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
            sealed: 0,
            thoughts: String::new(),
            refused: false,
            stop: None,
            tokens: None,
        }
    }

    /// Appends what the client gets for `event`. Errors are left to [`WriteEvents::fail`].
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.ended || matches!(event, Event::Error(_)) {
            return;
        }
        if !self.started {
            self.started = true;
            self.chunk(
                &Delta {
                    role: Some("assistant"),
                    content: Some(""),
                    ..Delta::default()
                },
                None,
                out,
            );
        }
        match event {
            Event::Start { tokens, .. } => self.tokens = tokens.or(self.tokens),
            Event::Text(text) => {
                self.characters += text.chars().count() as u64;
                self.chunk(
                    &Delta {
                        content: Some(&text),
                        ..Delta::default()
                    },
                    None,
                    out,
                );
            }
            Event::Thinking(text) => {
                self.thoughts.push_str(&text);
                self.chunk(
                    &Delta {
                        reasoning_content: Some(&text),
                        ..Delta::default()
                    },
                    None,
                    out,
                );
            }
            Event::Signature(signature) => self.signature(&signature, out),
            Event::Refusal(text) => {
                self.refused = true;
                self.chunk(
                    &Delta {
                        refusal: Some(&text),
                        ..Delta::default()
                    },
                    None,
                    out,
                );
            }
            Event::Citation(citation) => {
                let entry = Annotation::new(&citation, (self.open, self.characters));
                let annotations = Some([At {
                    index: self.cited,
                    entry,
                }]);
                self.cited += 1;
                self.chunk(
                    &Delta {
                        annotations,
                        ..Delta::default()
                    },
                    None,
                    out,
                );
            }
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
            Event::Error(_) => {}
        }
    }

    /// Appends the event that ends a stream which broke. No `[DONE]` follows: the answer is not complete.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        if !self.ended {
            self.ended = true;
            out.extend_from_slice(error.chat_event().as_bytes());
        }
    }

    fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        let thoughts = std::mem::take(&mut self.thoughts);
        let entry = Block {
            r#type: "thinking",
            thinking: &thoughts,
            signature: Some(signature.packed()),
        };
        let block = At {
            index: self.sealed,
            entry,
        };
        self.sealed += 1;
        self.chunk(
            &Delta {
                thinking_blocks: Some([block]),
                ..Delta::default()
            },
            None,
            out,
        );
    }

    fn tool_start(&mut self, index: usize, id: &str, name: &str, custom: bool, out: &mut Vec<u8>) {
        let known = self.identity.names.client(name);
        let wraps = !custom && known.is_some_and(|known| known.custom);
        let name = Some(known.map_or(name, |known| &known.name));
        let call = Call {
            index,
            custom: custom || wraps,
            wrapped: wraps.then(String::new),
            any: false,
        };
        let start = CallDelta {
            index,
            id: Some(id),
            ..CallDelta::default()
        };
        let start = if call.custom {
            CallDelta {
                r#type: Some("custom"),
                custom: Some(Custom { name, input: "".into() }),
                ..start
            }
        } else {
            CallDelta {
                r#type: Some("function"),
                function: Some(Function { name, arguments: "" }),
                ..start
            }
        };
        self.chunk(
            &Delta {
                tool_calls: Some([start]),
                ..Delta::default()
            },
            None,
            out,
        );
        self.calls.push(call);
    }

    fn tool_arguments(&mut self, index: usize, text: &str, out: &mut Vec<u8>) {
        let Some(call) = self.calls.iter_mut().find(|call| call.index == index) else {
            return;
        };
        call.any |= !text.is_empty();
        if let Some(wrapped) = &mut call.wrapped {
            return wrapped.push_str(text);
        }
        let more = if call.custom {
            CallDelta {
                index,
                custom: Some(Custom {
                    name: None,
                    input: text.into(),
                }),
                ..CallDelta::default()
            }
        } else {
            CallDelta {
                index,
                function: Some(Function {
                    name: None,
                    arguments: text,
                }),
                ..CallDelta::default()
            }
        };
        self.chunk(
            &Delta {
                tool_calls: Some([more]),
                ..Delta::default()
            },
            None,
            out,
        );
    }

    /// Sends what was held of calls: clients parse arguments that never came, so that there must be some.
    fn end_calls(&mut self, out: &mut Vec<u8>) {
        for call in &mut self.calls {
            let index = call.index;
            let more = match call.wrapped.take() {
                Some(wrapped) => {
                    let input = free_text::unwrapped(&wrapped).into_owned().into();
                    CallDelta {
                        index,
                        custom: Some(Custom { name: None, input }),
                        ..CallDelta::default()
                    }
                }
                None if !call.custom && !call.any => {
                    call.any = true;
                    CallDelta {
                        index,
                        function: Some(Function {
                            name: None,
                            arguments: "{}",
                        }),
                        ..CallDelta::default()
                    }
                }
                None => continue,
            };
            chunk(
                &self.head,
                &self.identity,
                &Delta {
                    tool_calls: Some([more]),
                    ..Delta::default()
                },
                None,
                out,
            );
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.end_calls(out);
        let stop = self.stop.unwrap_or_default().with_tools(!self.calls.is_empty());
        self.chunk(&Delta::default(), Some(finish_reason(stop, self.refused)), out);
        if let Some(tokens) = self.tokens.filter(|_| self.identity.include_usage) {
            out.extend_from_slice(self.head.as_bytes());
            out.extend_from_slice(b"],\"usage\":");
            put(&Usage::from(tokens), out);
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
        self.ended = true;
    }

    fn chunk(&self, delta: &Delta<'_>, finish: Option<&'static str>, out: &mut Vec<u8>) {
        chunk(&self.head, &self.identity, delta, finish, out);
    }
}

fn chunk(head: &str, identity: &ResponseIdentity, delta: &Delta<'_>, finish: Option<&'static str>, out: &mut Vec<u8>) {
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(b"{\"index\":0,\"delta\":");
    put(delta, out);
    out.extend_from_slice(b",\"logprobs\":null,\"finish_reason\":");
    put(&finish, out);
    out.extend_from_slice(b"}]");
    // OpenAI says `null` in every chunk but the last, once usage was asked for.
    out.extend_from_slice(if identity.include_usage {
        b",\"usage\":null}\n\n".as_slice()
    } else {
        b"}\n\n"
    });
}

fn put(value: &impl Serialize, out: &mut Vec<u8>) {
    // Nothing that is written here can fail to be JSON, and memory takes whatever comes.
    let _ = serde_json::to_writer(out, value);
}
