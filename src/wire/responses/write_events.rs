//! A streamed answer, for the client.

use serde_json::value::RawValue;

use super::frame::{
    ErrorFields, Fields, InPlace, ItemPosition, WithAnnotation, WithItem, WithPart, WithResponse, append,
};
use super::free_text::FreeText;
use super::open::{Call, Message, MessagePart, Reasoning};
use super::response::{Annotation, Content, Failure, Item, ResponseObject, Status, SummaryText, characters};
use super::write_response::{item_id, sealed};
use crate::domain::Tokens;
use crate::wire::error::ApiError;
use crate::wire::neutral::{Citation, Event, ResponseIdentity, Signature, Stop};

/// Writes the events of one answer. What becomes of each part is as in [`super::write_response::write_response`].
///
/// A message or thoughts are open alone. Calls stay open until they are said to end or the answer ends, since their
/// arguments may come by turns; every event names its item, so a client can tell them apart.
#[derive(Debug)]
pub struct WriteEvents {
    identity: ResponseIdentity,
    /// The next `sequence_number`.
    sequence: u64,
    stage: Stage,
    /// Every item that was begun, by its `output_index`; `None` until it is done.
    output: Vec<Option<Box<RawValue>>>,
    words: Option<Message>,
    thoughts: Option<Reasoning>,
    calls: Vec<Call>,
    /// Characters of text in the parts that have ended.
    before: u64,
    refused: bool,
    stop: Stop,
    tokens: Option<Tokens>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Before,
    Begun,
    Over,
}

impl WriteEvents {
    /// An answer that is shown like this.
    pub fn new(identity: ResponseIdentity) -> Self {
        Self {
            identity,
            sequence: 0,
            stage: Stage::Before,
            output: Vec::new(),
            words: None,
            thoughts: None,
            calls: Vec::new(),
            before: 0,
            refused: false,
            stop: Stop::default(),
            tokens: None,
        }
    }

