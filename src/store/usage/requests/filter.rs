//! Which requests a list shows.

use crate::domain::{ApiKeyId, CallState, Timestamp};

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Only those with this key.
    pub key: Option<ApiKeyId>,
    /// Only those for this name.
    pub requested: Option<NameFilter>,
    /// Only those that this alias caught; empty: only those that none caught.
    pub alias: Option<String>,
    /// Only those that this real model answered.
    pub model: Option<String>,
    /// Only those that this provider answered.
    pub provider: Option<String>,
    /// Only those that ended so.
    pub status: Option<StatusFilter>,
    /// Only those that were charged so.
    pub state: Option<CallState>,
    /// Only those that arrived then or later.
    pub from: Option<Timestamp>,
    /// Only those that arrived before.
    pub until: Option<Timestamp>,
}

/// Which names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFilter {
    /// This one.
    Exact(String),
    /// All that begin so.
    Prefix(String),
}

/// How requests ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusFilter {
    /// Below 400.
    Answered,
    /// 400 or more.
    Failed,
    /// 400 to 499.
    Client,
    /// 500 to 599.
    Server,
    /// One status.
    Code(u16),
}

impl StatusFilter {
    /// The lowest and the highest status.
    pub(in crate::store) fn bounds(self) -> (u32, u32) {
        match self {
            Self::Answered => (0, 399),
            Self::Failed => (400, 999),
            Self::Client => (400, 499),
            Self::Server => (500, 599),
            Self::Code(code) => (u32::from(code), u32::from(code)),
        }
    }
}
