//! The console's pages, as HTML.
