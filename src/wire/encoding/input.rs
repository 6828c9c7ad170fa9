//! The input of a decoder.

/// Takes so many bytes off the front.
pub fn advance(input: &mut &[u8], by: usize) {
    *input = input.get(by..).unwrap_or_default();
}
