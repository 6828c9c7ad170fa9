//! Money: what tokens cost, what a bill says, what a budget and its limits allow, and the entries of the ledger.

mod bill;
mod billable_usage;
mod budget;
mod lease_portion;
mod ledger;
mod limits;
mod price;
mod pricing;
mod rate_window;
mod reserve;
mod service_tier;
mod time_of_day;
mod tokens;

pub use bill::{Bill, BillLine};
pub use billable_usage::{BillableUsage, ServiceReport};
pub use budget::Budget;
pub use lease_portion::portion;
pub use ledger::{Balance, EntryKind, LedgerEntry};
pub use limits::{Limits, Period, PeriodError, SpendLimit};
pub use price::Price;
pub use pricing::{PriceOverride, Pricing};
pub use rate_window::{RateWindow, Used};
pub use reserve::Reserve;
pub use service_tier::ServiceTier;
pub use time_of_day::{TimeOfDay, Weekday};
pub use tokens::Tokens;
