//! Tests of all parts together: the built program, its console, its command line and its gateway.

mod agreement;
mod live;
mod log_lines;
mod proxy;
mod secrets;
mod server;
mod tls;

/// The arguments that give the account "Acme" five dollars.
const CREDIT: [&str; 8] = [
    "credit",
    "add",
    "--account",
    "Acme",
    "--usd",
    "5",
    "--note",
    "for a test",
];
