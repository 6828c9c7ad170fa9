//! Errors as clients read them, in the shape of their protocol, and errors as providers send them.

mod api_error;
mod blame;
mod bodies;
mod code;
mod complaint;
mod overflow;
mod provider_error;

pub use api_error::{ApiError, ProviderErrorDetail};
pub use bodies::Surface;
pub use code::Code;
pub use complaint::Complaint;
pub use overflow::Overflow;
pub use provider_error::ProviderError;
