//! Attacks on the running program, as an outsider, a customer and a stranger's web page would make them. The table of
//! `docs/security.md` says which of them shows what.

mod census;
mod crowds;
mod fields;
mod headers;
mod injections;
mod origins;
mod probes;
mod roles;
mod shapes;
mod stage;
mod table;
