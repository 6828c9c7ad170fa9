//! An order of providers: which provider is asked next when the one of the named model fails.

mod hosts;
mod next;
mod order;
mod paused;
mod refusals;
mod targets;
