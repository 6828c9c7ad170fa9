//! Tells the client's calls from those of tools that the provider runs itself.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::answer_call::AnswerCall;
use crate::wire::neutral::{Event, Part, Request, Response, Stop, ToolNames};

/// Which calls of an answer the client has to answer. xAI reports its own tools as calls with free text, whose names are none
/// of the client's, and goes on with the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientCalls {
    /// The provider's names of the client's tools; `None`: all calls are the client's.
    known: Option<Vec<String>>,
    /// The calls of the stream.
    calls: Vec<CallState>,
    /// The number of calls that the client has got.
    count: usize,
    /// The last part was a call of an unknown tool.
    waits: bool,
    /// The call that the answer is, if it is one.
    answer: Option<AnswerCall>,
}

#[derive(Clone, Debug)]
enum CallState {
    /// The client has it at this index.
    At(usize),
    /// The call of an unknown tool, which waits for what follows.
    Waits(Waiting),
    /// The provider ran it.
    Never,
}

#[derive(Clone, Debug)]
struct Waiting {
    id: String,
    name: String,
    text: String,
}

impl ClientCalls {
    /// A call with free text is the client's only if `request` has a tool of its name, or nothing follows it.
    pub(super) fn of(request: &Request<'_>, names: &ToolNames) -> Self {
        let tools = request.tools.iter();
        let known = tools.map(|tool| names.provider(tool.namespace.as_deref(), &tool.name).to_owned());
        Self {
            known: Some(known.collect()),
            ..Self::default()
        }
    }

    /// The answer is this call.
    pub(super) fn with_answer(self, answer: AnswerCall) -> Self {
        Self {
            answer: Some(answer),
            ..self
        }
    }

    fn has(&self, name: &str, custom: bool) -> bool {
        !custom
            || self
                .known
                .as_ref()
                .is_none_or(|known| known.iter().any(|one| one == name))
    }

    /// Takes the provider's own calls out of a whole answer.
    pub(super) fn settle(&self, response: &mut Response<'_>) {
        if let Some(answer) = &self.answer {
            return answer.settle(response);
        }
        let is_words = |part: &Part<'_>| matches!(part, Part::Text { text, .. } if !text.is_empty());
        let Some(last_words) = response.parts.iter().rposition(is_words) else {
            return;
        };

        let (mut position, mut any_left) = (0, false);
        let before = response.parts.len();
        response.parts.retain(|part| {
            let keeps = match part {
                Part::ToolCall(call) => position > last_words || self.has(&call.name, call.custom),
                _ => true,
            };
            any_left |= keeps && matches!(part, Part::ToolCall(_));
            position += 1;
            keeps
        });

        if response.parts.len() < before && !any_left && response.stop == Stop::Tools {
            response.stop = Stop::End;
        }
    }

    /// Gives `out` the event, unless it is of a call of the provider's own.
    pub(super) fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        if let Some(answer) = &mut self.answer {
            return answer.pass(event, out);
        }
        if self.known.is_none() {
            return out(event);
        }

        match event {
            Event::ToolStart {
                index: _,
                id,
                name,
                custom,
            } => self.start(id, name, custom, out),
            Event::ToolArguments { index, text } => match self.calls.get_mut(index) {
                Some(&mut CallState::At(index)) => out(Event::ToolArguments { index, text }),
                Some(CallState::Waits(call)) => call.text.push_str(&text),
                Some(CallState::Never) | None => {}
            },
            Event::PartEnd if std::mem::take(&mut self.waits) => {}
            Event::Text(text) if !text.is_empty() => {
                self.waits = false;
                for call in &mut self.calls {
                    if matches!(call, CallState::Waits(_)) {
                        *call = CallState::Never;
                    }
                }
                out(Event::Text(text));
            }
            Event::Stop { stop, sequence } => {
                self.release(out);
                let stop = match stop {
                    Stop::Tools if self.count == 0 => Stop::End,
                    stop => stop,
                };
                out(Event::Stop { stop, sequence });
            }
            event => {
                self.waits = false;
                out(event);
            }
        }
    }

    fn start(&mut self, id: Cow<'_, str>, name: Cow<'_, str>, custom: bool, out: &mut dyn FnMut(Event<'_>)) {
        self.waits = !self.has(&name, custom);
        if self.waits {
            self.calls.push(CallState::Waits(Waiting {
                id: id.into_owned(),
                name: name.into_owned(),
                text: String::new(),
            }));
            return;
        }

        let index = self.count;
        self.count += 1;
        self.calls.push(CallState::At(index));
        out(Event::ToolStart {
            index,
            id,
            name,
            custom,
        });
    }

    /// Tells the calls that wait: nothing has followed them.
    fn release(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        for call in &mut self.calls {
            let CallState::Waits(waiting) = call else { continue };
            let index = self.count;
            self.count += 1;
            out(Event::ToolStart {
                index,
                id: waiting.id.as_str().into(),
                name: waiting.name.as_str().into(),
                custom: true,
            });
            let text = waiting.text.as_str().into();
            out(Event::ToolArguments { index, text });
            *call = CallState::At(index);
        }
    }
}
