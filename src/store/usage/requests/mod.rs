//! Lists of requests, the newest first, and one request with everything that belongs to it.

mod detail;
mod filter;
mod jump;
mod row;
mod search;
mod sums;
mod window;

pub use detail::RequestDetail;
pub use filter::{NameFilter, RequestFilter, StatusFilter};
pub use row::{Next, RequestPage, RequestRow};

use crate::store::engine::Sql;

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[detail::STATEMENTS, sums::STATEMENTS, window::STATEMENTS];
