//! Ends a translated answer at the client's stop texts, where the model was not told of them.

#[cfg(test)]
mod tests;

use crate::domain::Tokens;
use crate::wire::neutral::{Citation, Event, Part, Response, Stop};
use crate::wire::stop_texts::{Passed, StopTexts, StopWindow};
use crate::wire::usage::usage_so_far;

/// The stop texts that the gateway looks for in an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Stops {
    pub(super) texts: Option<StopTexts>,
    /// An estimate of the prompt's tokens.
    pub(super) prompt_tokens: u64,
}

impl Stops {
    /// Cuts a whole answer at the first stop text. Returns whether there was one.
    pub(super) fn cut(&self, response: &mut Response<'_>) -> bool {
        self.texts.as_ref().is_some_and(|texts| cut(response, texts))
    }
}

/// The cut of one stream. Only text is searched, each part of it by itself: not thoughts, and not the arguments of calls.
#[derive(Clone, Debug, Default)]
pub(super) struct StopCut {
    window: Option<Box<StopWindow>>,
    /// Citations of text that is held back.
    cited: Vec<Citation<'static>>,
    state: State,
    /// An estimate of the prompt's tokens.
    prompt_tokens: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    /// The answer ended at a stop text. The provider would go on.
    Cut,
    /// It ended at a stop text, which the provider's own end has shown.
    Ended,
}

impl StopCut {
    pub(super) fn new(stops: Stops) -> Self {
        Self {
            window: stops.texts.map(|texts| Box::new(StopWindow::new(texts))),
            prompt_tokens: stops.prompt_tokens,
            ..Self::default()
        }
    }

    /// The usage of an answer whose provider was not heard to its end, with what it has counted and the bytes of text so far.
    pub(super) fn usage(&self, counted: Option<Tokens>, text_bytes: usize) -> Tokens {
        usage_so_far(counted, self.prompt_tokens, text_bytes)
    }

    /// Whether a stop text ended the answer.
    pub(super) fn has_cut(&self) -> bool {
        self.state != State::Open
    }

    /// Whether nothing is wanted any more of the provider.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Cut
    }

    /// Gives `out` the event, as far as it stands before a stop text, and then the reason of the end.
    pub(super) fn pass(&mut self, event: Event<'_>, out: &mut dyn FnMut(Event<'_>)) {
        let Some(window) = &mut self.window else {
            return out(event);
        };
        if self.state == State::Cut {
            return;
        }

        match event {
            Event::Text(text) => {
                let passed = window.push(&text);
                self.tell(passed, out);
            }
            Event::Citation(citation) if window.holds() => self.cited.push(citation.into_owned()),
            Event::Usage(_) | Event::Citation(_) | Event::Start { .. } => out(event),
            event => {
                let passed = window.finish();
                let ended = self.tell(passed, out);
                match event {
                    // The provider has ended its answer too.
                    Event::Stop { .. } if ended => self.state = State::Ended,
                    event if !ended => out(event),
                    _ => {}
                }
            }
        }
    }

    /// Gives `out` text that is held back, for a stream that breaks off.
    pub(super) fn flush(&mut self, out: &mut dyn FnMut(Event<'_>)) {
        if let Some(window) = &mut self.window {
            let passed = window.finish();
            self.tell(passed, out);
        }
    }

    /// Returns whether the text ended the answer.
    fn tell(&mut self, passed: Passed, out: &mut dyn FnMut(Event<'_>)) -> bool {
        let Passed { text, ended_by, .. } = passed;
        if !text.is_empty() {
            out(Event::Text(text.into()));
        }
        let is_held = self.window.as_ref().is_some_and(|window| window.holds());
        if !is_held {
            self.cited.drain(..).map(Event::Citation).for_each(&mut *out);
        }

        let Some(sequence) = ended_by else { return false };
        self.state = State::Cut;
        out(Event::Stop {
            stop: Stop::Sequence,
            sequence: Some(sequence.into()),
        });
        true
    }
}

fn cut(response: &mut Response<'_>, texts: &StopTexts) -> bool {
    for index in 0..response.parts.len() {
        let Some(Part::Text { text, citations, .. }) = response.parts.get_mut(index) else {
            continue;
        };
        let Some((at, stop)) = texts.first_in(text) else {
            continue;
        };

        text.to_mut().truncate(at);
        let (characters, is_empty) = (text.chars().count() as u64, text.is_empty());
        citations.retain(|citation| citation.span.is_none_or(|(start, _)| start < characters) && !is_empty);
        response.parts.truncate(if is_empty { index } else { index + 1 });
        response.stop = Stop::Sequence;
        response.stop_sequence = Some(stop.to_owned().into());
        return true;
    }
    false
}
