//! Meters calls: the spool, which has each call first; the balances and limits that calls count against; and the task
//! that moves the spool into the tables.

#[cfg(test)]
mod model_test;
pub mod recovery;
pub mod refused_names;
pub mod retention;
pub mod shipper;
pub mod spending;
pub mod spool;
