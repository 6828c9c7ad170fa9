//! Records and cells of CSV.

/// Records of a CSV text with the line each begins on. Cells may be quoted, and quoted cells may hold commas, doubled
/// quotes and line breaks. Empty lines and lines that begin with `#` are left out.
///
/// By hand, since the crate `csv` numbers records by another line where `\r\n`, empty lines or comments come before them, and
/// takes the quotes of `name, "x/y"` for a part of the cell.
pub fn csv_records(text: &str) -> Vec<(usize, Vec<String>)> {
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

/// One cell of a CSV file, quoted where needed. An apostrophe stands before text that a spreadsheet would run as a formula.
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
