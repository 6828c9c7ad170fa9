//! An answer that is the call of a tool: the target could not be made to call it, so it was asked for the arguments alone.

use std::borrow::Cow;

use crate::wire::neutral::{Event, Part, Response, Stop, ToolCall};

/// The call that an answer is.
#[derive(Clone, Debug)]
pub(super) struct AnswerCall {
    /// The provider's name of the tool.
    name: String,
    id: String,
    /// Whether the client has the beginning of the call.
    begun: bool,
}

impl AnswerCall {
    /// `unique`: text that no other answer has.
    pub(super) fn new(name: &str, unique: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: format!("call_{unique}"),
            begun: false,
        }
    }

    /// Makes the text of a whole answer the call.
    pub(super) fn settle(&self, response: &mut Response<'_>) {
        let texts = response.parts.iter().filter_map(|part| match part {
            Part::Text { text, .. } => Some(text.as_ref()),
            _ => None,
        });
        let arguments: String = texts.collect();
        if arguments.trim().is_empty() {
            return;
        }

        let is_text = |part: &Part<'_>| matches!(part, Part::Text { .. });
        let place = response.parts.iter().position(is_text).unwrap_or_default();
        response.parts.retain(|part| !is_text(part));
        let call = Part::ToolCall(ToolCall {
            id: self.id.clone().into(),
            name: self.name.clone().into(),
            namespace: None,
            arguments: arguments.into(),
            custom: false,
        });
        response.parts.insert(place.min(response.parts.len()), call);
        response.stop = stop(std::mem::take(&mut response.stop));
    }

    /// Gives `out` the event, as part of the call if it is text.
    pub(super) fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        match event {
            Event::Text(text) => {
                if !self.begun && text.trim().is_empty() {
                    return;
                }
                if !std::mem::replace(&mut self.begun, true) {
                    out(Event::ToolStart {
                        index: 0,
                        id: Cow::Borrowed(&self.id),
                        name: Cow::Borrowed(&self.name),
                        custom: false,
                    });
                }
                out(Event::ToolArguments { index: 0, text });
            }
            Event::Citation(_) => {}
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => out(Event::ToolStart {
                index: index + 1,
                id,
                name,
                custom,
            }),
            Event::ToolArguments { index, text } => out(Event::ToolArguments { index: index + 1, text }),
            Event::Stop { stop: why, sequence } if self.begun => out(Event::Stop {
                stop: stop(why),
                sequence,
            }),
            event => out(event),
        }
    }
}

/// The end of an answer that is a call.
fn stop(stop: Stop) -> Stop {
    match stop {
        Stop::End => Stop::Tools,
        stop => stop,
    }
}
