//! Tells the client's calls from those of tools that the provider runs itself.

use std::borrow::Cow;

use crate::wire::neutral::{Event, Part, Request, Response, Stop, ToolNames};

/// Which calls of an answer the client has to answer. xAI reports its own tools as calls with free text, whose names are none
/// of the client's, and goes on with the answer.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientCalls {
    /// The provider's names of the client's tools; `None`: all calls are the client's.
    known: Option<Vec<String>>,
    /// The calls of the stream.
    calls: Vec<Told>,
    /// The number of calls that the client has got.
    count: usize,
    /// The last part was a call of an unknown tool.
    waits: bool,
}

#[derive(Clone, Debug)]
enum Told {
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

    fn has(&self, name: &str, custom: bool) -> bool {
        !custom
            || self
                .known
                .as_ref()
                .is_none_or(|known| known.iter().any(|one| one == name))
    }

    /// Takes the provider's own calls out of a whole answer.
    pub(super) fn settle(&self, response: &mut Response<'_>) {
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
                Some(&mut Told::At(index)) => out(Event::ToolArguments { index, text }),
                Some(Told::Waits(call)) => call.text.push_str(&text),
                Some(Told::Never) | None => {}
            },
            Event::PartEnd if std::mem::take(&mut self.waits) => {}
            Event::Text(text) if !text.is_empty() => {
                self.waits = false;
                for call in &mut self.calls {
                    if matches!(call, Told::Waits(_)) {
                        *call = Told::Never;
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
            self.calls.push(Told::Waits(Waiting {
                id: id.into_owned(),
                name: name.into_owned(),
                text: String::new(),
            }));
            return;
        }

        let index = self.count;
        self.count += 1;
        self.calls.push(Told::At(index));
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
            let Told::Waits(waiting) = call else { continue };
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
            *call = Told::At(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::neutral::{Tool, ToolCall, ToolKind};

    fn calls() -> ClientCalls {
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
        ClientCalls::of(&request, &ToolNames::new(&request, 64))
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
        let mut calls = calls();
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
            Event::Text("Done.".into()),
            stop(Stop::Tools),
        ];
        let left = vec![
            start(0, "patch", true),
            start(1, "read", false),
            arguments(0),
            arguments(1),
            Event::PartEnd,
            Event::Text("Done.".into()),
            stop(Stop::Tools),
        ];
        assert_eq!(passed(both), left);
    }

    #[test]
    fn a_call_of_an_unknown_tool_that_nothing_follows_is_told() {
        let call = vec![start(0, "made_up", true), arguments(0), stop(Stop::Tools)];
        let told = vec![start(0, "made_up", true), arguments(0), stop(Stop::Tools)];
        assert_eq!(passed(call), told);
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
        calls().settle(&mut own);
        assert_eq!((own.parts, own.stop), (vec![Part::text("Done.")], Stop::End));

        let mut mixed = answer(vec![
            call("x_search", true),
            call("patch", true),
            Part::text("Done."),
            call("read", false),
            call("made_up", true),
        ]);
        calls().settle(&mut mixed);
        assert_eq!((mixed.parts.len(), mixed.stop), (4, Stop::Tools));

        let mut all = answer(vec![call("x_search", true), Part::text("Done.")]);
        ClientCalls::default().settle(&mut all);
        assert_eq!((all.parts.len(), all.stop), (2, Stop::Tools));
    }
}
