//! Puts the pieces of a streamed answer together into a whole one.

use super::event::Event;
use super::part::{Part, ToolCall};
use super::response::Response;
use super::signature::SignatureKind;

/// A whole answer that grows with each event.
#[derive(Debug, Default)]
pub struct Gather {
    response: Response<'static>,
    /// Whether the last part goes on with the next event of its kind.
    is_open: bool,
    /// The place of each call among the parts, by its index in the answer.
    calls: Vec<(usize, usize)>,
}

impl Gather {
    /// Adds an event.
    pub fn add(&mut self, event: Event<'_>) {
        match event.into_owned() {
            Event::Start { id, tokens } => {
                self.response.id = id;
                self.response.tokens = tokens;
            }
            Event::Text(text) => self.text(&text),
            Event::Refusal(text) => self.refusal(&text),
            Event::Thinking(text) => self.thinking(&text),
            Event::Signature(signature) => match self.response.parts.last_mut() {
                Some(Part::Thinking {
                    signature: place @ None,
                    ..
                }) if signature.kind != SignatureKind::Call => *place = Some(signature),
                _ => self.response.parts.push(Part::Thinking {
                    text: "".into(),
                    signature: Some(signature),
                }),
            },
            Event::Citation(citation) => {
                let texts = self.response.parts.iter_mut().rev();
                let mut citations = texts.filter_map(|part| match part {
                    Part::Text { citations, .. } => Some(citations),
                    _ => None,
                });
                if let Some(citations) = citations.next() {
                    citations.push(citation);
                }
            }
            Event::ToolStart {
                index,
                id,
                name,
                custom,
            } => {
                self.calls.push((index, self.response.parts.len()));
                self.response.parts.push(Part::ToolCall(ToolCall {
                    id,
                    name,
                    namespace: None,
                    arguments: "".into(),
                    custom,
                }));
            }
            Event::ToolArguments { index, text } => self.arguments(index, &text),
            Event::WebSearch(search) => {
                self.response.parts.push(Part::WebSearch(search));
                self.is_open = false;
            }
            Event::PartEnd => self.is_open = false,
            Event::Stop { stop, sequence } => {
                self.response.stop = stop;
                self.response.stop_sequence = sequence;
            }
            Event::Usage(tokens) => self.response.tokens = Some(tokens),
            Event::Error(_) | Event::End => {}
        }
    }

    /// The answer as far as it has come.
    pub fn into_response(self) -> Response<'static> {
        self.response
    }

    fn text(&mut self, more: &str) {
        if let Some(Part::Text { text, .. }) = self.open_part() {
            text.to_mut().push_str(more);
        } else {
            self.begin(Part::text(more.to_owned()));
        }
    }

    fn refusal(&mut self, more: &str) {
        if let Some(Part::Refusal(text)) = self.open_part() {
            text.to_mut().push_str(more);
        } else {
            self.begin(Part::Refusal(more.to_owned().into()));
        }
    }

    fn thinking(&mut self, more: &str) {
        if let Some(Part::Thinking { text, signature: None }) = self.open_part() {
            text.to_mut().push_str(more);
        } else {
            self.begin(Part::Thinking {
                text: more.to_owned().into(),
                signature: None,
            });
        }
    }

    fn arguments(&mut self, index: usize, more: &str) {
        let place = self.calls.iter().rev().find(|(call, _)| *call == index);
        if let Some(Part::ToolCall(call)) = place.and_then(|(_, at)| self.response.parts.get_mut(*at)) {
            call.arguments.to_mut().push_str(more);
        }
    }

    fn begin(&mut self, part: Part<'static>) {
        self.response.parts.push(part);
        self.is_open = true;
    }

    fn open_part(&mut self) -> Option<&mut Part<'static>> {
        self.response.parts.last_mut().filter(|_| self.is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::neutral::{Citation, Stop};

    #[test]
    fn an_answers_own_events_make_the_same_answer_again() {
        let call = |id: &'static str, arguments: &'static str| {
            Part::ToolCall(ToolCall {
                id: id.into(),
                name: "read".into(),
                namespace: None,
                arguments: arguments.into(),
                custom: false,
            })
        };
        let response = Response {
            id: Some("r".into()),
            parts: vec![
                Part::Thinking {
                    text: "Hm.".into(),
                    signature: None,
                },
                Part::Text {
                    text: "One.".into(),
                    citations: vec![Citation {
                        url: "https://example.com".into(),
                        title: "Example".into(),
                        quote: None,
                        span: None,
                    }],
                    cache: None,
                },
                Part::text("Two."),
                Part::Refusal("No.".into()),
                call("a", "{\"x\":1}"),
                call("b", "{}"),
            ],
            stop: Stop::Tools,
            ..Response::default()
        };

        let mut gather = Gather::default();
        for event in response.clone().events() {
            gather.add(event);
        }

        assert_eq!(gather.into_response(), response);
    }

    #[test]
    fn pieces_of_one_part_are_joined_and_arguments_may_come_by_turns() {
        let mut gather = Gather::default();
        let start = |index: usize| Event::ToolStart {
            index,
            id: format!("call {index}").into(),
            name: "f".into(),
            custom: false,
        };
        let more = |index: usize, text: &'static str| Event::ToolArguments {
            index,
            text: text.into(),
        };
        for event in [
            Event::Text("He".into()),
            Event::Text("llo".into()),
            start(0),
            start(1),
            more(0, "{"),
            more(1, "[1"),
            more(0, "}"),
            more(1, "]"),
        ] {
            gather.add(event);
        }

        let parts = gather.into_response().parts;

        assert_eq!(parts[0], Part::text("Hello"));
        let arguments = |part: &Part<'_>| match part {
            Part::ToolCall(call) => call.arguments.to_string(),
            _ => String::new(),
        };
        assert_eq!(
            (arguments(&parts[1]), arguments(&parts[2])),
            ("{}".into(), "[1]".into())
        );
    }
}
