//! The files of the project, and how a check reports what is wrong with them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What other people's tools put into the tree.
const SKIPPED: &[&str] = &["node_modules", ".venv"];

/// The folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with one line for each fault.
pub fn report(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Files below a folder, or the one file of that name, with their text, in order.
pub fn files(below: &str, endings: &[&str]) -> Vec<(String, String)> {
    fn collect(path: &Path, found: &mut Vec<PathBuf>) {
        if path.is_file() {
            found.push(path.to_owned());
        }
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries
            .flatten()
            .filter(|entry| !SKIPPED.iter().any(|name| entry.file_name() == *name))
        {
            collect(&entry.path(), found);
        }
    }
    let mut found = Vec::new();
    collect(&root().join(below), &mut found);
    found.sort();
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| endings.iter().any(|it| end == *it)))
        .filter_map(|path| {
            let name = path.strip_prefix(root()).ok()?.to_string_lossy().replace('\\', "/");
            Some((name, fs::read_to_string(&path).ok()?))
        })
        .collect()
}

/// Every file that git tracks.
pub fn tracked() -> Vec<String> {
    let out = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output();
    let listed = out
        .map(|out| String::from_utf8_lossy(&out.stdout).into_owned())
        .unwrap_or_default();
    let names: Vec<String> = listed
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    assert!(
        names.len() > 20,
        "this needs git and a clone: it tells which files belong to the project"
    );
    names
}
