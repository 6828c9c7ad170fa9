//! Requests of clients, before a provider is asked.

mod adapted;
mod addresses;
mod agreement;
mod closed;
mod cors;
mod encoded;
mod metrics;
mod models;
mod refused_names;
mod strays;
