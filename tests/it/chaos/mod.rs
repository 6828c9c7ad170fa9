//! The promise of the ledger, under faults: the program is killed, its database goes away, its disk gets stuck, its clients
//! hang up; afterwards the ledger agrees with the provider's own bill. `scripts/chaos` runs the long versions.

mod acks;
mod callers;
mod crowds;
mod descriptors;
mod disk_errors;
mod farewells;
mod hang_ups;
mod held;
mod kills;
mod outages;
mod power;
mod readiness;
mod settings;
mod stage;
mod stops;
mod traced;
mod truth;
