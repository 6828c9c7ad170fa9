//! What calls used: records, shipments from gateways, sums, reports and lists of requests.

mod gateways;
mod records;
mod refused_names;
mod report;
mod request_page;
mod request_search;
mod retention;
mod rollup;
mod shipment;
mod sums;
mod traffic;

pub use gateways::Gateways;
pub use records::{Usage, UsageTotals};
pub use refused_names::RefusedName;
pub use report::{ReportAccount, ReportFilter, ReportKey, UsageReport, UsageRow};
pub use request_page::{NameFilter, Next, RequestDetail, RequestFilter, RequestPage, RequestRow, StatusFilter};
pub use shipment::{LeaseUse, Shipment, Shipped};
pub use sums::{REPORT_ROWS, Top, UsageSums};

use crate::store::engine::{ManyRows, Sql};

/// Every statement of this folder.
pub const STATEMENTS: &[&[Sql]] = &[
    gateways::STATEMENTS,
    records::STATEMENTS,
    refused_names::STATEMENTS,
    report::STATEMENTS,
    request_page::STATEMENTS,
    request_search::STATEMENTS,
    retention::STATEMENTS,
    rollup::STATEMENTS,
    shipment::STATEMENTS,
    traffic::STATEMENTS,
];

/// Statements of this folder that add many rows.
pub const MANY: &[ManyRows] = &[shipment::ADD, shipment::ADD_AND_TELL];

/// Statements that reports and lists of requests read with.
pub const READING: &[&[Sql]] = &[report::STATEMENTS, request_page::STATEMENTS, request_search::STATEMENTS];
