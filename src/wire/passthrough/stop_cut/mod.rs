//! Ends a forwarded answer at the client's stop texts, where the provider was not told of them. Only events with text that is
//! cut or held back for a moment are changed; all else stays as it came.

mod chat;
mod messages;
#[cfg(test)]
mod tests;
mod whole;

use bytes::Bytes;

use crate::domain::{Protocol, Tokens};
use crate::wire::answer_note::AnswerNote;
use crate::wire::error::ApiError;
use crate::wire::event_stream::{EventStream, Metered, StreamEnd};
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};
use crate::wire::stop_texts::StopTexts;
use crate::wire::usage::usage_so_far;

pub use whole::cut_answer;

/// What ends a forwarded answer, and what its client reads then.
#[derive(Clone, Debug)]
pub struct StopCut {
    /// The texts that end it.
    pub texts: StopTexts,
    /// The number of answers that the client has asked for (chat).
    pub answers: u64,
    /// An estimate of the prompt's tokens, for the client if the provider has told no counts yet.
    pub prompt_tokens: u64,
}

/// Cuts the events of one protocol.
trait CutEvents {
    /// Appends what the client gets of an event, as an event.
    fn event(&mut self, data: &[u8], out: &mut Vec<u8>);

    /// Appends the text that is still held back, at the end of a stream that its provider did not mark.
    fn flush(&mut self, out: &mut Vec<u8>);

    /// What was cut so far.
    fn progress(&self) -> Progress;

    /// Appends the events that end an answer that was cut.
    fn close(&self, usage: Usage, out: &mut Vec<u8>);
}

/// What was cut of an answer.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// A stop text ended the answer, or one of several.
    has_cut: bool,
    /// Nothing is wanted any more of the provider.
    is_over: bool,
    /// Bytes of text that came and that the client did not get.
    lost: usize,
}

/// The counts that the client reads at the end.
#[derive(Clone, Copy, Debug)]
struct Usage {
    tokens: Tokens,
    /// Whether the provider has counted the prompt.
    counted: bool,
}

/// A forwarded stream that ends at a stop text.
pub(super) struct CutStream {
    inner: Box<dyn EventStream + Send>,
    reader: EventReader,
    cut: Box<dyn CutEvents + Send>,
    prompt_tokens: u64,
    /// What was metered when a stop text ended the answer.
    ended: Option<Metered>,
}

impl CutStream {
    /// `include_usage`: the client asked for the usage chunk (chat).
    pub(super) fn new(
        inner: Box<dyn EventStream + Send>,
        protocol: Protocol,
        stops: StopCut,
        include_usage: bool,
        longest_event: usize,
    ) -> Self {
        let cut: Box<dyn CutEvents + Send> = match protocol {
            Protocol::AnthropicMessages => Box::new(messages::Cut::new(stops.texts)),
            _ => Box::new(chat::Cut::new(stops.texts, stops.answers, include_usage)),
        };
        Self {
            inner,
            reader: EventReader::default().holding(longest_event),
            cut,
            prompt_tokens: stops.prompt_tokens,
            ended: None,
        }
    }

    /// Gives the inner stream what it gets in place of what came, and the end of the answer if it was cut.
    fn pass(&mut self, changed: Vec<u8>, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        if !changed.is_empty() {
            self.inner.push(&changed.into(), out)?;
        }

        let progress = self.cut.progress();
        if progress.is_over && self.ended.is_none() {
            let metered = self.metered();
            let tokens = usage_so_far(metered.tokens, self.prompt_tokens, metered.text_bytes);
            let usage = Usage {
                tokens,
                counted: metered.tokens.is_some(),
            };
            let mut last = Vec::new();
            self.cut.close(usage, &mut last);
            self.ended = Some(Metered {
                // Without counts of the provider's the call is billed by an estimate.
                tokens: metered.tokens.map(|_| tokens),
                ..metered
            });
            self.inner.push(&last.into(), out)?;
        }
        Ok(())
    }
}

impl EventStream for CutStream {
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        let (mut changed, mut comments) = (Vec::new(), Vec::new());
        let cut = &mut self.cut;
        let judge = |data: &[u8]| {
            if !cut.progress().is_over {
                cut.event(data, &mut changed);
            }
            EventAction::Drop
        };
        let read = self.reader.push(chunk, judge, |comment| comments.push(comment));

        for comment in comments {
            self.inner.push(&comment, out)?;
        }
        self.pass(changed, out)?;
        read
    }

    fn finish(&mut self) -> Option<Bytes> {
        let mut changed = Vec::new();
        let cut = &mut self.cut;
        self.reader.finish(|data| {
            if !cut.progress().is_over {
                cut.event(data, &mut changed);
            }
            EventAction::Drop
        });
        self.cut.flush(&mut changed);

        let mut out = Vec::new();
        // An event that is too long has failed before.
        let _ = self.pass(changed, &mut out);
        out.extend(self.inner.finish());
        (!out.is_empty()).then(|| out.concat().into())
    }

    fn fail(&mut self, error: &ApiError) -> Bytes {
        let (mut held, mut out) = (Vec::new(), Vec::new());
        self.cut.flush(&mut held);
        let _ = self.inner.push(&held.into(), &mut out);
        out.push(self.inner.fail(error));
        out.concat().into()
    }

    fn keepalive(&mut self) -> Option<Bytes> {
        self.inner.keepalive()
    }

    fn end(&self) -> StreamEnd {
        self.inner.end()
    }

    fn is_done(&self) -> bool {
        self.inner.is_done()
    }

    fn has_content(&self) -> bool {
        self.inner.has_content() || self.cut.progress().is_over
    }

    fn held(&self) -> usize {
        self.reader.held() + self.inner.held()
    }

    fn metered(&self) -> Metered {
        let metered = self.ended.unwrap_or_else(|| self.inner.metered());
        let progress = self.cut.progress();
        Metered {
            text_bytes: match self.ended {
                Some(ended) => ended.text_bytes,
                None => metered.text_bytes + progress.lost,
            },
            notes: metered.notes.with(AnswerNote::StopCut, progress.has_cut),
            ..metered
        }
    }

    fn error(&self) -> Option<&Reported> {
        self.inner.error()
    }

    fn shows_error(&self) -> bool {
        self.inner.shows_error()
    }
}
