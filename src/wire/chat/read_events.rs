//! A provider's chat stream.

use serde_json::Value;

use super::answer::{
    Words, arguments, call_id, citation, failure, finish_reason, first_choice, list, served, stop, text, tokens, words,
};
use super::read_messages::{plain, sealed};
use crate::domain::{Protocol, ServiceReport};
use crate::wire::content;
use crate::wire::error::ProviderError;
use crate::wire::neutral::{Event, Part, Stop};

/// Reads a provider's stream, one event's data at a time.
///
/// The end comes with `[DONE]`, or with the last byte if a reason to finish came before: some providers never send
/// `[DONE]`. The reason is held until then, since some providers send calls after it, or say it twice.
#[derive(Debug, Default)]
pub struct ReadEvents {
    includes_reasoning: Option<bool>,
    started: bool,
    /// Something was said: more than who speaks.
    spoken: bool,
    /// The provider's id of the answer, for calls without ids.
    id: String,
    /// The provider's index of each call, in the order of their beginning.
    calls: Vec<u64>,
    refused: bool,
    served: ServiceReport,
    stop: Option<Stop>,
    ended: bool,
}

impl ReadEvents {
    /// A stream that begins. `includes_reasoning`: whether the provider counts thinking inside `completion_tokens`, where
    /// that is known.
    pub fn new(includes_reasoning: Option<bool>) -> Self {
        Self {
            includes_reasoning,
            ..Self::default()
        }
    }

    /// Reads the data of an event. What is no chunk is passed over.
    pub fn read(&mut self, data: &[u8], out: &mut dyn FnMut(Event<'_>)) {
        if self.ended {
            return;
        }
        if data.trim_ascii() == b"[DONE]" {
            return self.end(out);
        }
        let Ok(chunk) = serde_json::from_slice::<Value>(data) else {
            return;
        };
        if !chunk.is_object() {
            return;
        }
        if let Some(told) = failure(&chunk) {
            return self.fail(told, out);
        }
        let choice = first_choice(&chunk);
        if choice.is_none() && tokens(&chunk, None).is_none() && text(&chunk, "id").is_none() {
            return;
        }
        if !self.started {
            self.started = true;
            let id = text(&chunk, "id");
            self.id = id.unwrap_or_default().to_owned();
            out(Event::Start {
                id: id.map(Into::into),
                tokens: None,
            });
        }
        self.spoken = self.spoken || content::carries(Protocol::OpenaiChat, &chunk);
        self.served = self.served.then(served(&chunk));
        if let Some(choice) = choice {
            if let Some(delta) = choice.get("delta").or_else(|| choice.get("message")) {
                self.delta(delta, out);
            }
            match finish_reason(choice).map(stop) {
                Some(Some(stop)) => self.stop = Some(stop),
                Some(None) => {
                    let told = failure(choice).unwrap_or_default();
                    return self.fail(told, out);
                }
                None => {}
            }
        }
        if let Some(tokens) = tokens(&chunk, self.includes_reasoning) {
            out(Event::Usage(tokens));
        }
    }

    /// The bytes have ended.
    pub fn finish(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if self.stop.is_some() {
            self.end(out);
        }
    }

    /// How the provider says so far that it serves the call.
    pub fn served(&self) -> ServiceReport {
        self.served
    }

    fn delta(&mut self, delta: &Value, out: &mut dyn FnMut(Event<'_>)) {
        let thought = plain(delta);
        if let Some(text) = thought {
            out(Event::Thinking(text.into()));
        }
        for part in list(delta, "thinking_blocks").iter().filter_map(sealed) {
            if let Part::Thinking { text, signature } = part {
                match signature {
                    // A block with a seal repeats the thoughts that came before it, piece by piece.
                    Some(signature) => out(Event::Signature(signature)),
                    None if thought.is_none() => out(Event::Thinking(text)),
                    None => {}
                }
            }
        }
        words(delta.get("content"), &mut |piece| match piece {
            Words::Thought(_) if thought.is_some() => {}
            Words::Thought(text) => out(Event::Thinking(text.into())),
            Words::Said(text) => out(Event::Text(text.into())),
            Words::Refused(text) => {
                self.refused = true;
                out(Event::Refusal(text.into()));
            }
        });
        if let Some(text) = text(delta, "refusal") {
            self.refused = true;
            out(Event::Refusal(text.into()));
        }
        for cited in list(delta, "annotations").iter().filter_map(citation) {
            out(Event::Citation(cited));
        }
        let calls = list(delta, "tool_calls");
        for (place, call) in calls.iter().enumerate() {
            self.call(call, place, out);
        }
        if let Some(called) = delta
            .get("function_call")
            .filter(|called| calls.is_empty() && called.is_object())
        {
            self.piece(called, called, false, 0, out);
        }
    }

    /// A call begins, goes on, or both.
    fn call(&mut self, call: &Value, place: usize, out: &mut dyn FnMut(Event<'_>)) {
        let custom = call.get("custom").filter(|custom| custom.is_object());
        let Some(called) = custom.or_else(|| call.get("function")) else {
            return;
        };
        // Gemini's servers leave the index out, and send each call whole.
        let index = call.get("index").and_then(Value::as_u64).unwrap_or_else(|| {
            if text(call, "id").is_some() {
                self.calls.len() as u64
            } else {
                place as u64
            }
        });
        self.piece(call, called, custom.is_some(), index, out);
    }

    fn piece(&mut self, call: &Value, called: &Value, custom: bool, index: u64, out: &mut dyn FnMut(Event<'_>)) {
        let at = match self.calls.iter().position(|known| *known == index) {
            Some(at) => at,
            None => {
                // Without a name there is nothing to call.
                let Some(name) = text(called, "name") else { return };
                let at = self.calls.len();
                self.calls.push(index);
                let id = call_id(call, Some(&self.id), at);
                out(Event::ToolStart {
                    index: at,
                    id,
                    name: name.into(),
                    custom,
                });
                at
            }
        };
        let text = arguments(called.get(if custom { "input" } else { "arguments" }));
        if !text.is_empty() {
            out(Event::ToolArguments { index: at, text });
        }
    }

    fn fail(&mut self, told: ProviderError, out: &mut dyn FnMut(Event<'_>)) {
        self.ended = true;
        out(Event::Error(told));
    }

    fn end(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        // An end without a beginning is no answer, and neither is one after which nothing was said.
        if self.ended || !self.started || !self.spoken {
            return;
        }
        self.ended = true;
        let stop = self.stop.unwrap_or_default().with_tools(!self.calls.is_empty());
        let stop = if self.refused && stop == Stop::End {
            Stop::Refusal
        } else {
            stop
        };
        out(Event::Stop { stop, sequence: None });
        out(Event::End);
    }
}
