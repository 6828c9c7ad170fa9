//! The arrows inside a room: which of its folders may use which.

use std::collections::BTreeMap;

use crate::graph::{GRAPH, Graph, Use, path};
use crate::house_table::{HOUSE, ROOMS, Row};
use crate::tree::{files, report};

#[test]
fn folders_of_a_room_keep_to_their_arrows() {
    let faults = HOUSE.iter().flat_map(|(room, rows)| arrow_faults(&GRAPH, room, rows));
    report(&faults.collect::<Vec<_>>());
}

#[test]
fn the_table_of_arrows_has_each_folder_and_no_other() {
    let faults = HOUSE.iter().flat_map(|(room, rows)| table_faults(&GRAPH, room, rows));
    report(&faults.collect::<Vec<_>>());
}

#[test]
fn code_inside_a_room_names_the_folder() {
    let faults = ROOMS.iter().flat_map(|room| re_export_faults(&GRAPH, room));
    report(&faults.collect::<Vec<_>>());
}

#[test]
fn the_page_of_a_room_is_a_map() {
    let pages = ROOMS
        .iter()
        .flat_map(|room| files(&format!("src/{room}/mod.rs"), &["rs"]));
    report(
        &pages
            .flat_map(|(path, text)| map_faults(&path, &text))
            .collect::<Vec<_>>(),
    );
}

/// Each use of a folder that the table does not permit, once for a file and a folder.
pub fn arrow_faults(graph: &Graph, room: &str, rows: &[Row]) -> Vec<String> {
    let base = path(room);
    let children = graph.children(&base);
    let mut found = BTreeMap::new();

    for one in graph.uses.iter().filter(|one| !one.test) {
        let Some(from) = below(&base, &one.from) else { continue };
        let permitted = rows
            .iter()
            .find(|(name, _)| name == from)
            .map_or(&[][..], |(_, permitted)| permitted);

        for to in targets(one).filter_map(|to| below(&base, to)) {
            let is_fault = to != from && children.contains(to) && !permitted.contains(&to.as_str());
            if is_fault {
                found.entry((one.file.as_str(), from, to)).or_insert(one.line);
            }
        }
    }

    let line = |((file, from, to), line)| {
        format!(
            "{file}:{line} uses {room}::{to}: the table in tests/tidy/house_table.rs has no arrow from {from} to {to}"
        )
    };
    found.into_iter().map(line).collect()
}

/// What a use names: as it is written, and what stands behind it.
fn targets(one: &Use) -> impl Iterator<Item = &Vec<String>> {
    one.written.iter().chain([&one.to])
}

/// The part of a room that a module lies in.
fn below<'m>(room: &[String], module: &'m [String]) -> Option<&'m String> {
    module.strip_prefix(room)?.first()
}

fn table_faults(graph: &Graph, room: &str, rows: &[Row]) -> Vec<String> {
    let children = graph.children(&path(room));
    let place = "tests/tidy/house_table.rs";
    let mut faults = Vec::new();

    for child in &children {
        if !rows.iter().any(|(name, _)| name == child) {
            faults.push(format!("{place} has no row for {room}::{child}: say what it may use"));
        }
    }

    for (at, (name, permitted)) in rows.iter().enumerate() {
        if !children.contains(*name) {
            faults.push(format!(
                "{place} has a row for {room}::{name}, which is not there: delete the row"
            ));
        }

        let before: Vec<&str> = rows.iter().take(at).map(|(name, _)| *name).collect();
        for later in permitted.iter().filter(|used| !before.contains(used)) {
            faults.push(format!(
                "{place} lets {room}::{name} use {later}, which has no row before it: rows go upwards"
            ));
        }
    }

    faults
}

fn re_export_faults(graph: &Graph, room: &str) -> Vec<String> {
    let base = path(room);
    let children = graph
        .module(&base)
        .map(|module| module.children.clone())
        .unwrap_or_default();
    let mut faults = Vec::new();

    for one in graph.uses.iter().filter(|one| below(&base, &one.from).is_some()) {
        let Some(rest) = one
            .written
            .as_deref()
            .and_then(|written| written.strip_prefix(base.as_slice()))
        else {
            continue;
        };
        let name = rest.first().map_or("*", String::as_str);
        if !children.contains(name) {
            let (file, line) = (&one.file, one.line);
            let why = "code inside a room names the folder, the room's re-exports are for other rooms";
            faults.push(format!("{file}:{line} uses {room}::{name}: {why}"));
        }
    }

    faults
}

