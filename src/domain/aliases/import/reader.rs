//! Reads the rows of a text in each form.

use serde_json::Value;
use serde_json::value::RawValue;

use super::csv::csv_records;
use super::json::{Lines, Pairs};
use super::marks::{Marks, split_marks};
use super::{ImportProblem, ImportedRow};
use crate::domain::aliases::draft::DraftRow;

pub struct Reader {
    pub rows: Vec<ImportedRow>,
    pub problems: Vec<ImportProblem>,
}

impl Reader {
    fn row(&mut self, line: usize, name: &str, matching: Option<&str>, target: &str, marks: Marks) {
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
                keep_name: marks.keep_name,
                adapt: marks.adapt,
            },
        });
    }

    fn problem(&mut self, line: usize, reason: impl Into<String>) {
        self.problems.push(ImportProblem {
            line,
            reason: reason.into(),
        });
    }

    pub fn lines(&mut self, text: &str) {
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
                    let (target, marks) = split_marks(target);
                    self.row(at + 1, unquote(name), None, unquote(target), marks);
                }
            }
        }
    }

    pub fn json(&mut self, text: &str) {
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
            let adapt = match value.get("adapt") {
                None | Some(Value::Null) => Some(None),
                Some(value) => value.as_str().and_then(|text| text.parse().ok()).map(Some),
            };
            match (field("name"), field("match"), field("target")) {
                _ if !value.is_object() => {
                    self.problem(line, "each entry must be an object with name, match and target")
                }
                (Ok(Some(name)), Ok(matching), Ok(Some(target))) => match (keep_name, adapt) {
                    (Some(keep_name), Some(adapt)) => {
                        self.row(line, name, matching, target, Marks { keep_name, adapt });
                    }
                    (None, _) => self.problem(line, "\"keep_name\" must be true or false"),
                    (_, None) => self.problem(line, "\"adapt\" must be adapt, strict or off"),
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
                Value::String(target) => self.row(line, &name, None, &target, Marks::default()),
                _ => self.problem(line, format!("the target of {name} must be a text")),
            }
        }

        Ok(())
    }

    pub fn csv(&mut self, text: &str) {
        let mut header_may_come = true;
        for (line, cells) in csv_records(text) {
            let cells: Vec<&str> = cells.iter().map(|cell| unguard(cell.trim())).collect();
            let is_header = std::mem::take(&mut header_may_come)
                && matches!(cells.as_slice(), [name, _, target, more @ ..] if more.len() < 3 && name.eq_ignore_ascii_case("name") && target.eq_ignore_ascii_case("target"));
            match cells.as_slice() {
                _ if is_header => {}
                [name, mode, target, more @ ..] if more.len() < 3 => match Marks::of_cells(more) {
                    Ok(marks) => self.row(line, name, Some(&mode.to_ascii_lowercase()), target, marks),
                    Err(problem) => self.problem(line, problem),
                },
                other => self.problem(line, format!("use name,mode,target: 3 cells, not {}", other.len())),
            }
        }
    }
}

fn unquote(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
}

/// Removes the apostrophe that [`super::export::export_aliases`] puts before text that a spreadsheet would run as a formula.
fn unguard(cell: &str) -> &str {
    cell.strip_prefix('\'').unwrap_or(cell)
}
