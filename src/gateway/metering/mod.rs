//! What calls cost: the spool that it is written to first, the balances and limits that are held for it, and the task that
//! moves it into the tables.

#[cfg(test)]
mod model_test;
pub mod recovery;
pub mod refused_names;
pub mod retention;
pub mod shipper;
pub mod spending;
pub mod spool;
