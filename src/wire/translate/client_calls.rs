//! Tells the client's calls from those of tools that the provider runs itself.

use crate::wire::neutral::{Event, Part, Response, Stop, ToolNames};

/// Which calls of an answer the client has to answer. xAI reports its own tools as calls with free text, and their names are
/// none of the client's.
#[derive(Debug)]
pub(super) struct ClientCalls {
    /// The provider's names of the client's tools that take free text; `None`: all calls are the client's.
    known: Option<Vec<String>>,
    /// For each call of the stream the index that the client gets; `None` for a call of the provider's own.
    told: Vec<Option<usize>>,
    /// The last part was a call of the provider's own.
    hides: bool,
}

impl ClientCalls {
    /// All calls are the client's.
    pub(super) fn all() -> Self {
        Self {
            known: None,
            told: Vec::new(),
            hides: false,
        }
    }

    /// A call with free text is the client's only if `names` has its tool.
    pub(super) fn among(names: &ToolNames) -> Self {
        let known = names.free_text_tools().map(str::to_owned).collect();
        Self {
            known: Some(known),
            ..Self::all()
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
        let is_call = |part: &Part<'_>| matches!(part, Part::ToolCall(_));
        let before = response.parts.len();
        response.parts.retain(|part| match part {
            Part::ToolCall(call) => self.has(&call.name, call.custom),
            _ => true,
        });

        let any_left = response.parts.iter().any(is_call);
        if response.parts.len() < before && !any_left && response.stop == Stop::Tools {
            response.stop = Stop::End;
        }
    }

    /// Gives `out` the event, unless it is of a call of the provider's own.
    pub(super) fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        if self.known.is_none() {
            return out(event);
        }

        match event {
            Event::ToolStart {
                index: _,
                id,
                name,
                custom,
            } => {
                self.hides = !self.has(&name, custom);
                let index = self.told.iter().flatten().count();
                self.told.push((!self.hides).then_some(index));
                if !self.hides {
                    out(Event::ToolStart {
                        index,
                        id,
                        name,
                        custom,
                    });
                }
            }
            Event::ToolArguments { index, text } => {
                if let Some(index) = self.told.get(index).copied().flatten() {
                    out(Event::ToolArguments { index, text });
                }
            }
            Event::PartEnd if std::mem::take(&mut self.hides) => {}
            Event::Stop {
                stop: Stop::Tools,
                sequence,
            } if self.told.iter().all(Option::is_none) => out(Event::Stop {
                stop: Stop::End,
                sequence,
            }),
            event => {
                self.hides = false;
                out(event);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::neutral::{Request, Tool, ToolCall, ToolKind};

    fn names() -> ToolNames {
        let request = Request {
            tools: vec![Tool {
                name: "patch".into(),
                namespace: None,
                description: None,
                kind: ToolKind::Custom { format: None },
                cache: None,
            }],
            ..Request::default()
        };
        ToolNames::new(&request, 64)
    }

    fn start(index: usize, name: &'static str, custom: bool) -> Event<'static> {
        Event::ToolStart {
            index,
            id: "c".into(),
            name: name.into(),
            custom,
        }
    }

    fn arguments(index: usize) -> Event<'static> {
        let text = "x".into();
        Event::ToolArguments { index, text }
    }

    fn stop(stop: Stop) -> Event<'static> {
        Event::Stop { stop, sequence: None }
    }

    fn passed(events: Vec<Event<'static>>) -> Vec<Event<'static>> {
        let mut calls = ClientCalls::among(&names());
        let mut passed = Vec::new();
        for event in events {
            calls.pass(event, &mut |event| passed.push(event.into_owned()));
        }
        passed
    }

    #[test]
    fn a_tool_that_the_provider_ran_is_no_call_and_the_answer_just_ends() {
        let words = Event::Text("Done.".into());
        let own = vec![
            start(0, "x_search", true),
            arguments(0),
            Event::PartEnd,
            words.clone(),
            stop(Stop::Tools),
            Event::End,
        ];
        assert_eq!(passed(own), [words, stop(Stop::End), Event::End]);
    }

    #[test]
    fn the_clients_calls_beside_it_keep_their_order() {
        let both = vec![
            start(0, "x_search", true),
            start(1, "patch", true),
            start(2, "read", false),
            arguments(0),
            arguments(1),
            arguments(2),
            Event::PartEnd,
            stop(Stop::Tools),
        ];
        let left = vec![
            start(0, "patch", true),
            start(1, "read", false),
            arguments(0),
            arguments(1),
            Event::PartEnd,
            stop(Stop::Tools),
        ];
        assert_eq!(passed(both), left);
    }

    #[test]
    fn a_whole_answer_loses_the_same_calls() {
        let call = |name: &'static str, custom| {
            Part::ToolCall(ToolCall {
                id: "c".into(),
                name: name.into(),
                namespace: None,
                arguments: "x".into(),
                custom,
            })
        };
        let answer = |parts| Response {
            parts,
            stop: Stop::Tools,
            ..Response::default()
        };

        let mut own = answer(vec![call("x_search", true), Part::text("Done.")]);
        ClientCalls::among(&names()).settle(&mut own);
        assert_eq!((own.parts, own.stop), (vec![Part::text("Done.")], Stop::End));

        let mut mixed = answer(vec![call("x_search", true), call("patch", true), call("read", false)]);
        ClientCalls::among(&names()).settle(&mut mixed);
        assert_eq!((mixed.parts.len(), mixed.stop), (2, Stop::Tools));

        let mut all = answer(vec![call("x_search", true)]);
        ClientCalls::all().settle(&mut all);
        assert_eq!((all.parts.len(), all.stop), (1, Stop::Tools));
    }
}
