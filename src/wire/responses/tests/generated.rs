//! Random streams of neutral events, for property tests.

use proptest::prelude::*;

use super::*;
use crate::domain::{Protocol, Tokens};
use crate::wire::neutral::{Citation, Stop};

/// One part of an answer in pieces, and whether it is a refusal, cited, signed or a call with free text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Words(bool, Vec<String>, bool),
    Thoughts(Vec<String>, bool),
    Call(bool, Vec<String>),
}

pub(super) fn piece() -> impl Strategy<Value = Piece> {
    let texts = || prop::collection::vec(prop_oneof![Just(String::new()), "[a-z\"\\\\é😀\n]{1,6}"], 0..4);
    prop_oneof![
        (any::<bool>(), texts(), any::<bool>()).prop_map(|(refusal, texts, cited)| Piece::Words(refusal, texts, cited)),
        (texts(), any::<bool>()).prop_map(|(texts, signed)| Piece::Thoughts(texts, signed)),
        (any::<bool>(), texts()).prop_map(|(custom, texts)| Piece::Call(custom, texts)),
    ]
}

pub(super) fn stop() -> impl Strategy<Value = Stop> {
    prop::sample::select(vec![
        Stop::End,
        Stop::Sequence,
        Stop::Length,
        Stop::Tools,
        Stop::Refusal,
    ])
}

/// A stream of parts. `marked`: each part ends with a mark, as at Anthropic. Without marks, and if `late`, the arguments of
/// calls come later, by turns.
pub(super) fn stream(
    pieces: Vec<Piece>,
    marked: bool,
    late: bool,
    stop: Stop,
    tokens: Option<u64>,
) -> Vec<Event<'static>> {
    let mut maker = Maker {
        events: vec![Event::Start {
            id: Some("x".into()),
            tokens: None,
        }],
        later: Vec::new(),
        calls: 0,
        late: late && !marked,
    };
    for piece in pieces {
        maker.piece(piece);
        if marked {
            maker.events.push(Event::PartEnd);
        }
    }

    maker.take_turns();

    let mut events = maker.events;
    events.push(Event::Stop { stop, sequence: None });
    events.extend(tokens.map(usage));
    events.push(Event::End);
    events
}

fn usage(prompt: u64) -> Event<'static> {
    Event::Usage(Tokens {
        prompt,
        completion: 7,
        cache_read: 1,
        ..Tokens::default()
    })
}

/// Makes events from pieces.
struct Maker {
    events: Vec<Event<'static>>,
    /// The arguments of each call that come later.
    later: Vec<Vec<Event<'static>>>,
    calls: usize,
    late: bool,
}

impl Maker {
    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Words(refusal, texts, cited) => self.words(refusal, texts, cited),
            Piece::Thoughts(texts, signed) => self.thoughts(texts, signed),
            Piece::Call(custom, texts) => self.call(custom, texts),
        }
    }

    fn words(&mut self, refusal: bool, texts: Vec<String>, cited: bool) {
        let any = texts.iter().any(|text| !text.is_empty());
        let event = |text: String| {
            if refusal {
                Event::Refusal(text.into())
            } else {
                Event::Text(text.into())
            }
        };
        self.events.extend(texts.into_iter().map(event));

        if cited && any && !refusal {
            self.events.push(Event::Citation(Citation {
                url: "https://x.example".into(),
                title: "X".into(),
                quote: None,
                span: None,
            }));
        }
    }

    fn thoughts(&mut self, texts: Vec<String>, signed: bool) {
        self.events
            .extend(texts.into_iter().map(|text| Event::Thinking(text.into())));
        if signed {
            self.events.push(Event::Signature(Signature::of(
                Protocol::OpenaiResponses,
                "gAAA",
                None,
                false,
            )));
        }
    }

    fn call(&mut self, custom: bool, texts: Vec<String>) {
        let index = self.calls;
        self.calls += 1;
        self.events.push(Event::ToolStart {
            index,
            id: format!("call_{index}").into(),
            name: "run".into(),
            custom,
        });

        let pieces = texts.into_iter().map(|text| Event::ToolArguments {
            index,
            text: text.into(),
        });
        if self.late {
            self.later.push(pieces.collect());
        } else {
            self.events.extend(pieces);
        }
    }

    /// Adds the late arguments: one piece of each call, then the next.
    fn take_turns(&mut self) {
        while self.later.iter().any(|call| !call.is_empty()) {
            let open = self.later.iter_mut().filter(|call| !call.is_empty());
            self.events.extend(open.map(|call| call.remove(0)));
        }
    }
}
