//! No circle: neither between the folders of a room nor between its files.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::graph::{GRAPH, Graph, Use, path};
use crate::house_table::ROOMS;
use crate::tree::report;

#[test]
fn no_folders_of_a_room_use_each_other() {
    report(
        &ROOMS
            .iter()
            .flat_map(|room| folder_circles(&GRAPH, room))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_files_of_a_room_use_each_other() {
    report(
        &ROOMS
            .iter()
            .flat_map(|room| file_circles(&GRAPH, room))
            .collect::<Vec<_>>(),
    );
}

/// From one name to another, with the first place that makes the arrow.
type Arrows = BTreeMap<String, BTreeMap<String, String>>;

/// Each circle of folders, with the places that make it; a file beside folders counts as one.
pub fn folder_circles(graph: &Graph, room: &str) -> Vec<String> {
    let room = path(room);
    let bases: Vec<_> = graph
        .folders()
        .into_iter()
        .filter(|base| base.starts_with(&room))
        .collect();
    bases
        .iter()
        .flat_map(|base| circles_below(graph, base, base.len() == room.len()))
        .collect()
}

fn circles_below(graph: &Graph, base: &[String], is_room: bool) -> Vec<String> {
    let children = graph.children(base);
    let child_of = |module: &[String]| {
        module
            .strip_prefix(base)?
            .first()
            .filter(|it| children.contains(*it))
            .cloned()
    };
    let mut arrows = Arrows::new();

    for one in real_uses(graph) {
        let (Some(from), Some(to)) = (child_of(&one.from), child_of(&one.to)) else {
            continue;
        };
        insert(&mut arrows, from, to, one);
    }

    // What files alone make is for the other test.
    let has_folder = |circle: &BTreeSet<String>| {
        let is_folder = |name: &String| !graph.children(&[base, std::slice::from_ref(name)].concat()).is_empty();
        is_room || circle.iter().any(is_folder)
    };
    circles(&arrows)
        .iter()
        .filter(|circle| has_folder(circle))
        .map(|it| describe("folders", it, &arrows))
        .collect()
}

/// Each circle of files, with the places that make it.
pub fn file_circles(graph: &Graph, room: &str) -> Vec<String> {
    let room = path(room);
    let mut arrows = Arrows::new();

    for one in real_uses(graph).filter(|one| one.from.starts_with(&room) && one.to.starts_with(&room)) {
        let Some(target) = graph.module(&one.to) else { continue };

        // A parent that passes its child's items on does not depend on them.
        let is_map = one.how == crate::graph::How::ReExport && one.to.starts_with(&one.from);
        // A folder's own page and its files are one thing in several files: only other ways round are circles.
        let is_own_page = one.from.starts_with(&one.to) && one.from.len() == one.to.len() + 1;
        // What a module's name is imported for stands elsewhere in the file.
        let is_name = one.names_module && one.how != crate::graph::How::Glob;
        if !is_map && !is_name && !is_own_page {
            insert(&mut arrows, one.file.clone(), target.file.clone(), one);
        }
    }

    circles(&arrows)
        .iter()
        .map(|it| describe("files", it, &arrows))
        .collect()
}

fn real_uses(graph: &Graph) -> impl Iterator<Item = &Use> {
    graph.uses.iter().filter(|one| !one.test)
}

fn insert(arrows: &mut Arrows, from: String, to: String, one: &Use) {
    if from != to {
        let place = format!("{}:{} uses {}", one.file, one.line, one.to.join("::"));
        arrows.entry(from).or_default().entry(to).or_insert(place);
    }
}

/// The largest sets in which each name leads to each other.
fn circles(arrows: &Arrows) -> BTreeSet<BTreeSet<String>> {
    let reached: BTreeMap<&String, BTreeSet<&String>> = arrows.keys().map(|from| (from, reach(arrows, from))).collect();
    let back = |from: &String, to: &String| reached.get(to).is_some_and(|names| names.contains(from));
    let circle = |from: &&String| -> BTreeSet<String> {
        let names = reached.get(*from).into_iter().flatten();
        names.filter(|to| back(from, to)).map(|to| (*to).clone()).collect()
    };
    arrows
        .keys()
        .map(|from| circle(&from))
        .filter(|circle| !circle.is_empty())
        .collect()
}

fn reach<'a>(arrows: &'a Arrows, from: &String) -> BTreeSet<&'a String> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&String> = arrows.get(from).into_iter().flat_map(BTreeMap::keys).collect();
    while let Some(name) = next.pop() {
        if found.insert(name) {
            next.extend(arrows.get(name).into_iter().flat_map(BTreeMap::keys));
        }
    }
    found
}

