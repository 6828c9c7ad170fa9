//! What goes wrong: in the request, at a provider, on the way.

mod broken_streams;
mod cuts;
mod early_errors;
mod errors;
mod fallbacks;
mod faults;
mod hang_up;
mod mending;
mod overflow;
mod retries;
mod shapes;
