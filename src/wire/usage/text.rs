//! Counts the text of an answer or a request, for estimates of tokens.

use crate::domain::Tokens;

/// An estimate of the tokens in so many bytes of text, if the provider sent no counts: a token is about four bytes.
pub fn estimate(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(4)
}

/// The usage of an answer whose provider was not heard to its end: the counts that it has sent, and an estimate for the rest of
/// the text that came. `prompt`: an estimate of the prompt's tokens.
pub fn usage_so_far(counted: Option<Tokens>, prompt: u64, text_bytes: usize) -> Tokens {
    let tokens = counted.unwrap_or(Tokens {
        prompt,
        ..Tokens::default()
    });
    Tokens {
        completion: tokens.completion.max(estimate(text_bytes)),
        ..tokens
    }
}

/// The bytes of text in an answer, for [`estimate`]: the strings under the keys that carry generated text.
pub fn text_bytes(json: &[u8]) -> usize {
    // `content` also ends `reasoning_content`.
    [b"content\"".as_slice(), b"arguments\"", b"reasoning\""]
        .iter()
        .map(|key| strings_after(json, key))
        .sum()
}

/// The bytes of text that one picture or file in a request counts as.
pub const INLINE: usize = 8_192;

/// Bytes of base 64 that are worth counting apart from text, at least.
const SHORTEST_DATA: usize = 4_096;

/// The pictures and files that a request carries as base 64: how many bytes they take, and how many there are. A provider
/// counts their tokens by what they show, not by their length.
pub fn inline_data(json: &[u8]) -> (usize, usize) {
    let mut found = (0, 0);
    if json.len() < SHORTEST_DATA {
        return found;
    }

    let mut at = 0;
    while let Some(found_at) = json.get(at..).and_then(|rest| memchr::memmem::find(rest, b"base64")) {
        at += found_at + b"base64".len();
        let rest = json.get(at..).unwrap_or_default();

        // `data:image/png;base64,…`, or Anthropic's `"type":"base64", …, "data":"…"`.
        let is_address = json.get(..at).is_some_and(|before| before.ends_with(b";base64"));
        let start = match rest.strip_prefix(b",").filter(|_| is_address) {
            Some(_) => Some(1),
            None => memchr::memmem::find(rest.get(..200).unwrap_or(rest), b"\"data\"")
                .and_then(|key| Some(key + 6 + memchr::memchr(b'"', rest.get(key + 6..)?)? + 1)),
        };
        let Some(start) = start else { continue };

        let data = rest.get(start..).unwrap_or_default();
        let length = memchr::memchr(b'"', data).unwrap_or(data.len());
        if length >= SHORTEST_DATA {
            found = (found.0 + length, found.1 + 1);
            at += start + length;
        }
    }

    found
}

fn strings_after(json: &[u8], key: &[u8]) -> usize {
    memchr::memmem::find_iter(json, key)
        .map(|at| string_length(value_after(json, at + key.len())))
        .sum()
}

/// The text from the first byte of the value on whose key ends at `at`.
pub(in crate::wire) fn value_after(json: &[u8], at: usize) -> &[u8] {
    let rest = json.get(at..).unwrap_or_default().trim_ascii_start();
    rest.strip_prefix(b":").unwrap_or_default().trim_ascii_start()
}

/// The bytes of the string that starts here, without its quotes; 0 if it is no string.
fn string_length(value: &[u8]) -> usize {
    let Some(inner) = value.strip_prefix(b"\"") else {
        return 0;
    };

    let mut at = 0;
    while let Some(found) = inner.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if inner.get(at) == Some(&b'"') {
            return at;
        }
        at += 2;
    }

    inner.len()
}
