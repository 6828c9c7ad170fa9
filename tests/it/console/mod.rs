//! The console's pages, as HTML.

mod aliases;
mod connect;
mod frame;
mod keys;
mod outage;
mod requests;
mod sign_in;
mod slow;
mod usage;
mod wallet;

use crate::harness::app::TestApp;

/// What an element says, with a space between the texts of its parts.
fn spaced(element: &scraper::ElementRef<'_>) -> String {
    element
        .text()
        .flat_map(str::split_whitespace)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Every row of every table, to tell whether something was written.
async fn rows(app: &TestApp) -> Vec<String> {
    app.store().database().rows(&[]).await
}
