//! An answer of the demo provider, sent in pieces with a pause between them.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

/// An answer of the demo provider, word by word.
#[derive(Debug)]
pub struct DemoStream {
    /// The pieces that are still to be sent.
    pub left: VecDeque<Bytes>,
    /// Whether a piece was sent: the first one goes out without a pause.
    pub begun: bool,
    pub pace: Duration,
}

impl DemoStream {
    pub async fn next(&mut self) -> Option<Bytes> {
        let next = self.left.pop_front()?;
        if std::mem::replace(&mut self.begun, true) {
            tokio::time::sleep(self.pace).await;
        }

        Some(next)
    }
}
