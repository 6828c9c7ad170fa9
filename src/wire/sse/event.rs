//! The bytes of one event: its name, its data, and a part of its data replaced.

use std::borrow::Cow;

use crate::wire::json::Span;

/// Appends the event `raw` to `out`, with `text` in the place of `span` of its data.
pub(super) fn replace(raw: &[u8], span: Span, text: &[u8], out: &mut Vec<u8>) {
    let Some(data) = data(raw) else {
        return out.extend_from_slice(raw);
    };
    let (Some(head), Some(tail)) = (data.get(..span.start), data.get(span.end..)) else {
        return out.extend_from_slice(raw);
    };

    out.reserve(raw.len() + text.len());
    let start = match &data {
        // One line of data: it stands in the event as it is.
        Cow::Borrowed(data) => memchr::memmem::find(raw, data),
        Cow::Owned(_) => None,
    };

    match start {
        Some(at) => {
            out.extend_from_slice(raw.get(..at + span.start).unwrap_or_default());
            out.extend_from_slice(text);
            out.extend_from_slice(raw.get(at + span.end..).unwrap_or_default());
        }
        None => write_joined(name(raw), [head, text, tail], out),
    }
}

/// Writes an event that had several lines of data, which few providers send, in one line: JSON reads the same with spaces for
/// the line ends.
fn write_joined(name: Option<&[u8]>, [head, text, tail]: [&[u8]; 3], out: &mut Vec<u8>) {
    let line = |part: &[u8], out: &mut Vec<u8>| {
        out.extend(part.iter().map(|&byte| if byte == b'\n' { b' ' } else { byte }));
    };

    if let Some(name) = name {
        out.extend_from_slice(b"event: ");
        out.extend_from_slice(name);
        out.push(b'\n');
    }
    out.extend_from_slice(b"data: ");
    line(head, out);
    out.extend_from_slice(text);
    line(tail, out);
    out.extend_from_slice(b"\n\n");
}

/// The name of an event, from its last `event` line.
fn name(raw: &[u8]) -> Option<&[u8]> {
    let lines = raw.split(|byte| matches!(byte, b'\n' | b'\r'));
    lines
        .filter_map(|line| line.strip_prefix(b"event:"))
        .next_back()
        .map(<[u8]>::trim_ascii)
}

/// The data of an event: its `data` lines without their names, joined by LF; `None` if it has no such line.
pub(super) fn data(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
    let mut joined: Option<Cow<'_, [u8]>> = None;
    let mut rest = raw;

    while !rest.is_empty() {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        // An LF after a CR reads as one more empty line here, which says nothing.
        rest = after.get(1..).unwrap_or_default();

        let Some(value) = line.strip_prefix(b"data") else {
            continue;
        };
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
