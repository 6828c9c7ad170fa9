//! How large things may be: folders, files and functions.

use std::collections::BTreeMap;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::tree::{files, report};

/// Files at one level of a folder, `mod.rs` and data not counted.
pub const FILES_OF_A_FOLDER: usize = 20;
/// Lines of half of the source files, at most.
pub const MEDIAN_LINES: usize = 120;
/// Lines of a file that is not rare.
const LONG_LINES: usize = 400;
pub const MOST_LINES: usize = 450;
/// Lines of a function, from `fn` to its last bracket.
pub const FUNCTION_LINES: usize = 80;

#[test]
fn every_source_file_says_what_it_is_and_holds_one_thing() {
    report(&file_faults(&[files("src", &["rs"]), files("tests", &["rs"])].concat()));
}

fn file_faults(sources: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut long = Vec::new();

    for (path, text) in sources {
        if !text.starts_with("//! ") {
            wrong.push(format!(
                "{path}:1 does not begin with //!: say in a line or two what the file is"
            ));
        }

        let lines = text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!(
                "{path}:{lines} is the last of more than {MOST_LINES} lines: split the file"
            ));
        } else if lines > LONG_LINES {
            long.push(format!("{path} ({lines})"));
        }
    }

    if long.len() * 20 > sources.len() {
        wrong.push(format!(
            "files of more than {LONG_LINES} lines are to be rare: {}",
            long.join(", ")
        ));
    }
    wrong
}

#[test]
fn folders_are_small_enough_to_read_their_list() {
    let all = [
        files("src", &["rs"]),
        files("templates", &["html"]),
        files("tests", &["rs", "html"]),
    ]
    .concat();
    let all: Vec<String> = all.into_iter().map(|(path, _)| path).collect();
    report(&folder_faults(&all));
}

fn folder_faults(paths: &[String]) -> Vec<String> {
    let too_many = folders(paths)
        .into_iter()
        .filter(|(_, count)| *count > FILES_OF_A_FOLDER);
    too_many
        .map(|(folder, count)| format!("{folder} has {count} files: more than {FILES_OF_A_FOLDER} are no list"))
        .collect()
}

/// The folders of some files, and how many of the files lie right in each.
pub fn folders(paths: &[String]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    let places = paths
        .iter()
        .filter(|path| !path.starts_with("tests/data/"))
        .filter_map(|path| path.rsplit_once('/'));

    for (folder, _) in places.filter(|(_, name)| *name != "mod.rs") {
        *counts.entry(folder).or_default() += 1;
    }

    counts
}

#[test]
fn functions_fit_on_a_screen() {
    let sources = [
        files("src", &["rs"]),
        files("tests", &["rs"]),
        files("benches", &["rs"]),
    ]
    .concat();
    report(
        &sources
            .iter()
            .flat_map(|(path, text)| function_faults(path, text))
            .collect::<Vec<_>>(),
    );
}

fn function_faults(path: &str, text: &str) -> Vec<String> {
    let long = functions(text).into_iter().filter(|one| one.lines > FUNCTION_LINES);
    let why = "split it into steps with names";
    long.map(|one| format!("{path}:{} `{}` has {} lines: {why}", one.line, one.name, one.lines))
        .collect()
}

pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// The functions of a file, and those inside them.
pub fn functions(text: &str) -> Vec<Function> {
    let mut finder = Functions(Vec::new());
    let ast = syn::parse_file(text);
    assert!(
        ast.is_ok(),
        "this cannot be read as Rust: {}",
        text.lines().next().unwrap_or_default()
    );
    if let Ok(ast) = ast {
        finder.visit_file(&ast);
    }
    finder.0
}

struct Functions(Vec<Function>);

impl Functions {
    fn push(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span().start().line;
        let lines = block.brace_token.span.close().end().line + 1 - line;
        self.0.push(Function {
            name: signature.ident.to_string(),
            line,
            lines,
        });
    }
}

impl<'ast> Visit<'ast> for Functions {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.push(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.push(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.push(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

#[test]
fn the_checks_on_sizes_find_what_they_look_for() {
    let file = |lines: usize| {
        (
            format!("src/{lines}.rs"),
            format!("//! A file.\n{}", "\n".repeat(lines - 1)),
        )
    };
    assert_eq!(file_faults(&[file(450), file(20)]).len(), 1, "one of two is long");
    assert_eq!(file_faults(&[file(451)]).len(), 1);
    assert_eq!(file_faults(&[("x".into(), "// What is this?".into())]).len(), 1);
    assert_eq!(file_faults(&[file(400), file(20)]), [""; 0]);

    let paths = |count: usize| (0..count).map(|n| format!("src/a/{n}.rs")).collect::<Vec<_>>();
    let beside = ["src/a/mod.rs", "src/a/b/x.rs", "tests/data/a.rs"].map(str::to_owned);
    assert_eq!(folder_faults(&[paths(20), beside.to_vec()].concat()), [""; 0]);
    assert_eq!(folder_faults(&[paths(21), beside.to_vec()].concat()).len(), 1);

    let body = |lines: usize| format!("{{{}}}", "\n".repeat(lines - 1));
    for text in [
        format!("fn f() {}", body(81)),
        format!("/// What it does.\nimpl A {{ async fn f(\n) {} }}", body(80)),
        format!("trait A {{ fn f() {} }}", body(81)),
        format!("mod a {{ struct B; fn f() {} fn g() {{}} }}", body(81)),
    ] {
        assert_eq!(function_faults("x", &text).len(), 1, "{text}");
    }
    assert_eq!(
        function_faults("x", &format!("fn f() {{ fn g() {} }}", body(81))).len(),
        2
    );
    assert_eq!(
        function_faults("x", &format!("fn f() {}\n\n\nfn g() {{}}", body(80))),
        [""; 0]
    );
    assert!(function_faults("x", &format!("\nfn f() {}", body(81)))[0].starts_with("x:2 `f` has 81 lines"));
}
