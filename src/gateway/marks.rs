//! The fields of each log line of a call: the request, the key and the account.

use crate::domain::{AccountId, ApiKeyId, RequestId};

/// The request, key and account that a log line is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub request: RequestId,
    pub key: ApiKeyId,
    pub account: AccountId,
}

/// Writes a log line of a call: `log_call!(warn, marks, provider.id = %name, "A provider failed")`. The field
/// `request.id` has the form of the header `x-request-id`.
macro_rules! log_call {
    ($level:ident, $marks:expr, $($rest:tt)+) => {{
        let marks: $crate::gateway::marks::Marks = $marks;
        tracing::$level!(
            request.id = %marks.request.header_value(),
            key.id = %marks.key,
            account.id = %marks.account,
            $($rest)+
        );
    }};
}

pub(super) use log_call;
