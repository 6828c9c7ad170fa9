//! Paste or import: what a pasted text would change in the draft, and taking it over.

use crate::console::aliases::draft::Draft;
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::answers_with;
use crate::console::aliases::view::{ImportBox, Preview, PreviewLine};
use crate::domain::{Alias, DraftRow, import_aliases, validate};

/// What came of taking lines over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Lines that became new rows.
    pub added: usize,
    /// Lines that changed a row.
    pub changed: usize,
    /// Lines for which there was no room.
    pub left_out: usize,
}

/// The box, with a preview if one was asked for.
pub fn import_box(data: &EditorData, draft: &Draft, previewed: bool) -> ImportBox {
    let preview = if previewed {
        preview(data, draft)
    } else {
        Preview::default()
    };
    ImportBox {
        url: data.head.url(),
        text: draft.import.clone(),
        preview,
        open: previewed,
    }
}

/// What the pasted text would do to the draft, line by line. Changes nothing.
pub fn preview(data: &EditorData, draft: &Draft) -> Preview {
    let lines = read(data, draft);
    let takes = lines.iter().filter(|line| line.can_take()).count();
    let added = lines.iter().filter(|line| line.what == "added").count();
    let room = Alias::LIMIT.saturating_sub(draft.filled());
    let title = match (draft.import.trim().is_empty(), lines.len()) {
        (true, _) => "Paste something first.".to_owned(),
        (false, 0) => "Nothing was found in this text.".to_owned(),
        (false, count) => {
            let aliases = if count == 1 {
                "1 entry"
            } else {
                &format!("{count} entries")
            };
            format!(
                "Read as {}: {aliases}. Nothing is saved yet.",
                import_aliases(&draft.import).format.describe()
            )
        }
    };
    let over = (added > room).then(|| format!("Only {room} more fit. Untick {}.", added - room));
    Preview {
        url: data.head.url(),
        shown: true,
        title,
        over,
        lines,
        takes,
    }
}

/// Takes the ticked lines into the draft: a known name changes its row, a new one adds a row.
pub fn take(data: &EditorData, draft: &mut Draft) -> Taken {
    let mut taken = Taken::default();
    let ticked = read(data, draft)
        .into_iter()
        .filter(|line| line.can_take() && draft.take.contains(&line.number));
    for line in ticked.collect::<Vec<_>>() {
        let matching = if line.prefix { "prefix" } else { "exact" };
        if let Some(row) = draft.rows.iter_mut().find(|row| row.name == line.name) {
            row.matching = matching.into();
            row.target = line.target;
            row.keep_name = line.keep_name;
            taken.changed += 1;
        } else if draft.filled() >= Alias::LIMIT {
            taken.left_out += 1;
        } else {
            let id = draft.push(&line.name, matching, &line.target);
            if let Some(row) = draft.row_mut(id) {
                row.keep_name = line.keep_name;
            }
            taken.added += 1;
        }
    }
    taken
}

fn read(data: &EditorData, draft: &Draft) -> Vec<PreviewLine> {
    let import = import_aliases(&draft.import);
    let rows: Vec<DraftRow> = import.rows.iter().map(|it| it.row.clone()).collect();
    let checked = validate(&rows, &data.catalog, data.key.models().as_deref(), &data.stored.aliases);
    let mut lines: Vec<PreviewLine> = import
        .rows
        .iter()
        .enumerate()
        .map(|(at, read)| {
            let row = &read.row;
            let problem = checked
                .of_row(at)
                .map(|problem| problem.message.as_str())
                .collect::<Vec<_>>()
                .join(" ");
            let known = draft.rows.iter().find(|known| known.name == row.name);
            let same = known.is_some_and(|known| {
                DraftRow {
                    id: String::new(),
                    ..known.to_domain()
                } == *row
            });
            let (what, text) = match (problem.is_empty(), known) {
                (false, _) => ("problem", format!("Line {}: {problem}", read.line)),
                (true, None) => ("added", String::new()),
                (true, Some(_)) if same => ("unchanged", "already in the list".to_owned()),
                (true, Some(known)) if known.target == row.target && known.matching == row.matching => {
                    ("changed", answers_with(row.keep_name).to_owned())
                }
                (true, Some(known)) if known.target == row.target => ("changed", format!("was {}", known.matching)),
                (true, Some(known)) => ("changed", format!("was {}", known.target)),
            };
            PreviewLine {
                number: read.line,
                what,
                name: row.name.clone(),
                prefix: row.matching == "prefix",
                target: row.target.clone(),
                keep_name: row.keep_name,
                text,
            }
        })
        .collect();
    lines.extend(import.problems.iter().map(|problem| PreviewLine {
        number: problem.line,
        what: "problem",
        name: String::new(),
        prefix: false,
        target: String::new(),
        keep_name: false,
        text: format!("Line {}: {}", problem.line, problem.reason),
    }));
    lines.sort_by_key(|line| line.number);
    // From here on a line is known by its place: a JSON text may hold many entries in one line.
    for (at, line) in lines.iter_mut().enumerate() {
        line.number = at + 1;
    }
    lines
}
