//! A whole answer, and the stream that it could be.

use std::borrow::Cow;

use super::event::Event;
use super::part::Part;
use super::stop::Stop;
use crate::domain::{ServiceReport, Tokens};

/// A whole answer of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Response<'a> {
    /// The provider's id of the answer.
    pub id: Option<Cow<'a, str>>,
    /// Thinking, text, refusals and calls of tools, in order.
    pub parts: Vec<Part<'a>>,
    /// The reason for its end.
    pub stop: Stop,
    /// The client's stop text that ended it, if the provider names one.
    pub stop_sequence: Option<Cow<'a, str>>,
    /// The token counts, if the provider sent them.
    pub tokens: Option<Tokens>,
    /// The tier and the searches. They are for metering, not for the client.
    pub service: ServiceReport,
}

impl<'a> Response<'a> {
    /// The answer as a stream, for a client that asked for one at a provider that does not stream.
    pub fn events(self) -> Vec<Event<'a>> {
        let mut events = vec![Event::Start {
            id: self.id,
            tokens: None,
        }];
        let mut calls = 0;

        for part in self.parts {
            match part {
                Part::Text { text, citations, .. } => {
                    events.push(Event::Text(text));
                    events.extend(citations.into_iter().map(Event::Citation));
                }
                Part::Refusal(text) => events.push(Event::Refusal(text)),
                Part::Thinking { text, signature } => {
                    events.push(Event::Thinking(text));
                    events.extend(signature.map(Event::Signature));
                }
                Part::ToolCall(call) => {
                    events.push(Event::ToolStart {
                        index: calls,
                        id: call.id,
                        name: call.name,
                        custom: call.custom,
                    });
                    events.push(Event::ToolArguments {
                        index: calls,
                        text: call.arguments,
                    });
                    calls += 1;
                }
                Part::WebSearch(search) => {
                    events.push(Event::WebSearch(search));
                    continue;
                }
                Part::Image { .. } | Part::File { .. } | Part::Audio { .. } | Part::ToolResult(_) => continue,
            }
            events.push(Event::PartEnd);
        }

        events.push(Event::Stop {
            stop: self.stop,
            sequence: self.stop_sequence,
        });
        events.extend(self.tokens.map(Event::Usage));
        events.push(Event::End);
        events
    }
}
