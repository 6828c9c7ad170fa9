//! Aliases as text, which people paste or keep in a repository: reads it in three formats, and writes it.

mod csv;
mod export;
mod json;
mod marks;
mod reader;

pub use csv::csv_cell;
pub use export::export_aliases;
pub use marks::{Marks, split_marks};

use self::reader::Reader;
use super::draft::DraftRow;

/// A way to write aliases down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AliasFormat {
    /// `name = target` or `prefix* = target`, one a line, `#` begins a comment; ` keep-name` and ` adapt=strict`
    /// may follow the target.
    Lines,
    /// A list of `{"name", "match", "target"}`, with `"keep_name": true` and `"adapt": "strict"` or without, or an object of
    /// names and targets.
    Json,
    /// `name,mode,target`, with or without this header as the first line; a fourth cell `keep-name` and a fifth cell such as
    /// `strict` may follow.
    Csv,
}

impl AliasFormat {
    /// The format in words, for the sentence that says what was recognised.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Lines => "lines of name = target",
            Self::Json => "JSON",
            Self::Csv => "CSV",
        }
    }
}

/// The result of reading a text. The rows may still be wrong in themselves: [`super::validate::validate`] checks them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The format that was recognised.
    pub format: AliasFormat,
    /// The rows that could be read.
    pub rows: Vec<ImportedRow>,
    /// The lines that could not be read.
    pub problems: Vec<ImportProblem>,
}

/// A row and its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its line, counted from 1.
    pub line: usize,
    /// The row; its `id` is empty.
    pub row: DraftRow,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("line {line}: {reason}")]
pub struct ImportProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads aliases from text and says which format it recognised. A `*` at the end of a name means a prefix.
///
/// ```
/// use crossmodel::domain::{AliasFormat, import_aliases};
/// let read = import_aliases("claude-opus* = anthropic/claude-opus-4-8  # always the newest");
/// assert_eq!(read.format, AliasFormat::Lines);
/// assert_eq!((read.rows[0].row.name.as_str(), read.rows[0].row.matching.as_str()), ("claude-opus", "prefix"));
/// ```
pub fn import_aliases(text: &str) -> Import {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let format = detect(text);
    let mut reader = Reader {
        rows: Vec::new(),
        problems: Vec::new(),
    };

    match format {
        AliasFormat::Lines => reader.lines(text),
        AliasFormat::Json => reader.json(text),
        AliasFormat::Csv => reader.csv(text),
    }

    Import {
        format,
        rows: reader.rows,
        problems: reader.problems,
    }
}

/// JSON begins with a bracket. Otherwise the first line that is neither empty nor a comment decides.
fn detect(text: &str) -> AliasFormat {
    if text.trim_start().starts_with(['{', '[']) {
        return AliasFormat::Json;
    }
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    match lines.next() {
        Some(line) if !line.contains('=') && line.contains(',') => AliasFormat::Csv,
        _ => AliasFormat::Lines,
    }
}

#[cfg(test)]
mod tests;
