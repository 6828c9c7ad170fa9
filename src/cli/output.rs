//! Writing to the terminal. A reader who has seen enough and left is no error.

use std::io::Write;

use super::error::CliError;

/// Prints one line of the answer on standard output.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints one line beside the answer on standard error.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints rows under headings, with aligned columns.
pub fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column).map(|cell| cell.chars().count()));
        cells
            .chain(headings.get(column).map(|heading| heading.len()))
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let print = |cells: &[String]| {
        let aligned: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:<width$}"))
            .collect();
        line(aligned.join("  ").trim_end());
    };

    print(&headings.map(str::to_owned));
    for row in rows {
        print(row);
    }
}

/// Prints a value as indented JSON.
pub fn json(value: &impl serde::Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(value).map_err(|error| CliError::Failed(error.to_string()))?;
    line(&text);
    Ok(())
}

/// `1 key`, `2 keys`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
