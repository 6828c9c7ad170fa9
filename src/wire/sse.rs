//! Server-sent events, read while they pass: bytes go on as they came, whole events at a time, and each event is shown
//! to a judge that may keep it from the client.
//!
//! Any split of the stream gives the same events and, in sum, the same bytes. Lines may end in LF, CR or CRLF; comments
//! and a byte order mark are passed on. Only the event that has begun and not ended is held back: no client could act
//! on part of one, and a stream that breaks can then still end in a clean error event.

use std::borrow::Cow;

use bytes::Bytes;

/// The longest event that is held, in bytes.
pub const MAX_EVENT: usize = 1 << 20;

/// An event grew beyond [`MAX_EVENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is longer than {MAX_EVENT} bytes")]
pub struct EventTooLong;

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The client gets it.
    Show,
    /// The client does not.
    Hide,
}

/// The reader's memory between chunks.
#[derive(Debug, Default)]
pub struct EventReader {
    /// The bytes of the event that has begun in earlier chunks.
    held: Vec<u8>,
    /// Whether the current line has bytes.
    in_line: bool,
    /// Whether the current line is a comment.
    comment: bool,
    /// Whether the current event has a line that is not a comment.
    has_fields: bool,
    /// The last byte was CR: a following LF belongs to it.
    after_cr: bool,
    /// The last event was hidden, so that an LF which still belongs to it is hidden too.
    hid_last: bool,
}

