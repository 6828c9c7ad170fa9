//! Imports a pasted text into the draft: the preview of the changes, and the changes themselves.

use crate::console::aliases::draft::{Draft, Row};
use crate::console::aliases::editor_data::EditorData;
use crate::console::aliases::view::{ImportBox, Preview, PreviewLine, adapts, answers_with};
use crate::domain::{Alias, DraftRow, import_aliases, validate};

/// How many lines changed the draft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Lines that became new rows.
    pub added: usize,
    /// Lines that changed a row.
    pub changed: usize,
    /// Lines that were left out, since a key can have no more aliases.
    pub left_out: usize,
}

/// The box, with its preview if `previewed`.
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

/// The changes that the pasted text would make to the draft, line by line. Changes nothing.
pub fn preview(data: &EditorData, draft: &Draft) -> Preview {
    let lines = read(data, draft);
    let takes = lines.iter().filter(|line| line.can_take()).count();
    let added = lines.iter().filter(|line| line.what == "added").count();
    let room = Alias::LIMIT.saturating_sub(draft.filled());

    let entries = match lines.len() {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    };
    let title = if draft.import.trim().is_empty() {
        "Paste something first.".to_owned()
    } else if lines.is_empty() {
        "Nothing was found in this text.".to_owned()
    } else {
        let format = import_aliases(&draft.import).format.describe();
        format!("Read as {format}: {entries}. Nothing is saved yet.")
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
    let mut ticked = read(data, draft);
    ticked.retain(|line| line.can_take() && draft.take.contains(&line.number));

    let mut taken = Taken::default();
    for line in ticked {
        let matching = if line.prefix { "prefix" } else { "exact" };
        if let Some(row) = draft.rows.iter_mut().find(|row| row.name == line.name) {
            row.matching = matching.into();
            row.target = line.target;
            (row.keep_name, row.adapt) = (line.keep_name, line.adapt);
            taken.changed += 1;
        } else if draft.filled() >= Alias::LIMIT {
            taken.left_out += 1;
        } else {
            let id = draft.push(&line.name, matching, &line.target);
            if let Some(row) = draft.row_mut(id) {
                (row.keep_name, row.adapt) = (line.keep_name, line.adapt);
            }
            taken.added += 1;
        }
    }

    taken
}

/// What every entry of the text would do, the ones that cannot be read included.
fn read(data: &EditorData, draft: &Draft) -> Vec<PreviewLine> {
    let import = import_aliases(&draft.import);
    let rows: Vec<DraftRow> = import.rows.iter().map(|it| it.row.clone()).collect();
    let checked = validate(&rows, &data.catalog, data.key.models().as_deref(), &data.stored.aliases);

    let mut lines: Vec<PreviewLine> = Vec::new();
    for (index, read) in import.rows.iter().enumerate() {
        let problems = checked.of_row(index).map(|problem| problem.message.as_str());
        let problem = problems.collect::<Vec<_>>().join(" ");
        lines.push(entry(draft, read.line, &read.row, &problem));
    }
    let unread = import.problems.iter();
    lines.extend(unread.map(|problem| unreadable(problem.line, &problem.reason)));

    lines.sort_by_key(|line| line.number);
    // From here on a line is known by its position: a JSON text may hold many entries in one line.
    for (position, line) in (1..).zip(&mut lines) {
        line.number = position;
    }
    lines
}

fn entry(draft: &Draft, line: usize, row: &DraftRow, problem: &str) -> PreviewLine {
    let known = draft.rows.iter().find(|known| known.name == row.name);
    let (what, text) = match known {
        _ if !problem.is_empty() => ("problem", format!("Line {line}: {problem}")),
        None => ("added", String::new()),
        Some(known) => change(known, row),
    };

    PreviewLine {
        number: line,
        what,
        name: row.name.clone(),
        prefix: row.matching == "prefix",
        target: row.target.clone(),
        keep_name: row.keep_name,
        adapt: row.adapt,
        text,
    }
}

/// What an entry would do to a row of that name.
fn change(known: &Row, row: &DraftRow) -> (&'static str, String) {
    let same = DraftRow {
        id: String::new(),
        ..known.to_domain()
    };
    if same == *row {
        return ("unchanged", "already in the list".to_owned());
    }

    let text = match (known.target == row.target, known.matching == row.matching) {
        (true, true) if known.keep_name == row.keep_name => adapts(row.adapt).to_owned(),
        (true, true) => answers_with(row.keep_name).to_owned(),
        (true, false) => format!("was {}", known.matching),
        (false, _) => format!("was {}", known.target),
    };
    ("changed", text)
}

fn unreadable(line: usize, reason: &str) -> PreviewLine {
    PreviewLine {
        number: line,
        what: "problem",
        name: String::new(),
        prefix: false,
        target: String::new(),
        keep_name: false,
        adapt: None,
        text: format!("Line {line}: {reason}"),
    }
}
