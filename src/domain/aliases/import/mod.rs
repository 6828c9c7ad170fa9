//! Aliases as files: what people paste or keep in a repository, and the same written out again.

use serde_json::Value;
use serde_json::value::RawValue;

use super::alias::Alias;
use super::draft::DraftRow;
use crate::domain::values::Match;

/// A way to write aliases down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AliasFormat {
    /// `name = target` or `prefix* = target`, one a line, `#` begins a comment; ` keep-name` may follow the target.
    Lines,
    /// A list of `{"name", "match", "target"}`, with `"keep_name": true` or without, or an object of names and targets.
    Json,
    /// `name,mode,target`, with or without that line on top; a fourth cell `keep-name` may follow.
    Csv,
}

impl AliasFormat {
    /// For the sentence that says what was recognised.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Lines => "lines of name = target",
            Self::Json => "JSON",
            Self::Csv => "CSV",
        }
    }
}

/// What was read from a text. The rows may still be wrong in themselves: [`super::validate::validate`] says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What the text was taken for.
    pub format: AliasFormat,
    /// What could be read.
    pub rows: Vec<ImportedRow>,
    /// What could not.
    pub problems: Vec<ImportProblem>,
}

/// A row and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportedRow {
    /// Its line, counted from 1.
    pub line: usize,
    /// The row; its `id` is empty.
    pub row: DraftRow,
}

/// A place that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("line {line}: {reason}")]
pub struct ImportProblem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Reads aliases from text and says which form it recognised. A `*` at the end of a name means a prefix.
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

/// JSON begins with a bracket; of the rest, the first line that says something decides.
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

struct Reader {
    rows: Vec<ImportedRow>,
    problems: Vec<ImportProblem>,
}

impl Reader {
    fn row(&mut self, line: usize, name: &str, matching: Option<&str>, target: &str, keep_name: bool) {
        let name = name.trim();
        let (name, matching) = match (name.strip_suffix('*'), matching) {
            (Some(_), Some("exact")) => {
                return self.problem(line, "a name that ends in * is a prefix, but this says exact");
            }
            (Some(prefix), None | Some("prefix" | "")) => (prefix, "prefix"),
            (None, None | Some("")) => (name, "exact"),
            (_, Some(matching)) => (name, matching),
        };
        let (name, matching, target) = (name.into(), matching.into(), target.trim().into());
        self.rows.push(ImportedRow {
            line,
            row: DraftRow {
                id: String::new(),
                name,
                matching,
                target,
                keep_name,
            },
        });
    }

    fn problem(&mut self, line: usize, reason: impl Into<String>) {
        self.problems.push(ImportProblem {
            line,
            reason: reason.into(),
        });
    }

    fn lines(&mut self, text: &str) {
        for (at, line) in text.lines().enumerate() {
            // Neither a name nor a target can hold a `#`.
            let line = line.split_once('#').map_or(line, |(before, _)| before).trim();
            match line.split_once('=') {
                _ if line.is_empty() => {}
                None => self.problem(at + 1, "there is no = between a name and a target"),
                Some((name, target)) if name.trim().is_empty() || target.trim().is_empty() => {
                    self.problem(at + 1, "use name = target, or prefix* = target");
                }
                Some((name, target)) => {
                    let (target, keep_name) = split_keep_name(target);
                    self.row(at + 1, unquote(name), None, unquote(target), keep_name);
                }
            }
        }
    }

    fn json(&mut self, text: &str) {
        let read = if text.trim_start().starts_with('[') {
            self.json_list(text)
        } else {
            self.json_object(text)
        };
        if let Err(error) = read {
            self.rows.clear();
            self.problems.clear();
            let what = error.to_string();
            let reason = what.split(" at line ").next().unwrap_or_default();
            self.problem(error.line().max(1), format!("this is not JSON: {reason}"));
        }
    }

