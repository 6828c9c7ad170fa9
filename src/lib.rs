//! CrossModel: a gateway for language models with an admin console.
pub mod clock;
pub mod console;
pub mod domain;
pub mod gateway;
pub mod random;
pub mod store;
pub mod wire;
