//! Frames: a length, a checksum, and so many bytes. A frame that a crash cut off, or that the disk garbled, is noticed.

const HEAD: usize = 8;
/// Longer than any entry, in bytes: a greater length is garbage.
const LONGEST: usize = 1 << 20;

/// Adds a frame around what `payload` writes.
pub(super) fn write(out: &mut Vec<u8>, payload: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD]);
    payload(out);

    let length = u32::try_from(out.len() - start - HEAD).unwrap_or(u32::MAX);
    let body = out.get(start + HEAD..).unwrap_or_default();
    let sum = checksum(length, body);
    if let Some((head, _)) = out
        .get_mut(start..)
        .and_then(|frame| frame.split_first_chunk_mut::<HEAD>())
    {
        let (first, second) = head.split_at_mut(4);
        first.copy_from_slice(&length.to_le_bytes());
        second.copy_from_slice(&sum.to_le_bytes());
    }
}

/// What the first bytes of a buffer are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame<'a> {
    /// A whole frame: its payload, and how many bytes the frame takes.
    Whole(&'a [u8], usize),
    /// Zeros: nothing was written from here on.
    End,
    /// A frame that goes on beyond the buffer.
    Short,
    /// Bytes that are no frame.
    Garbled,
}

/// The first frame of `bytes`.
pub(super) fn first(bytes: &[u8]) -> Frame<'_> {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD>() else {
        return Frame::Short;
    };
    let [a, b, c, d, e, f, g, h] = *head;
    let (length, sum) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    let size = length as usize;

    if length == 0 && sum == 0 {
        return Frame::End;
    }
    if size == 0 || size > LONGEST {
        return Frame::Garbled;
    }

    match rest.get(..size) {
        None => Frame::Short,
        Some(body) if checksum(length, body) == sum => Frame::Whole(body, HEAD + size),
        Some(_) => Frame::Garbled,
    }
}

/// The checksum of the payload and of its length, so that no part of a frame passes for a frame.
fn checksum(length: u32, body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(body);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_frame_reads_back_and_no_part_of_it_does(body in prop::collection::vec(any::<u8>(), 1..300)) {
            let mut bytes = Vec::new();
            write(&mut bytes, |out| out.extend_from_slice(&body));

            prop_assert_eq!(first(&bytes), Frame::Whole(&body, bytes.len()));
            for cut in 0..bytes.len() {
                prop_assert_eq!(first(&bytes[..cut]), Frame::Short);
            }
        }

        #[test]
        fn a_flipped_bit_is_noticed(body in prop::collection::vec(any::<u8>(), 1..60), at: prop::sample::Index, bit in 0_u8..8) {
            let mut bytes = Vec::new();
            write(&mut bytes, |out| out.extend_from_slice(&body));
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;

            prop_assert!(!matches!(first(&bytes), Frame::Whole(..)));
        }
    }

    #[test]
    fn zeros_are_the_end() {
        assert_eq!(first(&[0; 64]), Frame::End);
        assert_eq!(first(&[0; 7]), Frame::Short);
        assert_eq!(first(&[0, 0, 0, 0, 1, 0, 0, 0, 0]), Frame::Garbled);
    }
}
