//! Every address that the program answers is in the table, and the table names no other.

use std::collections::BTreeSet;
use std::path::Path;

use crossmodel::{console, gateway};

use super::table::{self, Line};

fn named(lines: &[Line]) -> BTreeSet<String> {
    lines
        .iter()
        .map(|line| format!("{} {}", line.method, line.pattern()))
        .collect()
}

#[test]
fn the_table_has_every_address_of_the_console_and_no_other() {
    let mounted: BTreeSet<String> = console::routes::all()
        .map(|it| format!("{} {}", it.method, it.path))
        .collect();

    assert_eq!(named(&table::console()), mounted);
}

#[test]
fn the_table_has_every_address_of_the_gateway_and_no_other() {
    let mounted: BTreeSet<String> = gateway::addresses()
        .map(|it| format!("{} {}", it.method, it.path))
        .collect();

    assert_eq!(named(&table::gateway()), mounted);
}

/// The addresses that the two tests above see are all that are mounted.
#[test]
fn addresses_are_mounted_in_the_lists_of_addresses_alone() {
    let lists = ["src/console/routes.rs", "src/gateway/endpoints/routes.rs"];
    // It makes the handlers of the console's list, and knows no address.
    let maker = "src/console/web/route.rs";
    let mut elsewhere = Vec::new();
    look(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut |path, text| {
        let mounts = [
            "web::resource(",
            ".route(\"",
            "web::get(",
            "web::post(",
            "#[get(",
            "#[post(",
            "#[route(",
        ];
        for (at, line) in text.lines().enumerate() {
            if !lists.iter().chain([&maker]).any(|file| path.ends_with(file))
                && mounts.iter().any(|it| line.contains(it))
            {
                elsewhere.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    });
    assert_eq!(
        elsewhere, [""; 0],
        "an address belongs into one of {lists:?}, or the census misses it"
    );
}

fn look(folder: &Path, see: &mut impl FnMut(&Path, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder of the sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            look(&path, see);
        } else if path.extension().is_some_and(|end| end == "rs") {
            see(&path, &std::fs::read_to_string(&path).expect("a source file"));
        }
    }
}

#[test]
fn what_is_open_is_what_the_table_lets_outsiders_reach() {
    for line in table::console() {
        let address = console::routes::all().find(|it| it.method == line.method && it.path == line.pattern());
        let open = address.is_some_and(|it| it.open);
        // A visitor who is not signed in is sent to the sign-in page.
        assert_eq!(open, line.cells[0] != [303], "{} {}", line.method, line.address);
    }
    for line in table::gateway() {
        let address = gateway::addresses().find(|it| it.method == line.method && it.path == line.pattern());
        assert_eq!(
            address.is_some_and(|it| it.key),
            line.cells[0] == [401],
            "{} {}",
            line.method,
            line.address
        );
    }
}
