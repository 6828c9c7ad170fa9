//! Answers of providers whose signatures only they can read, for clients that speak the same protocol: the signatures are packed
//! with a mark of their domain, and all else stays as it came. The owner of the protocol would refuse them as they are.

#[cfg(test)]
mod tests;

use bytes::Bytes;

use crate::domain::Protocol;
use crate::wire::error::ApiError;
use crate::wire::event_stream::{EventStream, Metered, StreamEnd};
use crate::wire::json::{Outline, OutlineNode, Span};
use crate::wire::neutral::is_packed;
use crate::wire::reported::Reported;
use crate::wire::sse::{EventAction, EventReader, EventTooLong};

/// Values that are looked at have at most so many objects and lists around them: event, `response`, `output`, item.
const DEPTH: usize = 4;

/// A whole answer with its signatures packed: `start` stands before each of them. `None` if it has none.
pub fn pack_signatures(answer: &[u8], protocol: Protocol, start: &[u8]) -> Option<Vec<u8>> {
    if !may_have_signatures(answer) {
        return None;
    }

    let text = std::str::from_utf8(answer).ok()?;
    let start = std::str::from_utf8(start).ok()?;
    let outline = Outline::of(text, DEPTH);
    let mut out = String::with_capacity(text.len() + 4 * start.len());
    let mut done = 0;
    for at in in_parts(&outline.root(), protocol) {
        out.push_str(text.get(done..at)?);
        out.push_str(start);
        done = at;
    }
    out.push_str(text.get(done..)?);
    (done > 0).then(|| out.into_bytes())
}

/// A forwarded stream whose signatures are packed.
pub(super) struct PackedSignatures {
    inner: Box<dyn EventStream + Send>,
    reader: EventReader,
    protocol: Protocol,
    /// What stands before each signature.
    start: Bytes,
    /// Blocks whose signature has begun: more pieces of it may follow (Messages).
    begun: Vec<u64>,
}

impl PackedSignatures {
    pub(super) fn new(
        inner: Box<dyn EventStream + Send>,
        protocol: Protocol,
        start: Bytes,
        longest_event: usize,
    ) -> Self {
        Self {
            inner,
            reader: EventReader::with_text(start.clone()).holding(longest_event),
            protocol,
            start,
            begun: Vec::new(),
        }
    }

    /// Packs what is left to pack in whole events. Each turn packs one signature of each event.
    fn pack_all(&mut self, mut events: Vec<Bytes>, mut changed: bool) -> Result<Vec<Bytes>, EventTooLong> {
        let Self {
            protocol, start, begun, ..
        } = self;
        // An event of Messages has one at most.
        while std::mem::take(&mut changed) && *protocol != Protocol::AnthropicMessages {
            let mut reader = EventReader::with_text(start.clone());
            let mut packed = Vec::with_capacity(events.len());
            for piece in events {
                let judge = |data: &[u8]| judge(data, *protocol, begun, &mut changed);
                reader.push(&piece, judge, |piece| packed.push(piece))?;
            }
            events = packed;
        }
        Ok(events)
    }
}

impl EventStream for PackedSignatures {
    fn push(&mut self, chunk: &Bytes, out: &mut Vec<Bytes>) -> Result<(), EventTooLong> {
        let (mut events, mut changed) = (Vec::new(), false);
        let Self {
            reader,
            protocol,
            begun,
            ..
        } = self;
        let read = reader.push(
            chunk,
            |data| judge(data, *protocol, begun, &mut changed),
            |piece| events.push(piece),
        );

        for piece in self.pack_all(events, changed)? {
            self.inner.push(&piece, out)?;
        }
        read
    }

    fn finish(&mut self) -> Option<Bytes> {
        let mut changed = false;
        let Self {
            reader,
            protocol,
            begun,
            ..
        } = self;
        let last = reader.finish(|data| judge(data, *protocol, begun, &mut changed));

        let mut out = Vec::new();
        let rest = self.pack_all(last.into_iter().collect(), changed);
        for piece in rest.unwrap_or_default() {
            let _ = self.inner.push(&piece, &mut out);
        }
        out.extend(self.inner.finish());
        (!out.is_empty()).then(|| out.concat().into())
    }

    fn fail(&mut self, error: &ApiError) -> Bytes {
        self.inner.fail(error)
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
        self.inner.has_content()
    }

    fn held(&self) -> usize {
        self.reader.held() + self.inner.held()
    }

    fn metered(&self) -> Metered {
        self.inner.metered()
    }

    fn error(&self) -> Option<&Reported> {
        self.inner.error()
    }

    fn shows_error(&self) -> bool {
        self.inner.shows_error()
    }
}

/// Packs the first signature of an event that is not packed.
fn judge(data: &[u8], protocol: Protocol, begun: &mut Vec<u64>, changed: &mut bool) -> EventAction {
    let found = match std::str::from_utf8(data) {
        Ok(text) if may_have_signatures(data) => in_event(text, protocol, begun),
        _ => None,
    };
    match found {
        Some(at) => {
            *changed = true;
            EventAction::Replace(Span { start: at, end: at })
        }
        None => EventAction::Forward,
    }
}

/// Whether an answer or an event may have signatures.
fn may_have_signatures(data: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(data, needle.as_bytes()).is_some();
    has("signature") || has("encrypted_content") || has("redacted_thinking")
}

/// Where the first signature of an event begins.
fn in_event(text: &str, protocol: Protocol, begun: &mut Vec<u64>) -> Option<usize> {
    let outline = Outline::of(text, DEPTH);
    let root = outline.root();
    if protocol != Protocol::AnthropicMessages {
        let of_answer = root
            .get("response")
            .and_then(|response| in_parts(&response, protocol).into_iter().next());
        return of_answer.or_else(|| in_part(&root.get("item")?, protocol));
    }

    let index = root
        .get("index")
        .and_then(|index| index.text().parse().ok())
        .unwrap_or(0);
    let at = match root.get("content_block") {
        Some(block) => {
            begun.retain(|known| *known != index);
            in_part(&block, protocol)
        }
        None if begun.contains(&index) => None,
        None => {
            let delta = root.get("delta").filter(|delta| kind_is(delta, "signature_delta"))?;
            unpacked_text(&delta.get("signature")?)
        }
    };
    if at.is_some() {
        begun.push(index);
    }
    at
}

/// Where the signatures of a whole answer begin.
fn in_parts(answer: &OutlineNode<'_>, protocol: Protocol) -> Vec<usize> {
    let list = answer.get(match protocol {
        Protocol::AnthropicMessages => "content",
        _ => "output",
    });
    let parts = list.into_iter().flat_map(|list| list.elements());
    parts.filter_map(|part| in_part(&part, protocol)).collect()
}

/// Where the signature of a block or an item begins, if it is not packed.
fn in_part(part: &OutlineNode<'_>, protocol: Protocol) -> Option<usize> {
    let field = match protocol {
        Protocol::AnthropicMessages if kind_is(part, "thinking") => "signature",
        Protocol::AnthropicMessages if kind_is(part, "redacted_thinking") => "data",
        Protocol::OpenaiResponses if kind_is(part, "reasoning") => "encrypted_content",
        _ => return None,
    };
    unpacked_text(&part.get(field)?)
}

/// Where a text begins that is neither empty nor packed.
fn unpacked_text(node: &OutlineNode<'_>) -> Option<usize> {
    let text = node.string()?;
    (!text.is_empty() && !is_packed(&text)).then(|| node.span().start + 1)
}

fn kind_is(part: &OutlineNode<'_>, kind: &str) -> bool {
    part.get("type").is_some_and(|node| node.is(kind))
}
