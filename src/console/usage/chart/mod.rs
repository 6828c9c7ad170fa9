//! A chart of stacked bars, one a day, drawn here: no script, no style attribute. Lengths across are shares of the width,
//! so that it fits any screen without its patterns and letters being stretched.

mod drawing;
mod parts;

pub(super) use drawing::{Drawing, SERIES};
pub(super) use parts::{Chart, Series};
