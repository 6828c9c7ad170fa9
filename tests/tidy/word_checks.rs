//! Holds the source to the words of `words`: no old names in code, and no riddles in text.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::text::has_word;
use crate::tree::{files, report};
use crate::words::{
    Exception, Kind, MOST_RIDDLES, OLD_NAME_EXCEPTIONS, OLD_NAMES, OldName, RIDDLE_EXCEPTIONS, RIDDLES,
};

#[test]
fn code_uses_the_words_of_the_glossary() {
    let sources = [files("src", &["rs"]), files("benches", &["rs"])].concat();
    let found = sources
        .iter()
        .flat_map(|(path, text)| old_names(path, text, OLD_NAMES))
        .collect();
    report(&faults(found, OLD_NAME_EXCEPTIONS));
}

#[test]
fn text_says_who_is_meant() {
    let found = readable().iter().flat_map(|(path, text)| riddles(path, text)).collect();
    report(&faults(found, RIDDLE_EXCEPTIONS));
    assert!(
        RIDDLE_EXCEPTIONS.len() <= MOST_RIDDLES,
        "more than {MOST_RIDDLES} riddles are a habit"
    );
}

/// What people read: sources with their comments, templates, scripts, and the documentation.
fn readable() -> Vec<(String, String)> {
    let sources = [
        files("src", &["rs"]),
        files("benches", &["rs"]),
        files("build.rs", &["rs"]),
    ]
    .concat();
    let pages = [
        files("templates", &["html"]),
        files("docs", &["md"]),
        files("README.md", &["md"]),
    ]
    .concat();
    [sources, pages].concat()
}

/// Something found, and what an exception has to say to permit it.
struct Found {
    file: String,
    text: String,
    fault: String,
}

/// What no exception permits, and each exception that permits nothing.
fn faults(found: Vec<Found>, exceptions: &[Exception]) -> Vec<String> {
    let is_meant = |one: &Found, exception: &Exception| one.file == exception.file && one.text == exception.text;

    let idle = exceptions
        .iter()
        .filter(|exception| !found.iter().any(|one| is_meant(one, exception)));
    let idle: Vec<String> = idle
        .map(|it| {
            format!(
                "{}: the exception for `{}` ({}) is not needed any more: delete it",
                it.file, it.text, it.why
            )
        })
        .collect();

    let wrong = found
        .into_iter()
        .filter(|one| !exceptions.iter().any(|exception| is_meant(one, exception)));
    wrong.map(|one| one.fault).chain(idle).collect()
}

fn old_names(path: &str, text: &str, names: &[OldName]) -> Vec<Found> {
    let tokens = text.parse::<TokenStream>();
    assert!(tokens.is_ok(), "{path} cannot be read as Rust");
    let mut found = Vec::new();

    for one in tokens.map(|tokens| identifiers(tokens, false)).unwrap_or_default() {
        for old in names
            .iter()
            .filter(|old| one.is_meant_by(old) && path.starts_with(old.below))
        {
            let fault = format!(
                "{path}:{} has the name `{}`: the word is {}",
                one.line, one.name, old.instead
            );
            found.push(Found {
                file: path.to_owned(),
                text: one.name.clone(),
                fault,
            });
        }
    }

    found
}

/// A name in code. Comments and strings have none.
struct Identifier {
    name: String,
    line: usize,
    is_variant: bool,
    is_function: bool,
}

impl Identifier {
    fn is_meant_by(&self, old: &OldName) -> bool {
        let is_kind = match old.kind {
            Kind::All => true,
            Kind::NoVariant => !self.is_variant,
            Kind::Function => self.is_function,
        };
        is_kind && self.name == old.name
    }
}

