//! Money: what tokens cost, what a bill says, what a budget and its limits allow, and the entries of the ledger.

mod bill;
mod budget;
mod lease_portion;
mod ledger;
mod limits;
mod price;
mod rate_window;
mod reserve;
mod service_tier;
mod tokens;

pub use reserve::Reserve;

pub use budget::Budget;

pub use bill::{Bill, BillLine};
pub use lease_portion::portion;
pub use ledger::{Balance, EntryKind, LedgerEntry};
pub use limits::{Limits, Period, PeriodError, SpendLimit};
pub use price::{Price, PriceOverride, Pricing, TimeOfDay, Weekday};
pub use rate_window::{RateWindow, Used};
pub use service_tier::{BillableUsage, ServiceReport, ServiceTier};
pub use tokens::Tokens;
