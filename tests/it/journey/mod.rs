//! What only shows when all parts work together.

mod agreement;
mod live;
mod log_lines;
mod secrets;
mod tls;