/// Of code; of the variants of an enum, if that is where the tokens stand.
fn identifiers(tokens: TokenStream, of_enum: bool) -> Vec<Identifier> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    let mut enum_ahead = false;

    for (at, token) in tokens.iter().enumerate() {
        let (before, after) = (&tokens[..at], tokens.get(at + 1));
        match token {
            TokenTree::Ident(name) => {
                let (name, line) = (name.to_string(), name.span().start().line);
                enum_ahead |= name == "enum";
                let is_variant = belongs_to_type(before) || (of_enum && begins_variant(before));
                found.push(Identifier {
                    name,
                    line,
                    is_variant,
                    is_function: is_function(before, after),
                });
            }
            TokenTree::Group(group) => {
                let is_braced = group.delimiter() == Delimiter::Brace;
                found.extend(identifiers(group.stream(), enum_ahead && is_braced));
                enum_ahead &= !is_braced;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }

    found
}

/// After `Type::`.
fn belongs_to_type(before: &[TokenTree]) -> bool {
    match before {
        [
            ..,
            TokenTree::Ident(name),
            TokenTree::Punct(first),
            TokenTree::Punct(second),
        ] => {
            let is_type = name.to_string().starts_with(char::is_uppercase);
            is_type && first.as_char() == ':' && second.as_char() == ':'
        }
        _ => false,
    }
}

/// At the start, after a comma, or after an attribute.
fn begins_variant(before: &[TokenTree]) -> bool {
    match before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ',',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Bracket,
        Some(_) => false,
    }
}

/// `fn name`, or `name(`.
fn is_function(before: &[TokenTree], after: Option<&TokenTree>) -> bool {
    let is_declared = matches!(before.last(), Some(TokenTree::Ident(word)) if *word == "fn");
    let is_called = matches!(after, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
    is_declared || is_called
}

fn riddles(path: &str, text: &str) -> Vec<Found> {
    let mut found = Vec::new();

    for (at, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        for word in RIDDLES.iter().filter(|word| has_word(&lower, word)) {
            let fault = format!("{path}:{} says \"{word}\": name who is meant: {}", at + 1, line.trim());
            found.push(Found {
                file: path.to_owned(),
                text: line.trim().to_owned(),
                fault,
            });
        }
    }

    found
}

#[test]
fn the_checks_on_old_names_find_what_they_look_for() {
    let name = |name, kind, below| OldName {
        name,
        instead: "better",
        kind,
        below,
    };
    let names = [
        name("Purse", Kind::All, ""),
        name("Refused", Kind::NoVariant, ""),
        name("admitted", Kind::Function, ""),
        name("Ask", Kind::All, "src/wire"),
    ];
    let count = |path: &str, text: &str| old_names(path, text, &names).len();
    for code in [
        "struct Purse;",
        "fn f(purse: &mut Purse) {}",
        "fn f() { assert_eq!(Purse::new(), 1) }",
        "use a::{b, Purse as Other};",
        "enum A { Purse }",
        "#[derive(Purse)] struct A;",
        "struct Refused { a: u8 }",
        "enum A { B(Refused) }",
        "fn f() { g(Refused { a: 1 }, neutral::Other) }",
        "fn admitted<T>() {}",
        "fn f() { key.admitted(1) }",
    ] {
        assert_eq!(count("src/a.rs", code), 1, "{code}");
    }
    for code in [
        "// A Purse.\nfn f() {}",
        "/// A Purse.\nfn f() {}",
        "const A: &str = \"Purse\";",
        "struct Purses;",
        "enum A<T> { /// No.\n Refused, B(T) }",
        "enum A { B, Refused(u8) }",
        "fn f() { g(Status::Refused) }",
        "struct A { admitted: bool }",
    ] {
        assert_eq!(count("src/a.rs", code), 0, "{code}");
    }
    assert_eq!(count("src/wire/a.rs", "struct Ask;"), 1);
    assert_eq!(count("src/console/a.rs", "struct Ask;"), 0);
    assert!(
        old_names("src/a.rs", "\nstruct Purse;", &names)[0]
            .fault
            .starts_with("src/a.rs:2 ")
    );
}

#[test]
fn the_checks_on_riddles_find_what_they_look_for() {
    for line in [
        "// Whoever asks.",
        "let a = \"is nobody's\";",
        "<p>Nobody</p>",
        "Ask anybody, or somebody else.",
    ] {
        assert!(!riddles("x", line).is_empty(), "{line}");
    }
    assert!(riddles("x", "fn by_nobody() {} // somebodyelse").is_empty());

    let exception = |text| {
        [Exception {
            file: "x",
            text,
            why: "an example",
        }]
    };
    assert_eq!(
        faults(riddles("x", "  // Nobody knows."), &exception("// Nobody knows.")),
        [""; 0]
    );
    assert_eq!(
        faults(riddles("y", "// Nobody knows."), &exception("// Nobody knows.")).len(),
        2
    );
    assert_eq!(
        faults(riddles("x", "// All know."), &exception("// Nobody knows.")).len(),
        1
    );
}
