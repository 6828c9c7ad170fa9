//! `templates/` mirrors `src/console/`: each template lies in the folder of the page that shows it.

use syn::visit::{self, Visit};
use syn::{Attribute, LitStr};

use crate::reader::module_of;
use crate::tree::{files, report};

/// Templates that more than one page shows.
const SHARED: &str = "layout";

#[test]
fn templates_lie_in_the_folder_of_the_page_that_shows_them() {
    let sources = files("src/console", &["rs"]);
    let named: usize = sources.iter().map(|(_, text)| named(text).len()).sum();
    assert!(named > 20, "the templates are not named as this test looks for them");
    report(
        &sources
            .iter()
            .flat_map(|(path, text)| source_faults(path, text))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn no_template_lies_outside_a_folder() {
    let templates: Vec<String> = files("templates", &["html"])
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    report(&top_faults(&templates));
}

fn source_faults(path: &str, text: &str) -> Vec<String> {
    let module = module_of(path);
    let page = module.get(1).map_or("", String::as_str);
    let mut wrong = Vec::new();

    for (line, template) in named(text) {
        let folder = template.split_once('/').map_or("", |(folder, _)| folder);
        if folder.is_empty() || (folder != page && folder != SHARED) {
            wrong.push(format!(
                "{path}:{line} shows {template}: it belongs in templates/{page}/, or shared in templates/{SHARED}/"
            ));
        }
    }

    wrong
}

fn top_faults(templates: &[String]) -> Vec<String> {
    let outside = templates.iter().filter(|path| path.matches('/').count() < 2);
    outside
        .map(|path| format!("{path}:1 lies outside a folder: templates mirror src/console"))
        .collect()
}

/// The templates that a file names in `#[template(path = "…")]`, with their lines.
fn named(text: &str) -> Vec<(usize, String)> {
    let mut finder = Templates(Vec::new());
    if let Ok(ast) = syn::parse_file(text) {
        finder.visit_file(&ast);
    }
    finder.0
}

struct Templates(Vec<(usize, String)>);

impl<'ast> Visit<'ast> for Templates {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("template") {
            let found = &mut self.0;
            // The other arguments are read too, as what is not read ends the list.
            let read = attribute.parse_nested_meta(|meta| {
                let value = meta.value()?;
                if meta.path.is_ident("path") {
                    let path: LitStr = value.parse()?;
                    found.push((path.span().start().line, path.value()));
                } else {
                    value.parse::<syn::Expr>()?;
                }
                Ok(())
            });
            assert!(read.is_ok(), "this attribute is not `#[template(name = value, …)]`");
        }
        visit::visit_attribute(self, attribute);
    }
}

#[test]
fn the_checks_on_templates_folders_find_what_they_look_for() {
    let code = |path: &str| format!("#[derive(Template)]\n#[template(blocks = [\"a\"], path = \"{path}\")]\nstruct A;");
    for (file, template) in [
        ("src/console/keys/list.rs", "aliases/index.html"),
        ("src/console/keys/list.rs", "index.html"),
        ("src/console/find.rs", "find.html"),
        ("src/console/aliases/build/x.rs", "build/x.html"),
    ] {
        let found = source_faults(file, &code(template));
        assert_eq!(found.len(), 1, "{file} {template}");
        assert!(found[0].starts_with(&format!("{file}:2 ")), "{found:?}");
    }
    for (file, template) in [
        ("src/console/keys/mod.rs", "keys/index.html"),
        ("src/console/find.rs", "find/index.html"),
        ("src/console/aliases/build/x.rs", "aliases/row/_fix.html"),
        ("src/console/keys/list.rs", "layout/_toast.html"),
    ] {
        assert_eq!(source_faults(file, &code(template)), [""; 0], "{file} {template}");
    }

    let inside = ["templates/a/b.html", "templates/a/b/c.html"].map(str::to_owned);
    assert_eq!(top_faults(&inside), [""; 0]);
    assert_eq!(top_faults(&["templates/b.html".to_owned()]).len(), 1);
}
