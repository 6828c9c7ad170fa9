//! Usage: records of calls, shipments from gateways, sums, reports and lists of requests.

mod gateways;
mod kinds;
mod price_lists;
mod record_row;
mod records;
mod refused_names;
mod report;
mod report_filter;
mod report_rows;
mod requests;
mod retention;
mod rollup;
mod shipment;
mod shipment_write;
mod sums;
mod traffic;

pub use gateways::Gateways;
pub use records::{Usage, UsageTotals};
pub use refused_names::RefusedName;
pub use report_filter::ReportFilter;
pub use report_rows::{ReportAccount, ReportKey, UsageReport, UsageRow};
pub use requests::{NameFilter, Next, RequestDetail, RequestFilter, RequestPage, RequestRow, StatusFilter};
pub use shipment_write::{LeaseUse, Shipment, Shipped};
pub use sums::{REPORT_ROWS, Top, UsageSums};

use crate::store::engine::{ManyRows, Sql};

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    gateways::STATEMENTS,
    price_lists::STATEMENTS,
    records::STATEMENTS,
    refused_names::STATEMENTS,
    report::STATEMENTS,
    retention::STATEMENTS,
    rollup::STATEMENTS,
    shipment::STATEMENTS,
    shipment_write::STATEMENTS,
    traffic::STATEMENTS,
];

/// Every statement of lists of requests.
pub const REQUESTS: &[&[Sql]] = requests::STATEMENTS;

/// Statements of this folder that add many rows.
pub const MANY: &[ManyRows] = &[shipment_write::ADD, shipment_write::ADD_AND_TELL];

/// Statements that reports and lists of requests read with.
pub const READING: &[&[&[Sql]]] = &[&[report::STATEMENTS], REQUESTS];
