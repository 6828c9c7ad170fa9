//! The body of a request to a provider, and the progress of its call.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Frame, SizeHint};

/// The progress of a call, shared by its task and its connection.
#[derive(Debug, Default)]
pub struct Progress {
    /// The provider has been sent the request, and may charge for it.
    sent: AtomicBool,
    /// The client has left: no new try may begin.
    left: AtomicBool,
}

impl Progress {
    /// Whether a provider may be at work on the request.
    pub fn is_sent(&self) -> bool {
        self.sent.load(Ordering::Relaxed)
    }

    /// Notes whether a provider may be at work on the request.
    pub fn set_sent(&self, sent: bool) {
        self.sent.store(sent, Ordering::Relaxed);
    }

    /// Whether the client has left.
    pub fn has_left(&self) -> bool {
        self.left.load(Ordering::Relaxed)
    }

    /// Notes that the client has left.
    pub fn set_left(&self) {
        self.left.store(true, Ordering::Relaxed);
    }
}

/// A request's body, in one piece, that notes when a connection takes it.
#[derive(Debug)]
pub struct RequestBody {
    bytes: Option<Bytes>,
    progress: Option<Arc<Progress>>,
}

impl RequestBody {
    /// A body that notes in `progress` when a connection takes it.
    pub(super) fn new(bytes: Bytes, progress: Option<Arc<Progress>>) -> Self {
        Self {
            bytes: Some(bytes),
            progress,
        }
    }
}

impl hyper::body::Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(progress) = &self.progress {
            progress.set_sent(true);
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
