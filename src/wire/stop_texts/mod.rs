//! Stop texts that the gateway itself looks for, since the model that runs cannot be told them.
//!
//! An answer ends before the stop text that begins first in it; of several that begin there, before the shortest. That is so
//! whether the answer comes whole or in pieces, and however it is cut into them.

#[cfg(test)]
mod tests;

use std::sync::Arc;

/// The texts that end an answer. There is at least one, and none is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopTexts(Arc<[Box<str>]>);

impl StopTexts {
    /// The texts but for empty ones; `None` if none is left.
    pub fn new<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Option<Self> {
        let texts: Arc<[Box<str>]> = texts
            .into_iter()
            .filter(|text| !text.as_ref().is_empty())
            .map(|text| text.as_ref().into())
            .collect();
        (!texts.is_empty()).then_some(Self(texts))
    }

    /// The first stop text in a text that is complete: where it begins, and what it is.
    pub fn first_in(&self, text: &str) -> Option<(usize, &str)> {
        let bytes = text.as_bytes();
        self.beginnings(bytes)
            .find_map(|at| Some((at, self.whole_at(bytes.get(at..)?)?)))
    }

    /// The first place where a stop text stands, or may stand once more text has come.
    fn first_open(&self, text: &[u8]) -> Option<(usize, Option<&str>)> {
        self.beginnings(text).find_map(|at| {
            let rest = text.get(at..)?;
            match self.whole_at(rest) {
                Some(stop) => Some((at, Some(stop))),
                None => self
                    .0
                    .iter()
                    .any(|stop| stop.as_bytes().starts_with(rest))
                    .then_some((at, None)),
            }
        })
    }

    /// The places of bytes that begin a stop text.
    fn beginnings<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = usize> + 't {
        let begins = |byte: &u8| self.0.iter().any(|stop| stop.as_bytes().first() == Some(byte));
        text.iter()
            .enumerate()
            .filter(move |(_, byte)| begins(byte))
            .map(|(at, _)| at)
    }

    /// The shortest stop text at the start of a text.
    fn whole_at(&self, text: &[u8]) -> Option<&str> {
        let whole = self.0.iter().filter(|stop| text.starts_with(stop.as_bytes()));
        whole.min_by_key(|stop| stop.len()).map(AsRef::as_ref)
    }
}

/// What goes on of a piece of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// The text that goes on.
    pub text: String,
    /// The stop text that ended the answer.
    pub ended_by: Option<String>,
    /// Bytes of text that came and go nowhere.
    pub lost: usize,
}

/// Looks for stop texts in a text that comes in pieces. It holds back what may be the start of one: less than the longest.
#[derive(Clone, Debug)]
pub struct StopWindow {
    texts: StopTexts,
    held: String,
}

impl StopWindow {
    /// A window over a text that has not begun.
    pub fn new(texts: StopTexts) -> Self {
        Self {
            texts,
            held: String::new(),
        }
    }

    /// Whether text is held back.
    pub fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Takes the next piece. Nothing of the text may be told after one that ended it.
    pub fn push(&mut self, piece: &str) -> Passed {
        let mut text = std::mem::take(&mut self.held);
        text.push_str(piece);

        match self.texts.first_open(text.as_bytes()) {
            None => Passed {
                text,
                ..Passed::default()
            },
            Some((at, Some(stop))) => cut(text, at, stop),
            Some((at, None)) => {
                self.held = text.split_off(at);
                Passed {
                    text,
                    ..Passed::default()
                }
            }
        }
    }

    /// Takes the end of the text: what is held back goes on, up to a stop text in it.
    pub fn finish(&mut self) -> Passed {
        let text = std::mem::take(&mut self.held);
        match self.texts.first_in(&text) {
            Some((at, stop)) => cut(text, at, stop),
            None => Passed {
                text,
                ..Passed::default()
            },
        }
    }
}

fn cut(mut text: String, at: usize, stop: &str) -> Passed {
    let lost = text.len() - at;
    text.truncate(at);
    Passed {
        text,
        ended_by: Some(stop.to_owned()),
        lost,
    }
}
