//! The costs of calls, their limits, and their records.

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
