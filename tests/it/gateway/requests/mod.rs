//! Requests of clients, before a provider is asked.

mod agreement;
mod cors;
mod encoded;
mod models;
mod refused_names;
mod strays;