/// Names a circle and shows the shortest ways round, as those are what to mend first.
fn describe(what: &str, circle: &BTreeSet<String>, arrows: &Arrows) -> String {
    let mut ways: BTreeMap<BTreeSet<&String>, Vec<&String>> = BTreeMap::new();
    for way in circle.iter().filter_map(|from| way_round(arrows, from)) {
        ways.entry(way.iter().copied().collect()).or_insert(way);
    }

    let shortest = ways.values().map(Vec::len).min().unwrap_or_default();
    let places = ways
        .values()
        .filter(|way| way.len() == shortest)
        .flat_map(|way| places(arrows, way));
    let places: Vec<String> = places.map(|place| format!("\n  {place}")).collect();

    let names: Vec<&str> = circle.iter().map(String::as_str).collect();
    format!(
        "{what} use each other: {}: none can be understood alone{}",
        names.join(", "),
        places.concat()
    )
}

/// The shortest way from a name back to it, without the name again at its end.
fn way_round<'a>(arrows: &'a Arrows, from: &'a String) -> Option<Vec<&'a String>> {
    let mut seen = BTreeSet::new();
    let mut ways = VecDeque::from([vec![from]]);

    while let Some(way) = ways.pop_front() {
        for to in way
            .last()
            .and_then(|last| arrows.get(*last))
            .into_iter()
            .flat_map(BTreeMap::keys)
        {
            if to == from {
                return Some(way);
            }
            if seen.insert(to) {
                ways.push_back([way.as_slice(), &[to]].concat());
            }
        }
    }

    None
}

/// Where each name of a way uses the next.
fn places<'a>(arrows: &'a Arrows, way: &[&'a String]) -> Vec<&'a String> {
    let next = way.iter().cycle().skip(1);
    way.iter()
        .zip(next)
        .filter_map(|(from, to)| arrows.get(*from)?.get(*to))
        .collect()
}

#[test]
fn the_checks_on_circles_find_what_they_look_for() {
    let circle = example(
        "use crate::room::b::B; pub struct A;",
        "use crate::room::a::A; pub struct B;",
    );
    assert_eq!(folder_circles(&circle, "room").len(), 1);
    let told = file_circles(&circle, "room");
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("\n  src/room/a/mod.rs:1 uses room::b\n  src/room/b/mod.rs:1 uses room::a"),
        "{told:?}"
    );

    let one_way = example("pub struct A;", "fn f() -> super::A { crate::room::a::A }");
    assert_eq!(folder_circles(&one_way, "room"), [""; 0]);
    assert_eq!(file_circles(&one_way, "room"), [""; 0]);

    let in_a_macro = example(
        "fn f() { assert!(super::b::ok()) } pub struct A;",
        "pub fn ok(_: super::a::A) {}",
    );
    assert_eq!(file_circles(&in_a_macro, "room").len(), 1);

    let only_in_tests = example(
        "pub struct A; #[cfg(test)] mod tests { use crate::room::b::B; }",
        "use crate::room::a::A; pub struct B;",
    );
    assert_eq!(file_circles(&only_in_tests, "room"), [""; 0]);
    assert_eq!(folder_circles(&only_in_tests, "room"), [""; 0]);

    let ring = [("a", "b"), ("b", "c"), ("c", "a")];
    let ring = ring.map(|(name, next)| {
        (
            format!("src/room/{name}.rs"),
            format!("use super::{next}::X; pub struct X;"),
        )
    });
    let page = ("src/room/mod.rs".to_owned(), "mod a; mod b; mod c;".to_owned());
    let lib = ("src/lib.rs".to_owned(), "mod room;".to_owned());
    let ring = file_circles(&Graph::of(&[vec![lib, page], ring.to_vec()].concat()), "room");
    assert_eq!(ring.len(), 1);
    assert_eq!(ring[0].lines().count(), 4, "{ring:?}");

    // A folder's own page and its files may use each other; a file further down may not use it back.
    let parent = |page: &str| {
        let files = [
            ("src/lib.rs", "mod room;"),
            ("src/room/mod.rs", "mod a;"),
            ("src/room/a/mod.rs", page),
            ("src/room/a/b.rs", "use super::Own; pub struct B;"),
        ];
        file_circles(
            &Graph::of(&files.map(|(path, text)| (path.to_owned(), text.to_owned()))),
            "room",
        )
        .len()
    };
    assert_eq!(parent("mod b; pub use b::B; pub struct Own;"), 0);
    assert_eq!(parent("mod b; use b::B; pub struct Own;"), 0);
    assert_eq!(parent("mod b; pub struct Own(b::B);"), 0);
}

fn example(a: &str, b: &str) -> Graph {
    let files = [
        ("src/lib.rs", "mod room;"),
        ("src/room/mod.rs", "mod a; mod b; pub use a::A;"),
        ("src/room/a/mod.rs", a),
        ("src/room/b/mod.rs", b),
    ];
    Graph::of(&files.map(|(path, text)| (path.to_owned(), text.to_owned())))
}
