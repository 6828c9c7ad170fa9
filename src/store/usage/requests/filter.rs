//! Which requests a list shows.

use crate::domain::{ApiKeyId, CallState, Timestamp};

/// Which requests to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Only those with this key.
    pub key: Option<ApiKeyId>,
    /// Only those for this name.
    pub requested: Option<NameFilter>,
    /// Only those that this alias matched; empty: only those that none matched.
    pub alias: Option<String>,
    /// Only those that this real model answered.
    pub model: Option<String>,
    /// Only those that this provider answered.
    pub provider: Option<String>,
    /// Only those with such a status.
    pub status: Option<StatusFilter>,
    /// Only those that ended in this state.
    pub state: Option<CallState>,
    /// Only those that arrived then or later.
    pub from: Option<Timestamp>,
    /// Only those that arrived before.
    pub until: Option<Timestamp>,
}

/// The requested names that match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFilter {
    /// This name.
    Exact(String),
    /// All names that begin with this text.
    Prefix(String),
}

/// The HTTP statuses that match.
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
    /// This status.
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
