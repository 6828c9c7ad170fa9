//! How large bodies and answers may be.

/// How large bodies and answers may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One client's body.
    pub body: usize,
    /// All clients' bodies in memory together.
    pub bodies: usize,
    /// One provider's answer.
    pub answer: usize,
    /// One event of a stream.
    pub event: usize,
    /// All parts of providers' answers in memory together: whole answers, and events that are not complete yet.
    pub answers: usize,
    /// A provider's error; the gateway does not read the rest of a longer one.
    pub error: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 32 << 20,
            bodies: 512 << 20,
            answer: 256 << 20,
            event: 32 << 20,
            answers: 512 << 20,
            error: 64 << 10,
        }
    }
}
