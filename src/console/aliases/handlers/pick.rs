//! Opens the model picker page, whose form carries the whole draft there and back.

use crate::console::aliases::draft::{Draft, Row, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::keep_text;
use crate::console::catalog::pick_page::{Carried, PickPage};
use crate::console::layout::{Frame, Nav};
use crate::console::web::reply::{self, Reply};

/// The picker page for one row of a draft.
pub fn page(data: &EditorData, frame: Frame, draft: &Draft, row: RowId) -> Reply {
    let picked = draft.rows.iter().find(|other| other.id == row);
    let carried = Carried {
        action: format!("{}/draft", data.head.url()),
        row: row.to_string(),
        alias: picked.map(|row| row.name.clone()).unwrap_or_default(),
        fields: fields(draft),
    };

    let page = PickPage::new(
        frame.at(Nav::Keys),
        &data.catalog,
        data.key.models().as_deref(),
        &draft.filter,
        picked.map_or("", |row| row.target.as_str()),
        carried,
    );
    reply::ok(&page)
}

/// The draft as hidden fields, in the order in which it is read.
fn fields(draft: &Draft) -> Vec<(String, String)> {
    let mut fields = vec![
        field("version", &draft.version.to_string()),
        field("next", &draft.next.to_string()),
        field("strict", if draft.strict { "1" } else { "0" }),
        field("window", draft.window.as_str()),
    ];
    for row in &draft.rows {
        add_row(&mut fields, row);
    }
    for (name, value) in [("test", &draft.test), ("many", &draft.many), ("import", &draft.import)] {
        if !value.is_empty() {
            fields.push(field(name, value));
        }
    }
    fields
}

fn add_row(fields: &mut Vec<(String, String)>, row: &Row) {
    fields.push(field("row[]", &row.id.to_string()));
    if let Some(conflict) = row.conflict {
        fields.push(field("conflict[]", conflict.kind.as_str()));
    }
    fields.push(field("name[]", &row.name));
    fields.push(field("mode[]", &row.matching));
    fields.push(field("target[]", &row.target));
    if row.keep_name {
        fields.push(field("keep_name[]", "1"));
    }
    if let Some(adapt) = row.adapt {
        fields.push(field("adapt[]", adapt.as_str()));
    }
    if let Some(keep) = row.conflict.and_then(|conflict| conflict.keep) {
        fields.push(field(&format!("keep-{}", row.id), keep_text(Some(keep))));
    }
}

fn field(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}
