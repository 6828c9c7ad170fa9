//! A request's id as people see it.

use crate::domain::RequestId;

/// A request's id as people see it.
pub fn request_id(id: RequestId) -> String {
    format!("req_cm_{id}")
}