    /// Writes what `event` says to the end of `out`.
    pub fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        if self.stage == Stage::Over || matches!(event, Event::Error(_)) {
            return;
        }
        self.begin(out);
        match event {
            Event::Start { tokens, .. } => self.tokens = tokens.or(self.tokens),
            Event::Text(text) => self.text(&text, false, out),
            Event::Refusal(text) => self.text(&text, true, out),
            Event::Thinking(text) => self.thinking(&text, out),
            Event::Signature(signature) => self.signature(&signature, out),
            Event::Citation(citation) => self.citation(citation, out),
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => self.call(index, &id, &name, custom, out),
            Event::ToolArguments { index, text } => self.arguments(index, &text, out),
            Event::PartEnd => self.part_end(out),
            Event::Stop { stop, .. } => self.stop = stop,
            Event::Usage(tokens) => self.tokens = Some(tokens),
            Event::Error(_) => {}
            Event::End => self.end(out),
        }
    }

    /// Ends the stream with an error: `response.failed` if an answer had begun, else `error`. Items that are open stay so.
    pub fn fail(&mut self, error: &ApiError, out: &mut Vec<u8>) {
        match self.stage {
            Stage::Over => {}
            Stage::Before => {
                let (code, message) = (error.code.as_ref(), error.message.as_str());
                append(
                    "error",
                    &mut self.sequence,
                    &ErrorFields {
                        code,
                        message,
                        param: error.param.as_deref(),
                    },
                    out,
                );
            }
            Stage::Begun => {
                let failure = Failure {
                    code: &error.code,
                    message: &error.message,
                };
                let done: Vec<_> = std::mem::take(&mut self.output).into_iter().flatten().collect();
                let response = ResponseObject::new(&self.identity, Status::Failed, &done, self.tokens).failed(failure);
                append("response.failed", &mut self.sequence, &WithResponse { response }, out);
            }
        }
        self.stage = Stage::Over;
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.stage != Stage::Before {
            return;
        }
        self.stage = Stage::Begun;
        for kind in ["response.created", "response.in_progress"] {
            let response = ResponseObject::new(&self.identity, Status::InProgress, &[], None);
            append(kind, &mut self.sequence, &WithResponse { response }, out);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        let status = Status::of(self.stop, self.refused);
        // Whatever was cut is what is open still.
        self.close_words(status.as_str(), out);
        self.close_thoughts(None, out);
        for call in std::mem::take(&mut self.calls) {
            self.close_call(call, status.as_str(), out);
        }
        let done: Vec<_> = std::mem::take(&mut self.output).into_iter().flatten().collect();
        let response = ResponseObject::new(&self.identity, status, &done, self.tokens);
        let kind = if status == Status::Completed {
            "response.completed"
        } else {
            "response.incomplete"
        };
        append(kind, &mut self.sequence, &WithResponse { response }, out);
        self.stage = Stage::Over;
    }

    fn text(&mut self, text: &str, refusal: bool, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.refused |= refusal;
        self.close_thoughts(None, out);
        self.open_part(refusal, out);
        let Some(message) = self.words.as_mut() else { return };
        let index = message.parts.len().saturating_sub(1);
        if let Some(part) = message.parts.last_mut() {
            part.text.push_str(text);
        }
        let place = ItemPosition::content(&message.id, message.at, index);
        let (kind, logprobs) = if refusal {
            ("response.refusal.delta", None)
        } else {
            ("response.output_text.delta", Some([]))
        };
        let fields = Fields {
            logprobs,
            ..Fields::delta(text)
        };
        append(kind, &mut self.sequence, &InPlace { place, fields }, out);
    }

    /// Makes sure that a part of this kind is open.
    fn open_part(&mut self, refusal: bool, out: &mut Vec<u8>) {
        let fits = |message: &Message| message.open && message.parts.last().is_some_and(|p| p.refusal == refusal);
        if self.words.as_ref().is_some_and(fits) {
            return;
        }
        self.close_part(out);
        if self.words.is_none() {
            let (at, id) = self.begin_item("msg");
            let item = Item::Message {
                id: &id,
                status: "in_progress",
                role: "assistant",
                content: &[],
            };
            self.added(at, item.raw(), out);
            self.words = Some(Message {
                at,
                id,
                parts: Vec::new(),
                open: false,
            });
        }
        let Some(message) = self.words.as_mut() else { return };
        message.parts.push(MessagePart {
            text: String::new(),
            refusal,
            annotations: Vec::new(),
        });
        message.open = true;
        let place = ItemPosition::content(&message.id, message.at, message.parts.len() - 1);
        let part = if refusal {
            Content::Refusal { refusal: "" }
        } else {
            Content::OutputText {
                text: "",
                annotations: &[],
                logprobs: [],
            }
        };
        append(
            "response.content_part.added",
            &mut self.sequence,
            &InPlace {
                place,
                fields: WithPart { part },
            },
            out,
        );
    }

    fn close_part(&mut self, out: &mut Vec<u8>) {
        let Some(message) = self.words.as_mut().filter(|message| message.open) else {
            return;
        };
        message.open = false;
        let Some(part) = message.parts.last() else { return };
        let place = ItemPosition::content(&message.id, message.at, message.parts.len() - 1);
        let (kind, fields) = if part.refusal {
            (
                "response.refusal.done",
                Fields {
                    refusal: Some(&part.text),
                    ..Fields::default()
                },
            )
        } else {
            self.before += characters(&part.text);
            let fields = Fields {
                text: Some(&part.text),
                logprobs: Some([]),
                ..Fields::default()
            };
            ("response.output_text.done", fields)
        };
        append(kind, &mut self.sequence, &InPlace { place, fields }, out);
        let fields = WithPart { part: part.content() };
        append(
            "response.content_part.done",
            &mut self.sequence,
            &InPlace { place, fields },
            out,
        );
    }

    fn close_words(&mut self, status: &str, out: &mut Vec<u8>) {
        self.close_part(out);
        let Some(message) = self.words.take() else { return };
        let content: Vec<_> = message.parts.iter().map(MessagePart::content).collect();
        let item = Item::Message {
            id: &message.id,
            status,
            role: "assistant",
            content: &content,
        };
        self.done(message.at, item.raw(), out);
    }

    fn citation(&mut self, citation: Citation<'_>, out: &mut Vec<u8>) {
        let before = self.before;
        let Some(message) = self.words.as_mut().filter(|message| message.open) else {
            return;
        };
        let index = message.parts.len().saturating_sub(1);
        let Some(part) = message.parts.last_mut().filter(|part| !part.refusal) else {
            return;
        };
        let annotation = Annotation::new(citation, before, characters(&part.text)).into_owned();
        let place = ItemPosition::content(&message.id, message.at, index);
        let fields = WithAnnotation {
            annotation_index: part.annotations.len(),
            annotation: &annotation,
        };
        append(
            "response.output_text.annotation.added",
            &mut self.sequence,
            &InPlace { place, fields },
            out,
        );
        part.annotations.push(annotation);
    }

    fn thinking(&mut self, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        self.close_words("completed", out);
        self.open_thoughts(out);
        let Some(thoughts) = self.thoughts.as_mut() else { return };
        let place = ItemPosition::summary(&thoughts.id, thoughts.at);
        if thoughts.text.is_empty() {
            let fields = WithPart {
                part: SummaryText::SummaryText { text: "" },
            };
            append(
                "response.reasoning_summary_part.added",
                &mut self.sequence,
                &InPlace { place, fields },
                out,
            );
        }
        thoughts.text.push_str(text);
        let fields = Fields::delta(text);
        append(
            "response.reasoning_summary_text.delta",
            &mut self.sequence,
            &InPlace { place, fields },
            out,
        );
    }

    fn open_thoughts(&mut self, out: &mut Vec<u8>) {
        if self.thoughts.is_some() {
            return;
        }
        let (at, id) = self.begin_item("rs");
        self.added(
            at,
            Item::Reasoning {
                id: &id,
                summary: &[],
                encrypted_content: None,
            }
            .raw(),
            out,
        );
        self.thoughts = Some(Reasoning {
            at,
            id,
            text: String::new(),
        });
    }

    fn signature(&mut self, signature: &Signature<'_>, out: &mut Vec<u8>) {
        self.close_words("completed", out);
        self.open_thoughts(out);
        self.close_thoughts(Some(signature), out);
    }

    fn close_thoughts(&mut self, signature: Option<&Signature<'_>>, out: &mut Vec<u8>) {
        let Some(thoughts) = self.thoughts.take() else { return };
        let text = thoughts.text.as_str();
        let whole = [SummaryText::SummaryText { text }];
        let mut summary: &[SummaryText<'_>] = &[];
        if !text.is_empty() {
            summary = &whole;
            let place = ItemPosition::summary(&thoughts.id, thoughts.at);
            let fields = Fields {
                text: Some(text),
                ..Fields::default()
            };
            append(
                "response.reasoning_summary_text.done",
                &mut self.sequence,
                &InPlace { place, fields },
                out,
            );
            let fields = WithPart {
                part: SummaryText::SummaryText { text },
            };
            append(
                "response.reasoning_summary_part.done",
                &mut self.sequence,
                &InPlace { place, fields },
                out,
            );
        }
        let sealed = signature.map(sealed);
        let item = Item::Reasoning {
            id: &thoughts.id,
            summary,
            encrypted_content: sealed.as_deref(),
        };
        self.done(thoughts.at, item.raw(), out);
    }

    fn call(&mut self, index: usize, call_id: &str, name: &str, custom: bool, out: &mut Vec<u8>) {
        self.close_words("completed", out);
        self.close_thoughts(None, out);
        let known = self.identity.names.client(name).cloned();
        let free = custom || known.as_ref().is_some_and(|known| known.custom);
        let (at, id) = self.begin_item(if free { "ctc" } else { "fc" });
        let call = Call {
            index,
            at,
            id,
            call_id: call_id.to_owned(),
            name: known
                .as_ref()
                .map_or_else(|| name.to_owned(), |known| known.name.clone()),
            namespace: known.and_then(|known| known.namespace),
            text: String::new(),
            custom: free,
            wrapped: (free && !custom).then(FreeText::default),
        };
        self.added(at, call.item("in_progress").raw(), out);
        self.calls.push(call);
    }

    fn arguments(&mut self, index: usize, text: &str, out: &mut Vec<u8>) {
        let Some(call) = self.calls.iter_mut().rev().find(|call| call.index == index) else {
            return;
        };
        match &mut call.wrapped {
            Some(wrapped) => {
                let text = wrapped.push(text);
                call.grow(&text, &mut self.sequence, out);
            }
            None => call.grow(text, &mut self.sequence, out),
        }
    }

    fn close_call(&mut self, mut call: Call, status: &str, out: &mut Vec<u8>) {
        if let Some(wrapped) = call.wrapped.take() {
            let (_, rest) = wrapped.finish();
            call.grow(&rest, &mut self.sequence, out);
        } else if call.text.is_empty() && !call.custom {
            call.grow("{}", &mut self.sequence, out);
        }
        let place = ItemPosition::of(&call.id, call.at);
        let text = Some(call.text.as_str());
        let (kind, fields) = if call.custom {
            (
                "response.custom_tool_call_input.done",
                Fields {
                    input: text,
                    ..Fields::default()
                },
            )
        } else {
            (
                "response.function_call_arguments.done",
                Fields {
                    arguments: text,
                    ..Fields::default()
                },
            )
        };
        append(kind, &mut self.sequence, &InPlace { place, fields }, out);
        self.done(call.at, call.item(status).raw(), out);
    }

    /// Whatever began last ends.
    fn part_end(&mut self, out: &mut Vec<u8>) {
        if self.thoughts.is_some() {
            self.close_thoughts(None, out);
        } else if self.words.is_some() {
            // More words may follow in the same message.
            self.close_part(out);
        } else if let Some(call) = self.calls.pop() {
            self.close_call(call, "completed", out);
        }
    }

    fn begin_item(&mut self, prefix: &str) -> (usize, String) {
        let at = self.output.len();
        self.output.push(None);
        (at, item_id(prefix, &self.identity, at))
    }

    fn added(&mut self, at: usize, item: Option<Box<RawValue>>, out: &mut Vec<u8>) {
        if let Some(item) = item {
            append(
                "response.output_item.added",
                &mut self.sequence,
                &WithItem {
                    output_index: at,
                    item: &item,
                },
                out,
            );
        }
    }

    fn done(&mut self, at: usize, item: Option<Box<RawValue>>, out: &mut Vec<u8>) {
        if let Some(item) = item {
            append(
                "response.output_item.done",
                &mut self.sequence,
                &WithItem {
                    output_index: at,
                    item: &item,
                },
                out,
            );
            if let Some(slot) = self.output.get_mut(at) {
                *slot = Some(item);
            }
        }
    }
}
