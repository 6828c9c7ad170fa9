//! Text that says nothing: comments that repeat the name below them, and subjects of commits that do not fit.

use std::process::Command;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Visibility};

use crate::tree::{files, report, root};

/// A comment of so few words on a private item says no more than its name.
const WORDS: usize = 3;

/// Letters of a commit's subject.
const SUBJECT: usize = 72;

/// Subjects count since then, in unix seconds: 2026-11-30 17:00 UTC.
const SINCE: u64 = 1_796_058_000;

#[test]
fn comments_say_more_than_the_name() {
    let sources = files("src", &["rs"]);
    report(
        &sources
            .iter()
            .flat_map(|(path, text)| comment_faults(path, text))
            .collect::<Vec<_>>(),
    );
}

fn comment_faults(path: &str, text: &str) -> Vec<String> {
    let mut comments = Comments {
        found: Vec::new(),
        public: true,
    };
    if let Ok(ast) = syn::parse_file(text) {
        comments.visit_file(&ast);
    }

    let short = comments
        .found
        .into_iter()
        .filter(|(_, text)| text.split_whitespace().count() <= WORDS);
    short
        .map(|(line, text)| format!("{path}:{line} says \"{text}\": delete it, or say what the name does not"))
        .collect()
}

/// The comments on items that are not `pub`, with their lines.
struct Comments {
    found: Vec<(usize, String)>,
    /// Whether the enum or trait around is `pub`, as what is inside it then is too.
    public: bool,
}

impl Comments {
    fn look(&mut self, attributes: &[Attribute], public: bool) {
        let comments: Vec<(usize, String)> = attributes.iter().filter_map(comment).collect();
        if let Some((line, _)) = comments.first().filter(|_| !public) {
            let text: Vec<&str> = comments.iter().map(|(_, text)| text.trim()).collect();
            self.found.push((*line, text.join(" ")));
        }
    }
}

impl<'ast> Visit<'ast> for Comments {
    fn visit_item(&mut self, item: &'ast Item) {
        let before = self.public;
        if let Some((attributes, visibility)) = comments_of(item) {
            self.public = is_public(visibility);
            self.look(attributes, self.public);
        }
        visit::visit_item(self, item);
        self.public = before;
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        self.look(&field.attrs, is_public(&field.vis));
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        self.look(&variant.attrs, self.public);
        // The fields of a variant are as public as it is.
        variant
            .fields
            .iter()
            .for_each(|field| self.look(&field.attrs, self.public));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.look(&item.attrs, is_public(&item.vis));
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.look(&item.attrs, is_public(&item.vis));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        self.look(&item.attrs, self.public);
        visit::visit_trait_item_fn(self, item);
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn comments_of(item: &Item) -> Option<(&[Attribute], &Visibility)> {
    Some(match item {
        Item::Const(it) => (&it.attrs, &it.vis),
        Item::Enum(it) => (&it.attrs, &it.vis),
        Item::Fn(it) => (&it.attrs, &it.vis),
        Item::Mod(it) => (&it.attrs, &it.vis),
        Item::Static(it) => (&it.attrs, &it.vis),
        Item::Struct(it) => (&it.attrs, &it.vis),
        Item::Trait(it) => (&it.attrs, &it.vis),
        Item::Type(it) => (&it.attrs, &it.vis),
        Item::Union(it) => (&it.attrs, &it.vis),
        _ => return None,
    })
}

/// What `/// …` says, with its line.
fn comment(attribute: &Attribute) -> Option<(usize, String)> {
    let is_outer = matches!(attribute.style, syn::AttrStyle::Outer);
    match &attribute.meta {
        Meta::NameValue(meta) if is_outer && meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some((attribute.span().start().line, text.value())),
            _ => None,
        },
        _ => None,
    }
}

#[test]
fn subjects_of_commits_fit_on_a_line() {
    let log = Command::new("git")
        .args(["log", "-20", "--format=%ct %h %s"])
        .current_dir(root())
        .output();
    // Without a history, as in a downloaded archive, there is nothing to check.
    let log = log
        .map(|out| String::from_utf8_lossy(&out.stdout).into_owned())
        .unwrap_or_default();
    report(&subject_faults(&log));
}

/// Of lines with time, commit and subject.
fn subject_faults(log: &str) -> Vec<String> {
    let mut wrong = Vec::new();

    for line in log.lines() {
        let mut parts = line.splitn(3, ' ');
        let (Some(time), Some(commit), Some(subject)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let is_new = time.parse().is_ok_and(|time: u64| time >= SINCE);
        let letters = subject.chars().count();
        if is_new && letters > SUBJECT {
            wrong.push(format!(
                "{commit} {subject}: {letters} letters, at most {SUBJECT}; the reason goes in the body"
            ));
        }
    }

    wrong
}

#[test]
fn the_checks_on_filler_find_what_they_look_for() {
    for code in [
        "/// The key.\nfn key() {}",
        "/// The\n/// key.\nfn key() {}",
        "pub struct A { /// The key.\n key: u8 }",
        "enum A { /// A key.\n Key }",
        "pub(crate) const A: u8 = 1; /// The key.\npub(super) static B: u8 = 1;",
        "impl A { /// The key.\n fn key(&self) {} }",
        "trait A { /// The key.\n fn key(&self); }",
        "mod a { /// Some keys.\n type Keys = u8; }",
    ] {
        assert_eq!(comment_faults("x", code).len(), 1, "{code}");
    }
    for code in [
        "/// The key.\npub fn key() {}",
        "/// The key, sealed, in hex.\nfn key() {}",
        "pub enum A { /// The key.\n Key }",
        "//! A file.\n// The key.\nfn key() {}",
        "pub trait A { /// The key.\n fn key(&self); }",
    ] {
        assert_eq!(comment_faults("x", code), [""; 0], "{code}");
    }
    assert!(comment_faults("x", "\n/// The key.\nfn key() {}")[0].starts_with("x:2 says \"The key.\""));

    let (fits, long) = ("a".repeat(SUBJECT), "ä".repeat(SUBJECT + 1));
    assert_eq!(
        subject_faults(&format!("{SINCE} abc {fits}\n{} abc {long}", SINCE - 1)),
        [""; 0]
    );
    assert_eq!(
        subject_faults(&format!("{SINCE} abc {long}\n{SINCE} abc {fits}")).len(),
        1
    );
}
