//! Checks on the tree itself: who may use whom, how large things are, what they are called, what templates and SQL may
//! hold, and what must not be left lying about. Each failure says where, what and why.

use rooms::ROOMS;

#[path = "tidy/circles.rs"]
mod circles;
#[path = "tidy/docs.rs"]
mod docs;
#[path = "tidy/examples.rs"]
mod examples;
#[path = "tidy/filler.rs"]
mod filler;
#[path = "tidy/graph.rs"]
mod graph;
#[path = "tidy/house.rs"]
mod house;
#[path = "tidy/house_table.rs"]
mod house_table;
#[path = "tidy/mirror.rs"]
mod mirror;
#[path = "tidy/numbers.rs"]
mod numbers;
#[path = "tidy/reader.rs"]
mod reader;
#[path = "tidy/rooms.rs"]
mod rooms;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/sql.rs"]
mod sql;
#[path = "tidy/templates.rs"]
mod templates;
#[path = "tidy/text.rs"]
mod text;
#[path = "tidy/tracked.rs"]
mod tracked;
#[path = "tidy/tree.rs"]
mod tree;
#[path = "tidy/word_checks.rs"]
mod word_checks;
#[path = "tidy/words.rs"]
mod words;

#[test]
fn the_checks_find_what_they_look_for() {
    let domain = &ROOMS[0];
    for code in [
        "use crate::store::Store;",
        "use crate::{domain::Alias, gateway::{Gateway, domain}};",
        "let x = super::super::console::Page;",
        "use sqlx::Row;",
        "pub async fn load() {}",
        "    let now = std::time::SystemTime::now();",
    ] {
        assert_eq!(domain.faults("x", code).len(), 1, "{code}");
    }
    for code in [
        "// crate::store is the place",
        "let text = \"crate::store\";",
        "use crate::domain::{Alias, Match};",
    ] {
        assert_eq!(domain.faults("x", code), [""; 0], "{code}");
    }
    assert_eq!(
        sql::faults("x", "let a = format!(\n\"SELECT {column} FROM t\");").len(),
        1
    );
    assert_eq!(
        sql::faults("x", "const A: &str = \"SELECT 1\"; let b = format!(\"{n} rows\");"),
        [""; 0]
    );
    for html in [
        "{{ name | safe }}",
        "<p style=\"color:red\">",
        "<p class='a' style='color:red'>",
        "<a href=x onclick=run()>",
        "<div\n  hx-on:click=\"x\">",
        "<form hx-vals='js:{a:1}'>",
        "<input hx-trigger=\"keyup[ctrlKey]\">",
        "<body hx-boost=\"true\">",
        "<p hx-disable>",
        "<script>let a = 1;</script>",
        "<script src=\"/a.js\">let a = 1;</script>",
        "<style>p{}</style>",
    ] {
        assert_eq!(templates::faults("x", html).len(), 1, "{html}");
    }
    for html in [
        "{# hx-on and style=\"\" stay out #}<p>",
        "<script src=\"/a.js\" defer></script>",
        "<input name=\"row[]\" hx-trigger=\"input delay:150ms\" hx-disabled-elt=\"this\">",
        "<p class=\"{% if style == on %}a{% endif %}\">one, only</p>",
    ] {
        assert_eq!(templates::faults("x", html), [""; 0], "{html}");
    }
}
