//! What to know about each row, as the page shows it.

use super::check::model_line;
use super::desk::Desk;
use super::draft::Draft;
use super::view::Hints;
use crate::domain::Validation;

/// The lines under each row, in the draft's order.
pub(super) fn of_rows(desk: &Desk, draft: &Draft, _checked: &Validation) -> Vec<Hints> {
    draft.rows.iter().map(|row| Hints { model: model_line(desk, &row.target), hints: Vec::new() }).collect()
}
