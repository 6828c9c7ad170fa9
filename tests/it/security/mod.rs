//! Attacks on the running program, as an outsider, a customer and a stranger's web page would make them. The table of
//! `docs/security.md` says which of them shows what.

mod census;
mod fields;
mod injections;
mod origins;
mod roles;
mod stage;
mod table;