    fn json_list(&mut self, text: &str) -> Result<(), serde_json::Error> {
        let mut lines = Lines::of(text);
        for item in serde_json::from_str::<Vec<&RawValue>>(text)? {
            let line = lines.at(item.get());
            let value: Value = serde_json::from_str(item.get())?;
            let field = |name: &str| match value.get(name) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(text)) => Ok(Some(text.as_str())),
                Some(_) => Err(format!("\"{name}\" must be a text")),
            };
            let keep_name = match value.get("keep_name") {
                None | Some(Value::Null) => Some(false),
                Some(value) => value.as_bool(),
            };
            match (field("name"), field("match"), field("target")) {
                _ if !value.is_object() => {
                    self.problem(line, "each entry must be an object with name, match and target")
                }
                (Ok(Some(name)), Ok(matching), Ok(Some(target))) => match keep_name {
                    Some(keep_name) => self.row(line, name, matching, target, keep_name),
                    None => self.problem(line, "\"keep_name\" must be true or false"),
                },
                (Err(reason), ..) | (_, Err(reason), _) | (.., Err(reason)) => self.problem(line, reason),
                (Ok(None), ..) => self.problem(line, "\"name\" is missing"),
                (.., Ok(None)) => self.problem(line, "\"target\" is missing"),
            }
        }
        Ok(())
    }

    fn json_object(&mut self, text: &str) -> Result<(), serde_json::Error> {
        let Pairs(mut pairs) = serde_json::from_str(text)?;
        // Other gateways keep theirs one level down: {"aliases": {…}}, {"model_mapping": {…}}.
        if let [(_, only)] = pairs.as_slice()
            && only.get().starts_with('{')
        {
            Pairs(pairs) = serde_json::from_str(only.get())?;
        }
        let mut lines = Lines::of(text);
        for (name, target) in pairs {
            let line = lines.at(target.get());
            match serde_json::from_str::<Value>(target.get())? {
                Value::String(target) => self.row(line, &name, None, &target, false),
                _ => self.problem(line, format!("the target of {name} must be a text")),
            }
        }
        Ok(())
    }

    fn csv(&mut self, text: &str) {
        let mut header_may_come = true;
        for (line, cells) in csv_records(text) {
            let cells: Vec<&str> = cells.iter().map(|cell| unguard(cell.trim())).collect();
            let is_header = std::mem::take(&mut header_may_come)
                && matches!(cells.as_slice(), [name, _, target] | [name, _, target, _] if name.eq_ignore_ascii_case("name") && target.eq_ignore_ascii_case("target"));
            match cells.as_slice() {
                _ if is_header => {}
                [name, mode, target] | [name, mode, target, ""] => {
                    self.row(line, name, Some(&mode.to_ascii_lowercase()), target, false);
                }
                [name, mode, target, KEEP_NAME] => {
                    self.row(line, name, Some(&mode.to_ascii_lowercase()), target, true);
                }
                [_, _, _, _] => self.problem(line, "the fourth cell is keep-name or empty"),
                other => self.problem(line, format!("use name,mode,target: 3 cells, not {}", other.len())),
            }
        }
    }
}

/// The members of a JSON object in their order, duplicates kept, so that a duplicate is a problem and not a silent loss.
struct Pairs<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of names and targets")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Visitor).map(Self)
    }
}

/// Tells the line on which each part of a text begins, for parts that are borrowed from it and asked for in their order.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { text, at: 0, line: 1 }
    }

    fn at(&mut self, part: &str) -> usize {
        let begins = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.at..begins).unwrap_or_default();
        self.line += between.iter().filter(|&&byte| byte == b'\n').count();
        self.at = begins;
        self.line
    }
}

fn unquote(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

/// The mark of an alias whose answers carry the name that the client asked for. A target can hold no blank.
const KEEP_NAME: &str = "keep-name";

/// Takes a closing `keep-name` off a target.
///
/// ```
/// use crossmodel::domain::split_keep_name;
/// assert_eq!(split_keep_name("openai/gpt-5.5 keep-name"), ("openai/gpt-5.5", true));
/// assert_eq!(split_keep_name("openai/gpt-5.5"), ("openai/gpt-5.5", false));
/// ```
pub fn split_keep_name(target: &str) -> (&str, bool) {
    match target.trim_end().rsplit_once([' ', '\t']) {
        Some((before, KEEP_NAME)) => (before.trim_end(), true),
        _ => (target, false),
    }
}

/// Takes off the apostrophe that [`export_aliases`] puts before what a spreadsheet would run as a formula.
fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}

