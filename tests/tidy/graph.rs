//! Who uses whom inside the crate: each path of the source, with the module that it leads to.

use std::collections::BTreeSet;
use std::sync::LazyLock;

pub use crate::reader::How;
use crate::reader::{Module, Sources};
use crate::tree::files;

/// The graph of `src`.
pub static GRAPH: LazyLock<Graph> = LazyLock::new(|| Graph::of(&files("src", &["rs"])));

pub struct Graph {
    sources: Sources,
    pub uses: Vec<Use>,
}

/// One use of something of the crate.
pub struct Use {
    pub file: String,
    pub line: usize,
    pub test: bool,
    pub how: How,
    pub from: Vec<String>,
    /// From the crate's root, as it is written; `None` if a name was imported before, and that import counts.
    pub written: Option<Vec<String>>,
    /// The module that has what is used, wherever it is re-exported.
    pub to: Vec<String>,
    /// A module itself is named, and what it is used for stands elsewhere.
    pub names_module: bool,
}

/// Imports of imports, at most.
const STEPS: usize = 16;

impl Graph {
    /// Of files with their text.
    pub fn of(files: &[(String, String)]) -> Self {
        let mut graph = Self {
            sources: Sources::read(files),
            uses: Vec::new(),
        };
        graph.uses = graph.uses();
        graph
    }

    fn uses(&self) -> Vec<Use> {
        let mut uses = Vec::new();

        for mention in &self.sources.mentions {
            let Some(module) = self.sources.modules.get(&mention.module) else {
                continue;
            };
            let Some((to, names_module)) = self.resolve(&mention.module, &mention.path, 0) else {
                continue;
            };

            let anchor = self.anchor(&mention.module, &mention.path);
            uses.push(Use {
                file: module.file.clone(),
                line: mention.line,
                test: mention.test,
                how: mention.how,
                from: mention.module.clone(),
                written: anchor.map(|(base, rest)| [&base, rest].concat()),
                to,
                names_module,
            });
        }

        uses
    }

    pub fn module(&self, path: &[String]) -> Option<&Module> {
        self.sources.modules.get(path)
    }

    /// The modules right below one that are not only for tests.
    pub fn children(&self, path: &[String]) -> BTreeSet<String> {
        let Some(module) = self.module(path) else {
            return BTreeSet::new();
        };
        let is_real = |name: &&String| {
            let child = [path, std::slice::from_ref(*name)].concat();
            self.module(&child)
                .is_some_and(|child| !child.test && child.file != module.file)
        };
        module.children.iter().filter(is_real).cloned().collect()
    }

    /// All modules that have others below them.
    pub fn folders(&self) -> Vec<Vec<String>> {
        self.sources
            .modules
            .keys()
            .filter(|path| !self.children(path).is_empty())
            .cloned()
            .collect()
    }

    /// Where a path begins, if it says so: at the crate, here, above, or in a module declared here.
    fn anchor<'p>(&self, from: &[String], path: &'p [String]) -> Option<(Vec<String>, &'p [String])> {
        let mut base = match path.first()?.as_str() {
            "crate" => return Some((Vec::new(), &path[1..])),
            "self" | "super" => from.to_vec(),
            name if self.module(from)?.children.contains(name) => return Some((from.to_vec(), path)),
            _ => return None,
        };

        let mut rest = path;
        while let Some(word) = rest.first().filter(|word| matches!(word.as_str(), "self" | "super")) {
            if word == "super" {
                base.pop();
            }
            rest = &rest[1..];
        }
        Some((base, rest))
    }

    /// The module that a path leads to, and whether the path names the module itself; `None` if it is not ours.
    fn resolve(&self, from: &[String], path: &[String], steps: usize) -> Option<(Vec<String>, bool)> {
        if steps > STEPS {
            return None;
        }

        let anchor = self.anchor(from, path);
        let anchored = anchor.is_some();
        let (mut at, rest) = anchor.unwrap_or_else(|| (from.to_vec(), path));

        for (index, name) in rest.iter().enumerate() {
            match self.step(&at, name, index + 1 == rest.len(), steps) {
                Step::Module(module) => at = module,
                Step::Item(module) => return Some((module, false)),
                Step::Foreign => return None,
                Step::Unknown if anchored || index > 0 => return Some((at, false)),
                Step::Unknown => return None,
            }
        }

        Some((at, true))
    }

    fn step(&self, at: &[String], name: &String, last: bool, steps: usize) -> Step {
        let Some(module) = self.module(at) else {
            return Step::Unknown;
        };
        let child = [at, std::slice::from_ref(name)].concat();
        let is_child = module.children.contains(name);

        if is_child && !last {
            return Step::Module(child);
        }
        if module.items.contains(name) {
            return Step::Item(at.to_vec());
        }
        if let Some(path) = module.imports.get(name) {
            return match self.resolve(at, path, steps + 1) {
                Some((module, true)) => Step::Module(module),
                Some((module, false)) => Step::Item(module),
                None if is_child => Step::Module(child),
                None => Step::Foreign,
            };
        }
        if is_child {
            return Step::Module(child);
        }

        let of_globs = module.globs.iter().filter_map(|glob| self.resolve(at, glob, steps + 1));
        let mut found = of_globs
            .filter(|(target, is_module)| *is_module && target != at && steps < STEPS)
            .map(|(target, _)| self.step(&target, name, last, steps + 1));
        found
            .find(|step| !matches!(step, Step::Unknown | Step::Foreign))
            .unwrap_or(Step::Unknown)
    }
}

enum Step {
    Module(Vec<String>),
    /// Something else that this module has.
    Item(Vec<String>),
    Foreign,
    Unknown,
}

/// `a::b` as a list of names.
pub fn path(text: &str) -> Vec<String> {
    text.split("::").map(str::to_owned).collect()
}
