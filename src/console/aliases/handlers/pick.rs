//! From the draft to the model picker page and back, with the whole draft in the page's form.

use crate::console::aliases::draft::{Draft, RowId};
use crate::console::aliases::editor_data::EditorData;
use crate::console::catalog::pick::{Carried, PickPage};
use crate::console::layout::{Frame, Nav};
use crate::console::web::reply::{self, Reply};

/// The picker page for one row of a draft.
pub fn page(data: &EditorData, frame: Frame, draft: &Draft, row: RowId) -> Reply {
    let chosen = draft
        .rows
        .iter()
        .find(|other| other.id == row)
        .map_or("", |row| row.target.as_str());
    let name = draft
        .rows
        .iter()
        .find(|other| other.id == row)
        .map_or("", |row| row.name.as_str());
    let carried = Carried {
        action: format!("{}/draft", data.head.url()),
        row: row.to_string(),
        alias: name.to_owned(),
        fields: fields(draft),
    };
    let allowed = data.key.models();
    let allowed = allowed.as_deref();
    reply::ok(&PickPage::new(
        frame.at(Nav::Keys),
        &data.catalog,
        allowed,
        &draft.filter,
        chosen,
        carried,
    ))
}

/// The draft as hidden fields, in the order in which it is read.
pub fn fields(draft: &Draft) -> Vec<(String, String)> {
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut fields = vec![
        field("version", &draft.version.to_string()),
        field("next", &draft.next.to_string()),
        field("strict", if draft.strict { "1" } else { "0" }),
        field("window", draft.window.as_str()),
    ];
    for row in &draft.rows {
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
        if let Some(keep) = row.conflict.and_then(|conflict| conflict.keep) {
            fields.push(field(
                &format!("keep-{}", row.id),
                crate::console::aliases::view::keep_text(Some(keep)),
            ));
        }
    }
    for (name, value) in [("test", &draft.test), ("many", &draft.many), ("import", &draft.import)] {
        if !value.is_empty() {
            fields.push(field(name, value));
        }
    }
    fields
}
