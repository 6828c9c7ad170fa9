//! Providers: their addresses and credentials, how they are dialled and called, and which of them is paused after failures.

mod body;
mod breaker;
pub mod client;
pub mod credentials;
pub mod demo;
pub mod dial;
mod endpoint;
mod endpoint_state;
mod guarded;
mod http_error;
mod in_time;
mod lessons;
mod mask;
mod outgoing;
mod provider_response;
mod reader;
mod target;
mod tunnel;
mod with_timeout;

pub use breaker::Breaker;
pub use endpoint::{Unusable, UpstreamEndpoint};
pub use endpoint_state::{EndpointState, TakesUsage};
pub use http_error::HttpError;
pub use in_time::in_time;
pub use outgoing::Progress;
pub use provider_response::ProviderResponse;
pub use reader::Reader;
pub use target::{CallableModel, ModelEndpoint, WrongKind};
