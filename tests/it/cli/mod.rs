//! The command line, run as a person runs it: the built program on a SQLite file of its own, its output read back.

mod aliases;
mod demo;
mod engines;
mod keys;
mod people;
mod program;
mod providers;
mod resolve;
mod serve;
mod settings;