impl EventReader {
    /// Takes a chunk of the stream; `out` gets what may go to the client now, `judge` sees each event that ends in it.
    ///
    /// # Errors
    /// If an event is longer than [`MAX_EVENT`]; nothing of it goes out.
    pub fn push(
        &mut self,
        chunk: &Bytes,
        mut judge: impl FnMut(&[u8]) -> Verdict,
        mut out: impl FnMut(Bytes),
    ) -> Result<(), EventTooLong> {
        let bytes: &[u8] = chunk;
        // `open` is where the current event starts, `run` where what can go out starts: `run..open` is decided.
        let (mut at, mut open, mut run) = (0, 0, 0);
        if self.after_cr && bytes.first() == Some(&b'\n') {
            at = 1;
            if self.held.is_empty() {
                open = 1;
                if self.hid_last {
                    run = 1;
                }
            }
        }
        self.after_cr = self.after_cr && bytes.is_empty();
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            if !self.in_line {
                self.comment = rest.first() == Some(&b':');
            }
            let Some(length) = memchr::memchr2(b'\n', b'\r', rest) else {
                self.in_line = true;
                self.has_fields |= !self.comment;
                break;
            };
            let empty = !self.in_line && length == 0;
            self.has_fields |= !empty && !self.comment;
            at += length + 1;
            if rest.get(length) == Some(&b'\r') {
                match bytes.get(at) {
                    Some(b'\n') => at += 1,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
            self.in_line = false;
            if empty {
                let verdict = self.end_event(bytes.get(open..at).unwrap_or_default(), &mut judge);
                self.hid_last = verdict == Verdict::Hide;
                self.has_fields = false;
                match (verdict, self.held.is_empty()) {
                    (Verdict::Show, true) => {}
                    (Verdict::Show, false) => {
                        out(Bytes::from(std::mem::take(&mut self.held)));
                        run = at;
                    }
                    (Verdict::Hide, _) => {
                        self.held.clear();
                        send(chunk, run, open, &mut out);
                        run = at;
                    }
                }
                open = at;
            } else if !self.has_fields && self.held.is_empty() {
                // A comment between events: a keep-alive must not wait for the next event.
                self.hid_last = false;
                open = at;
            }
        }
        send(chunk, run, open, &mut out);
        let rest = bytes.get(open..).unwrap_or_default();
        if self.held.len() + rest.len() > MAX_EVENT {
            return Err(EventTooLong);
        }
        self.held.extend_from_slice(rest);
        Ok(())
    }

    /// Ends the stream: what was held of an event that has not ended, for a stream that is complete without its last
    /// blank line.
    pub fn finish(&mut self, judge: impl FnMut(&[u8]) -> Verdict) -> Option<Bytes> {
        let mut held = std::mem::take(&mut self.held);
        let shown = !held.is_empty() && judge_raw(&held, judge) == Verdict::Show;
        if !shown {
            return None;
        }
        held.extend_from_slice(b"\n\n");
        Some(held.into())
    }

    /// Judges the event whose last part is `part`; adds the part to what is held, if anything is.
    fn end_event(&mut self, part: &[u8], judge: &mut impl FnMut(&[u8]) -> Verdict) -> Verdict {
        if self.held.is_empty() {
            return if self.has_fields { judge_raw(part, judge) } else { Verdict::Show };
        }
        self.held.extend_from_slice(part);
        if self.has_fields { judge_raw(&self.held, judge) } else { Verdict::Show }
    }
}

fn send(chunk: &Bytes, from: usize, to: usize, out: &mut impl FnMut(Bytes)) {
    if from < to {
        out(if from == 0 && to == chunk.len() { chunk.clone() } else { chunk.slice(from..to) });
    }
}

fn judge_raw(raw: &[u8], mut judge: impl FnMut(&[u8]) -> Verdict) -> Verdict {
    match data(raw) {
        Some(data) => judge(&data),
        None => Verdict::Show,
    }
}

/// The data of an event: its `data` lines without their names, joined by LF; `None` if it has none.
pub fn data(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut joined: Option<Cow<'_, [u8]>> = None;
    let mut rest = raw;
    while !rest.is_empty() {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        // An LF after a CR reads as one more empty line here, which says nothing.
        rest = after.get(1..).unwrap_or_default();
        let Some(value) = line.strip_prefix(b"data") else { continue };
        let value = match value.split_first() {
            None => value,
            Some((b':', value)) => value.strip_prefix(b" ").unwrap_or(value),
            Some(_) => continue,
        };
        joined = Some(match joined {
            None => Cow::Borrowed(value),
            Some(before) => {
                let mut before = before.into_owned();
                before.push(b'\n');
                before.extend_from_slice(value);
                Cow::Owned(before)
            }
        });
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What came out, and which events were seen, of a stream that arrives in these chunks.
    fn read(chunks: &[&[u8]], hide: &str) -> (Vec<u8>, Vec<String>, Vec<Bytes>) {
        let mut reader = EventReader::default();
        let (mut events, mut pieces) = (Vec::new(), Vec::new());
        for chunk in chunks {
            let judge = |data: &[u8]| {
                events.push(String::from_utf8_lossy(data).into_owned());
                if data == hide.as_bytes() { Verdict::Hide } else { Verdict::Show }
            };
            reader.push(&Bytes::copy_from_slice(chunk), judge, |piece| pieces.push(piece)).unwrap();
        }
        (pieces.concat(), events, pieces)
    }

    const STREAM: &[u8] = b"\xef\xbb\xbfdata: one\n\n: keep-alive\n\n:c\rdata:two\r\ndata: more\r\n\r\nevent: x\rdata\rid: 1\r\rdata: hidden\n\ndata: hidden\r\rdata: hidden\r\n\r\n\n\ndata: last\n\n";
    const SHOWN: &[u8] = b"\xef\xbb\xbfdata: one\n\n: keep-alive\n\n:c\rdata:two\r\ndata: more\r\n\r\nevent: x\rdata\rid: 1\r\r\n\ndata: last\n\n";

    #[test]
    fn a_stream_split_at_every_byte_gives_the_same_bytes_and_events() {
        let events = ["one", "two\nmore", "", "hidden", "hidden", "hidden", "last"];
        assert_eq!(read(&[STREAM], "hidden").1, events);
        for at in 0..=STREAM.len() {
            let (head, tail) = STREAM.split_at(at);

            let (all, seen, _) = read(&[head, tail], "nothing is hidden");
            assert_eq!((all.as_slice(), seen), (STREAM, events.map(String::from).to_vec()), "split at {at}");

            let (all, ..) = read(&[head, tail], "hidden");
            assert_eq!(String::from_utf8_lossy(&all), String::from_utf8_lossy(SHOWN), "split at {at}");
        }
        let bytes: Vec<&[u8]> = STREAM.chunks(1).collect();
        assert_eq!(read(&bytes, "hidden").0, SHOWN);
    }

    #[test]
    fn a_chunk_of_whole_events_passes_as_it_is() {
        let chunk = Bytes::from_static(b"data: a\n\ndata: b\n\n");
        let mut pieces = Vec::new();

        EventReader::default().push(&chunk, |_| Verdict::Show, |piece| pieces.push(piece)).unwrap();

        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces.first().map(|piece| piece.as_ptr()), Some(chunk.as_ptr()), "no copy");
    }

    #[test]
    fn whole_events_do_not_wait_for_the_one_that_follows() {
        let (all, ..) = read(&[b"data: a\n\ndata: b"], "");

        assert_eq!(all, b"data: a\n\n");
    }

    #[test]
    fn comments_do_not_wait() {
        assert_eq!(read(&[b": ping\n"], "").0, b": ping\n");
    }

    #[test]
    fn an_event_that_never_ends_is_refused() {
        let mut reader = EventReader::default();
        let chunk = Bytes::from(vec![b'a'; MAX_EVENT]);

        assert!(reader.push(&chunk, |_| Verdict::Show, |_| {}).is_ok());
        assert_eq!(reader.push(&Bytes::from_static(b"a"), |_| Verdict::Show, |_| {}), Err(EventTooLong));
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_split_come_out_as_they_went_in(
            text in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(b':'), Just(b'd'), any::<u8>()], 0..200),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|c| c.index(text.len() + 1)).collect();
            cuts.sort_unstable();
            let mut reader = EventReader::default();
            let (mut out, mut seen, mut whole) = (Vec::new(), Vec::new(), Vec::new());
            let mut at = 0;
            for cut in cuts.into_iter().chain([text.len()]) {
                let chunk = Bytes::copy_from_slice(&text[at..cut]);
                reader.push(&chunk, |d| { seen.push(d.to_vec()); Verdict::Show }, |p| out.extend_from_slice(&p)).unwrap();
                at = cut;
            }
            out.extend_from_slice(&reader.held);
            EventReader::default().push(&Bytes::from(text.clone()), |d| { whole.push(d.to_vec()); Verdict::Show }, |_| {}).unwrap();

            prop_assert_eq!(out, text);
            prop_assert_eq!(seen, whole);
        }
    }
}
