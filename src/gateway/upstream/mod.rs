//! Providers: their addresses and credentials, how they are dialled and asked, and which of them is paused after failures.

mod body;
mod breaker;
pub mod client;
pub mod credentials;
pub mod demo;
pub mod dial;
mod endpoint;
mod mask;
mod outgoing;
mod reader;
mod target;
mod tunnel;

pub use outgoing::Progress;

pub use body::{HttpError, ProviderResponse, in_time};
pub use breaker::Breaker;
pub use endpoint::{EndpointState, TakesUsage, Unusable, UpstreamEndpoint};
pub use reader::Reader;
pub use target::{CallableModel, ModelEndpoint, WrongKind};
