//! Reads a source file into its modules: what each declares, what it imports, and which paths it names.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, UseTree, Visibility};

/// A module, inline or a file of its own.
#[derive(Default)]
pub struct Module {
    pub file: String,
    /// Only compiled for tests.
    pub test: bool,
    pub children: BTreeSet<String>,
    pub items: BTreeSet<String>,
    /// The name here, and the path that it stands for.
    pub imports: BTreeMap<String, Vec<String>>,
    pub globs: Vec<Vec<String>>,
}

/// A path as it is written somewhere.
#[derive(Clone)]
pub struct Mention {
    pub module: Vec<String>,
    pub path: Vec<String>,
    pub line: usize,
    pub test: bool,
    pub how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Import,
    /// `use a::*`
    Glob,
    /// `pub use a::B`
    ReExport,
    /// In a type, an expression or a macro.
    Inline,
}

/// All modules by their path, and all paths that they name.
#[derive(Default)]
pub struct Sources {
    pub modules: BTreeMap<Vec<String>, Module>,
    pub mentions: Vec<Mention>,
}

impl Sources {
    pub fn read(files: &[(String, String)]) -> Self {
        let mut sources = Self::default();

        for (path, text) in files {
            sources.read_file(path, text);
        }

        sources.spread_tests();
        sources
    }

    fn read_file(&mut self, path: &str, text: &str) {
        let ast = syn::parse_file(text);
        assert!(ast.is_ok(), "{path} cannot be read as Rust");
        let Ok(ast) = ast else { return };

        let module = module_of(path);
        self.modules.entry(module.clone()).or_default().file = path.to_owned();

        let mut reader = Reader {
            sources: self,
            file: path,
            module,
            test: false,
            depth: 0,
        };
        reader.visit_file(&ast);
    }

    /// What lies in a module for tests is for tests too.
    fn spread_tests(&mut self) {
        let tests: BTreeSet<Vec<String>> = self
            .modules
            .iter()
            .filter(|(_, module)| module.test)
            .map(|(path, _)| path.clone())
            .collect();
        let in_tests = |path: &[String]| (1..=path.len()).any(|end| tests.contains(&path[..end]));

        for (path, module) in &mut self.modules {
            module.test |= in_tests(path);
        }
        for mention in &mut self.mentions {
            mention.test |= in_tests(&mention.module);
        }
    }
}

/// `src/a/b.rs` and `src/a/b/mod.rs` are `a::b`.
pub fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/')
        .filter(|part| !matches!(*part, "lib" | "main" | "mod"))
        .map(str::to_owned)
        .collect()
}

struct Reader<'a> {
    sources: &'a mut Sources,
    file: &'a str,
    module: Vec<String>,
    test: bool,
    /// How many functions and blocks are around.
    depth: usize,
}

impl Reader<'_> {
    fn mention(&mut self, path: Vec<String>, line: usize, how: How) {
        let (module, test) = (self.module.clone(), self.test);
        self.sources.mentions.push(Mention {
            module,
            path,
            line,
            test,
            how,
        });
    }

    fn current(&mut self) -> &mut Module {
        self.sources.modules.entry(self.module.clone()).or_default()
    }

    fn import(&mut self, tree: &UseTree, before: &[String], public: bool) {
        let how = if public { How::ReExport } else { How::Import };
        let line = tree.span().start().line;

        let (mut path, last, name) = match tree {
            UseTree::Path(tree) => {
                let path = [before, &[tree.ident.to_string()]].concat();
                return self.import(&tree.tree, &path, public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, before, public));
            }
            UseTree::Glob(_) => {
                self.current().globs.push(before.to_vec());
                return self.mention(before.to_vec(), line, How::Glob);
            }
            UseTree::Name(tree) => (before.to_vec(), tree.ident.to_string(), tree.ident.to_string()),
            UseTree::Rename(tree) => (before.to_vec(), tree.ident.to_string(), tree.rename.to_string()),
        };

        let name = if name == "self" {
            path.last().cloned().unwrap_or_default()
        } else {
            name
        };
        if last != "self" || path.is_empty() {
            path.push(last);
        }
        self.current().imports.insert(name, path.clone());
        self.mention(path, line, how);
    }

    /// Paths among a macro's tokens: names with `::` between them.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut line, mut colons) = (Vec::new(), 0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.end_of_path(&mut path, line);
                        line = name.span().start().line;
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end_of_path(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.end_of_path(&mut path, line);
    }

    fn end_of_path(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.mention(path, line, How::Inline);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = attributes_and_name(item);
        if let Some(name) = name.filter(|_| self.depth == 0) {
            self.current().items.insert(name);
        }

        let before = self.test;
        self.test |= is_for_tests(attributes);
        visit::visit_item(self, item);
        self.test = before;
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        self.current().children.insert(name.clone());

        self.module.push(name);
        let test = self.test;
        let module = self.current();
        module.test |= test;
        if item.content.is_some() {
            self.file.clone_into(&mut self.current().file);
            visit::visit_item_mod(self, item);
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let public = !matches!(item.vis, Visibility::Inherited);
        self.import(&item.tree, &[], public);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.depth += 1;
        visit::visit_block(self, block);
        self.depth -= 1;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        let before = self.test;
        self.test |= is_for_tests(&item.attrs);
        visit::visit_impl_item_fn(self, item);
        self.test = before;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if names.len() > 1 && path.leading_colon.is_none() {
            self.mention(names, path.span().start().line, How::Inline);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    /// `pub(in crate::a)` uses nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

/// `#[cfg(test)]`, also among other conditions, but not `#[cfg(not(test))]`.
fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .any(|attribute| {
            let condition = attribute
                .meta
                .require_list()
                .map(|list| list.tokens.to_string())
                .unwrap_or_default();
            let condition = condition.replace(' ', "");
            crate::text::has_word(&condition, "test") && !condition.contains("not(test)")
        })
}

fn attributes_and_name(item: &Item) -> (&[Attribute], Option<String>) {
    let (attributes, name) = match item {
        Item::Const(it) => (&it.attrs, Some(&it.ident)),
        Item::Enum(it) => (&it.attrs, Some(&it.ident)),
        Item::Fn(it) => (&it.attrs, Some(&it.sig.ident)),
        Item::Macro(it) => (&it.attrs, it.ident.as_ref()),
        Item::Static(it) => (&it.attrs, Some(&it.ident)),
        Item::Struct(it) => (&it.attrs, Some(&it.ident)),
        Item::Trait(it) => (&it.attrs, Some(&it.ident)),
        Item::TraitAlias(it) => (&it.attrs, Some(&it.ident)),
        Item::Type(it) => (&it.attrs, Some(&it.ident)),
        Item::Union(it) => (&it.attrs, Some(&it.ident)),
        Item::Impl(it) => (&it.attrs, None),
        Item::Mod(it) => (&it.attrs, None),
        Item::Use(it) => (&it.attrs, None),
        _ => return (&[], None),
    };
    (attributes, name.map(ToString::to_string))
}
