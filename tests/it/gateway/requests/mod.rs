//! What a client sends, and what the gateway makes of it before a provider is asked.

mod agreement;
mod cors;
mod encoded;
mod models;
mod refused_names;
mod strays;
