//! Buttons that correct a row, and the line of its model.

use crate::console::aliases::draft::RowId;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{FixButton, ModelLine};
use crate::domain::{Field, Fix, format};

/// The button of a suggestion. Without a script it posts the draft; with one it fills the field on the spot.
pub fn fix_button(data: &EditorData, row: RowId, fix: &Fix) -> FixButton {
    let (verb, field) = match (fix.field, fix.matching) {
        (Field::Target, _) => ("target", "target"),
        (_, Some(_)) => ("prefix", "name"),
        (_, None) => ("name", "name"),
    };
    FixButton {
        draft_url: format!("{}/draft", data.head.url()),
        action: format!("{verb}:{row}:{}", fix.value),
        field,
        value: fix.value.clone(),
        mode: fix.matching.map_or("", crate::domain::Match::as_str),
        label: fix.label.to_owned(),
    }
}

/// Name, context and prices of a target, in one line.
pub fn model_line(data: &EditorData, target: &str) -> Option<ModelLine> {
    let model = data.catalog.get(target.trim())?;
    Some(ModelLine {
        name: model.name.clone(),
        context: format::tokens(model.context_length),
        price: format::prices(&model.pricing),
    })
}
