//! Mends text that is no UTF-8: each bad byte becomes U+FFFD, and nothing else is lost.

use bytes::Bytes;

/// The character that takes the place of a bad byte.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// Mends a text that comes in pieces. A character may be cut between two of them.
#[derive(Debug, Default)]
pub struct Utf8Mender {
    /// The start of a character whose end has not come, up to three bytes.
    begun: Vec<u8>,
}

impl Utf8Mender {
    /// The piece as it goes on; `None` if it can go on as it is. The start of a character at its end waits for the next piece.
    pub fn mend(&mut self, piece: &Bytes) -> Option<Bytes> {
        if self.begun.is_empty() {
            if piece.is_ascii() {
                return None;
            }
            let error = std::str::from_utf8(piece).err()?;
            if error.error_len().is_none() {
                let whole = error.valid_up_to();
                self.begun.extend_from_slice(piece.get(whole..).unwrap_or_default());
                return Some(piece.slice(..whole));
            }
        }

        let mut text = std::mem::take(&mut self.begun);
        text.extend_from_slice(piece);
        let (mended, begun) = mend(&text);
        self.begun = begun.to_vec();
        Some(mended.into())
    }

    /// What goes on after the last piece.
    pub fn finish(&mut self) -> Option<Bytes> {
        let begun = std::mem::take(&mut self.begun);
        (!begun.is_empty()).then(|| REPLACEMENT.repeat(begun.len()).into())
    }
}

/// A whole text, mended; `None` if it is UTF-8.
pub fn mended(text: &[u8]) -> Option<Vec<u8>> {
    std::str::from_utf8(text).err()?;
    let (mut mended, begun) = mend(text);
    mended.extend(REPLACEMENT.repeat(begun.len()));
    Some(mended)
}

/// The text with its bad bytes replaced, and the start of a character at its end.
fn mend(text: &[u8]) -> (Vec<u8>, &[u8]) {
    let mut mended = Vec::with_capacity(text.len() + REPLACEMENT.len());
    let mut rest = text;

    while let Err(error) = std::str::from_utf8(rest) {
        let (good, bad) = rest.split_at(error.valid_up_to());
        mended.extend_from_slice(good);
        let Some(length) = error.error_len() else {
            return (mended, bad);
        };
        mended.extend(REPLACEMENT.repeat(length));
        rest = bad.get(length..).unwrap_or_default();
    }

    mended.extend_from_slice(rest);
    (mended, b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"a\xff\xc3\xa9 \xe2\x82\xac\xf0\x9f\x98\x80\xe2\x82x\xc3";
    const MENDED: &str = "a\u{fffd}é €😀\u{fffd}\u{fffd}x\u{fffd}";

    fn in_pieces(pieces: &[&[u8]]) -> String {
        let (mut mender, mut out) = (Utf8Mender::default(), Vec::new());
        for piece in pieces {
            let piece = Bytes::copy_from_slice(piece);
            out.extend(mender.mend(&piece).unwrap_or(piece));
        }
        out.extend(mender.finish().unwrap_or_default());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn each_bad_byte_is_replaced_and_no_good_one_wherever_the_text_is_cut() {
        for at in 0..=TEXT.len() {
            let (head, tail) = TEXT.split_at(at);
            assert_eq!(in_pieces(&[head, tail]), MENDED, "{at}");
        }
        assert_eq!(in_pieces(&TEXT.chunks(1).collect::<Vec<_>>()), MENDED);
        assert_eq!(mended(TEXT).unwrap(), MENDED.as_bytes());
    }

    #[test]
    fn good_text_is_not_copied() {
        let piece = Bytes::from_static("data: é\n\n".as_bytes());

        assert_eq!(Utf8Mender::default().mend(&piece), None);
        assert_eq!(mended(&piece), None);
    }
}