/// Records of a CSV text with the line each begins on. Cells may be quoted, and quoted cells may hold commas, doubled
/// quotes and line breaks. Empty lines and lines that begin with `#` are left out.
fn csv_records(text: &str) -> Vec<(usize, Vec<String>)> {
    let mut records = Vec::new();
    let mut chars = text.chars().peekable();
    let mut line = 1;
    while chars.peek().is_some() {
        let begins = line;
        let mut cells = vec![String::new()];
        let mut quoted = false;
        while let Some(c) = chars.next() {
            line += usize::from(c == '\n');
            let Some(cell) = cells.last_mut() else { break };
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => {
                    chars.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.trim().is_empty() => {
                    cell.clear();
                    quoted = true;
                }
                ',' if !quoted => cells.push(String::new()),
                '\n' if !quoted => break,
                c => cell.push(c),
            }
        }
        let says_something = cells.iter().any(|cell| !cell.trim().is_empty());
        if says_something && !cells.first().is_some_and(|cell| cell.starts_with('#')) {
            records.push((begins, cells));
        }
    }
    records
}

/// Writes aliases in evaluation order, so that [`import_aliases`] reads the same ones back.
///
/// ```
/// use crossmodel::domain::{Alias, AliasFormat, Match, export_aliases};
/// let alias = Alias::new("claude".parse().unwrap(), Match::Prefix, "anthropic/claude-opus-4-8".parse().unwrap());
/// assert_eq!(export_aliases(&[alias], AliasFormat::Lines), "claude* = anthropic/claude-opus-4-8\n");
/// ```
pub fn export_aliases(aliases: &[Alias], format: AliasFormat) -> String {
    let mut aliases: Vec<&Alias> = aliases.iter().collect();
    aliases.sort_by(|a, b| Alias::evaluation_order(a, b));
    match format {
        AliasFormat::Lines => aliases
            .iter()
            .map(|alias| {
                let star = if alias.matching == Match::Prefix { "*" } else { "" };
                let keep = if alias.keep_name { " keep-name" } else { "" };
                format!("{}{star} = {}{keep}\n", alias.name, alias.target)
            })
            .collect(),
        AliasFormat::Json => {
            let rows: Vec<String> = aliases
                .iter()
                .filter_map(|alias| serde_json::to_string(alias).ok())
                .map(|row| format!("  {row}"))
                .collect();
            if rows.is_empty() {
                "[]\n".into()
            } else {
                format!("[\n{}\n]\n", rows.join(",\n"))
            }
        }
        AliasFormat::Csv => {
            // The fourth column is there if any row needs it.
            let (column, empty) = if aliases.iter().any(|alias| alias.keep_name) {
                (",keep_name", ",")
            } else {
                ("", "")
            };
            let row = |alias: &&Alias| {
                let (name, target) = (csv_cell(alias.name.as_str()), csv_cell(alias.target.as_str()));
                let keep = if alias.keep_name { ",keep-name" } else { empty };
                format!("{name},{},{target}{keep}\n", alias.matching)
            };
            std::iter::once(format!("name,mode,target{column}\n"))
                .chain(aliases.iter().map(row))
                .collect()
        }
    }
}

/// One cell of a CSV file, quoted where needed. What a spreadsheet would run as a formula gets an apostrophe before it.
///
/// ```
/// use crossmodel::domain::csv_cell;
/// assert_eq!(csv_cell("=1+1"), "'=1+1");
/// assert_eq!(csv_cell("a,\"b\""), "\"a,\"\"b\"\"\"");
/// ```
pub fn csv_cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if text.contains(['"', ',', '\n', '\r']) {
        return format!("\"{guard}{}\"", text.replace('"', "\"\""));
    }
    format!("{guard}{text}")
}

#[cfg(test)]
mod tests;
