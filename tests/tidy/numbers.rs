//! The state of the tree in a few numbers: `cargo test --test tidy -- --nocapture the_tree_in_numbers`.

use crate::circles::{file_circles, folder_circles};
use crate::graph::GRAPH;
use crate::house::arrow_faults;
use crate::house_table::{HOUSE, ROOMS};
use crate::sizes::{FILES_OF_A_FOLDER, FUNCTION_LINES, MEDIAN_LINES, MOST_LINES, folders, functions};
use crate::tree::{files, report};

#[test]
fn the_tree_in_numbers() {
    let numbers = [folder(), median(), longest(), circles(), arrows(), function()];

    for number in &numbers {
        println!("{}", number.line());
    }

    report(
        &numbers
            .iter()
            .filter(|number| number.value > number.limit)
            .map(Number::line)
            .collect::<Vec<_>>(),
    );
}

/// Something counted, where the largest is, and how large it may be.
struct Number {
    what: &'static str,
    value: usize,
    place: String,
    limit: usize,
}

impl Number {
    fn line(&self) -> String {
        let Self {
            what,
            value,
            place,
            limit,
        } = self;
        let place = if place.is_empty() {
            String::new()
        } else {
            format!(" ({place})")
        };
        format!("{what}: {value}{place}, at most {limit}")
    }
}

fn folder() -> Number {
    let all = [
        files("src", &["rs"]),
        files("templates", &["html"]),
        files("tests", &["rs", "html"]),
    ]
    .concat();
    let all: Vec<String> = all.into_iter().map(|(path, _)| path).collect();
    let (place, value) = folders(&all)
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .unwrap_or_default();
    Number {
        what: "files at one level of a folder",
        value,
        place: place.to_owned(),
        limit: FILES_OF_A_FOLDER,
    }
}

/// The lines of each source file, the shortest first.
fn lengths() -> Vec<(usize, String)> {
    let mut lengths: Vec<_> = files("src", &["rs"])
        .into_iter()
        .map(|(path, text)| (text.lines().count(), path))
        .collect();
    lengths.sort();
    lengths
}

fn median() -> Number {
    let lengths = lengths();
    let value = lengths.get(lengths.len() / 2).map_or(0, |(lines, _)| *lines);
    Number {
        what: "lines of the median source file",
        value,
        place: String::new(),
        limit: MEDIAN_LINES,
    }
}

fn longest() -> Number {
    let (value, place) = lengths().pop().unwrap_or_default();
    Number {
        what: "lines of the longest source file",
        value,
        place,
        limit: MOST_LINES,
    }
}

fn circles() -> Number {
    let of_folders = ROOMS
        .iter()
        .map(|room| folder_circles(&GRAPH, room).len())
        .sum::<usize>();
    let of_files = ROOMS.iter().map(|room| file_circles(&GRAPH, room).len()).sum::<usize>();
    let place = format!("{of_folders} of folders, {of_files} of files");
    Number {
        what: "import circles",
        value: of_folders + of_files,
        place,
        limit: 0,
    }
}

fn arrows() -> Number {
    let counts = HOUSE
        .iter()
        .map(|(room, rows)| (*room, arrow_faults(&GRAPH, room, rows).len()));
    let counts: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
    let place = counts
        .iter()
        .map(|(room, count)| format!("{room} {count}"))
        .collect::<Vec<_>>()
        .join(", ");
    let value = counts.iter().map(|(_, count)| count).sum();
    Number {
        what: "upward arrows inside the rooms",
        value,
        place,
        limit: 0,
    }
}

fn function() -> Number {
    let sources = [
        files("src", &["rs"]),
        files("tests", &["rs"]),
        files("benches", &["rs"]),
    ]
    .concat();
    let all = sources
        .iter()
        .flat_map(|(path, text)| functions(text).into_iter().map(move |one| (path, one)));
    let longest = all.max_by_key(|(_, one)| one.lines);
    let place = longest
        .as_ref()
        .map(|(path, one)| format!("{path}:{} `{}`", one.line, one.name));
    let value = longest.map_or(0, |(_, one)| one.lines);
    Number {
        what: "lines of the longest function",
        value,
        place: place.unwrap_or_default(),
        limit: FUNCTION_LINES,
    }
}

#[test]
fn a_number_over_its_limit_is_told_with_its_place() {
    let number = Number {
        what: "files",
        value: 3,
        place: "src/a".into(),
        limit: 2,
    };
    assert_eq!(number.line(), "files: 3 (src/a), at most 2");
    assert!(
        lengths().len() > 100 && median().value > 10 && function().value > 10,
        "the sources are not found"
    );
}
