//! What only shows when all parts work together.

mod agreement;
mod live;
mod log_lines;
mod proxy;
mod secrets;
mod tls;
