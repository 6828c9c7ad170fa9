//! What only shows when all parts work together.

mod agreement;
mod live;
mod secrets;
mod tls;
