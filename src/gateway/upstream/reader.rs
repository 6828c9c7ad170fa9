//! An answer of a provider, read piece by piece within its limits.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::body::Body;
use super::http_error::HttpError;
use super::in_time::in_time;
use crate::gateway::memory::Part;
use crate::gateway::options::{Limits, Timeouts};

/// Answers up to this size, in bytes, do not count in the memory that all answers share.
const SMALL: usize = 64 << 10;

/// Reads an answer piece by piece, within its limits.
#[derive(Debug)]
pub struct Reader {
    body: Body,
    idle: Duration,
    ends: Instant,
    left: usize,
    /// Its part of the memory that all answers share.
    part: Part,
}

impl Reader {
    /// A reader of the answer to a call that began at `began`. `part` is its part of the memory that all answers share.
    pub fn new(body: Body, timeouts: &Timeouts, limits: &Limits, began: Instant, part: Part) -> Self {
        Self {
            body,
            idle: timeouts.idle,
            ends: began + timeouts.total,
            left: limits.answer,
            part,
        }
    }

    /// The next piece, however long it takes; `None` at the end.
    pub async fn piece(&mut self) -> Option<Result<Bytes, HttpError>> {
        let piece = self.body.next().await?;
        Some(piece.and_then(|piece| {
            self.left = self.left.checked_sub(piece.len()).ok_or(HttpError::TooLarge)?;
            Ok(piece)
        }))
    }

    /// The next piece, unless it takes too long; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, HttpError>> {
        let (ends, idle) = (self.ends, self.idle);
        let in_time = in_time(|| ends.min(Instant::now() + idle), self.piece()).await;
        in_time.unwrap_or_else(|_| {
            let late = if Instant::now() >= ends {
                HttpError::Overlong
            } else {
                HttpError::Timeout
            };
            Some(Err(late))
        })
    }

    /// Notes how many bytes of the answer are in memory.
    ///
    /// # Errors
    /// If the memory that all answers share has no room for so many.
    pub fn holds(&mut self, bytes: usize) -> Result<(), HttpError> {
        let counted = if bytes <= SMALL { 0 } else { bytes };
        if counted == self.part.bytes() {
            return Ok(());
        }
        self.part.resize(counted).map_err(|_| HttpError::NoRoom)
    }

    /// The whole answer. An answer in a single piece is not copied, and its end is not waited for if its length is known.
    /// `first` is the piece that was read before, if any.
    pub async fn all(&mut self, first: Option<Bytes>) -> Result<Bytes, HttpError> {
        let first = match first {
            Some(first) => first,
            None => match self.next().await.transpose()? {
                Some(first) => first,
                None => return Ok(Bytes::new()),
            },
        };

        if self.body.is_at_end() {
            return Ok(first);
        }
        let Some(second) = self.next().await.transpose()? else {
            return Ok(first);
        };

        let mut all = Vec::with_capacity((first.len() + second.len()) * 2);
        all.extend_from_slice(&first);
        all.extend_from_slice(&second);
        while let Some(piece) = self.next().await.transpose()? {
            self.holds(all.len() + piece.len())?;
            all.extend_from_slice(&piece);
        }

        Ok(all.into())
    }

    /// The start of an answer, for an error: at most `most` bytes, or fewer if it breaks off.
    pub async fn some(&mut self, most: usize) -> Vec<u8> {
        let mut some = Vec::new();
        while let Some(Ok(piece)) = self.next().await {
            some.extend_from_slice(&piece);
            if some.len() >= most {
                some.truncate(most);
                break;
            }
        }

        some
    }
}