fn map_faults(file: &str, text: &str) -> Vec<String> {
    let items = syn::parse_file(text).map(|ast| ast.items).unwrap_or_default();
    let others = items
        .iter()
        .filter(|item| !matches!(item, syn::Item::Mod(_) | syn::Item::Use(_)));
    let line = |item: &syn::Item| syn::spanned::Spanned::span(item).start().line;
    others
        .map(|it| format!("{file}:{} has code: a room's mod.rs is a map and re-exports", line(it)))
        .collect()
}

#[test]
fn the_checks_of_a_room_find_what_they_look_for() {
    let graph = example("use crate::room::high::Thing;", "fn f() { crate::room::low::f() }");
    let rows: &[Row] = &[("low", &[]), ("high", &["low"])];
    assert_eq!(arrow_faults(&graph, "room", rows).len(), 1);
    assert!(arrow_faults(&graph, "room", rows)[0].starts_with("src/room/low/a.rs:1 uses room::high"));
    assert_eq!(table_faults(&graph, "room", rows), [""; 0]);
    assert_eq!(
        table_faults(&graph, "room", &[("low", &["high"]), ("high", &[]), ("gone", &[])]).len(),
        2
    );
    assert_eq!(table_faults(&graph, "room", &[("low", &[])]).len(), 1);

    for low in [
        "use super::super::high;",
        "use super::super::{high::{self, Thing}, low};",
        "fn f() -> crate::room::high::Thing { todo() }",
        "fn f() { println!(\"{}\", super::super::high::f()) }",
        "impl crate::room::high::Trait for X {}",
        "use crate::room::high::{*};",
        "use super::f;",
    ] {
        assert_eq!(arrow_faults(&example(low, ""), "room", rows).len(), 1, "{low}");
    }
    for low in [
        "// use crate::room::high;",
        "const A: &str = \"crate::room::high\";",
        "#[cfg(test)] mod tests { use crate::room::high::Thing; }",
        "use std::fs; use super::Own;",
        "pub(in crate::room) fn f() {}",
    ] {
        assert_eq!(arrow_faults(&example(low, ""), "room", rows), [""; 0], "{low}");
    }

    for low in [
        "use crate::room::Thing;",
        "use super::super::Thing;",
        "fn f(x: crate::room::Thing) {}",
    ] {
        assert_eq!(re_export_faults(&example(low, ""), "room").len(), 1, "{low}");
        let in_tests = format!(
            "#[cfg(test)] mod tests {{ {} }}",
            low.replace("super::super", "super::super::super")
        );
        assert_eq!(re_export_faults(&example(&in_tests, ""), "room").len(), 1, "{in_tests}");
    }
    assert_eq!(
        re_export_faults(&example("use super::Own; use crate::other::Thing;", ""), "room"),
        [""; 0]
    );

    assert_eq!(
        map_faults("x", "mod a; pub use a::B; const C: u8 = 1; fn f() {}").len(),
        2
    );
    assert_eq!(map_faults("x", "//! A map.\nmod a;\npub use a::B;"), [""; 0]);
}

/// A room of two folders. The lower one passes on a function of the higher one, which does not count here.
fn example(low: &str, high: &str) -> Graph {
    let files = [
        ("src/lib.rs", "mod room; mod other;"),
        ("src/other.rs", "pub struct Thing;"),
        ("src/room/mod.rs", "mod low; mod high; pub use high::Thing;"),
        (
            "src/room/low/mod.rs",
            "mod a; pub use crate::room::high::f; pub struct Own;",
        ),
        ("src/room/low/a.rs", low),
        (
            "src/room/high/mod.rs",
            "pub struct Thing; pub trait Trait {} pub fn f() {}",
        ),
        ("src/room/high/b.rs", high),
    ];
    let mut graph = Graph::of(&files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    graph.uses.retain(|one| one.file != "src/room/low/mod.rs");
    graph
}
