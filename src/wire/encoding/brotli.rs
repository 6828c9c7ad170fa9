//! `br`, without large windows.

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::error::DecodeError;
use super::input::advance;
use super::name::Encoding;

/// Decodes one body of one stream.
pub(super) struct Brotli {
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    written: usize,
    ended: bool,
}

impl Default for Brotli {
    fn default() -> Self {
        let alloc = StandardAlloc::default;
        // Without the large windows, which may take a gigabyte.
        Self {
            state: BrotliState::new_strict(alloc(), alloc(), alloc()),
            written: 0,
            ended: false,
        }
    }
}

impl Brotli {
    pub(super) fn decode(&mut self, input: &mut &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        if self.ended {
            return if input.is_empty() {
                Ok(0)
            } else {
                Err(DecodeError::Trailing(Encoding::Brotli))
            };
        }

        let (mut left, mut read, mut room, mut written) = (input.len(), 0, out.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut read,
            input,
            &mut room,
            &mut written,
            out,
            &mut self.written,
            &mut self.state,
        );
        advance(input, read);

        match result {
            BrotliResult::ResultFailure => Err(DecodeError::Invalid(Encoding::Brotli)),
            BrotliResult::ResultSuccess => {
                self.ended = true;
                if written == 0 && !input.is_empty() {
                    return Err(DecodeError::Trailing(Encoding::Brotli));
                }
                Ok(written)
            }
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => Ok(written),
        }
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }
}
