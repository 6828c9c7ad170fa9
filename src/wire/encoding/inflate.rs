//! The step that `gzip` and `deflate` share.

use flate2::{Decompress, FlushDecompress, Status};

use super::input::advance;

/// Decodes from the front of `input` into `out`. Returns the number of bytes written, and whether that is the end. If it
/// writes nothing before the end, it has taken all of `input`. `None` if the bytes make no sense.
pub(super) fn inflate(inflate: &mut Decompress, input: &mut &[u8], out: &mut [u8]) -> Option<(usize, bool)> {
    loop {
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(input, out, FlushDecompress::None).ok()?;
        let read = usize::try_from(inflate.total_in() - read).ok()?;
        let written = usize::try_from(inflate.total_out() - written).ok()?;

        advance(input, read);
        if status == Status::StreamEnd || written > 0 || input.is_empty() {
            return Some((written, status == Status::StreamEnd));
        }
        if read == 0 {
            return None;
        }
    }
}
