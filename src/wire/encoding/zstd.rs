//! `zstd`, with a bounded window.

use zstd_safe::zstd_sys::ZSTD_ErrorCode;
use zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, is_error_kind};

use super::error::DecodeError;
use super::input::advance;
use super::name::Encoding;

/// The largest window, as a power of two: 8 MiB. Encoders keep to it (RFC 9659).
const WINDOW: u32 = 23;

/// Decodes one body of one frame or several.
#[derive(Default)]
pub(super) struct Zstd {
    context: Option<DCtx<'static>>,
    /// Whether the last frame that began has ended.
    ended: bool,
    /// Whether the decoder may hold bytes that had no room.
    holds: bool,
}

impl Zstd {
    pub(super) fn decode(&mut self, input: &mut &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        const INVALID: DecodeError = DecodeError::Invalid(Encoding::Zstd);
        let context = match &mut self.context {
            Some(context) => context,
            None => {
                let mut context = DCtx::try_create().ok_or(INVALID)?;
                context
                    .set_parameter(DParameter::WindowLogMax(WINDOW))
                    .map_err(|_| INVALID)?;
                self.context.insert(context)
            }
        };

        while self.holds || !input.is_empty() {
            let mut from = InBuffer::around(input);
            let mut to = OutBuffer::around(out);
            let hint = context.decompress_stream(&mut to, &mut from).map_err(|code| {
                let is = |kind| is_error_kind(code, kind);
                match () {
                    () if is(ZSTD_ErrorCode::ZSTD_error_frameParameter_windowTooLarge) => {
                        DecodeError::Window(Encoding::Zstd)
                    }
                    () if self.ended && is(ZSTD_ErrorCode::ZSTD_error_prefix_unknown) => {
                        DecodeError::Trailing(Encoding::Zstd)
                    }
                    () => INVALID,
                }
            })?;

            let (read, written) = (from.pos, to.pos());
            advance(input, read);
            self.ended = hint == 0;
            self.holds = hint != 0 && written == out.len();
            if written > 0 {
                return Ok(written);
            }
        }

        Ok(0)
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }
}
