//! What calls cost and may cost, and what is recorded of it.

mod balance;
mod crash;
mod credits;
mod cut_bills;
mod drains;
mod limits;
mod penny;
mod rates;
mod reserves;
mod tiers;
mod uncounted;
