//! `crossmodel person …`

use super::program::Program;

const GOOD: &str = "plum orchard at dusk, 1912\n";

#[test]
fn a_person_is_added_with_a_password_from_standard_input() {
    let program = Program::with_account();
    let add =
        ["person", "add", "--email", "Maya@Example.com", "--role", "owner", "--account", "Acme", "--password-stdin"];
    let ran = program.run_with(&add, GOOD).succeeds();
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("maya@example.com, owner"), "{}", ran.err);

    let list = program.run(&["person", "list"]).succeeds().out;
    assert!(list.contains("maya@example.com") && list.contains("Acme"), "{list}");
    program.run_with(&add, GOOD).fails(1, &["--email", "maya@example.com", "already"]);
}

#[test]
fn a_weak_password_is_refused() {
    let program = Program::with_account();
    let add = ["person", "add", "--email", "maya@example.com", "--role", "admin", "--password-stdin"];
    program.run_with(&add, "short\n").fails(1, &["password", "12"]);
    program.run_with(&add, "").fails(1, &["password", "empty"]);
    assert_eq!(program.run(&["person", "list"]).succeeds().out.lines().count(), 1);
}

#[test]
fn without_a_password_a_link_is_printed_alone() {
    let program = Program::with_account();
    let add = ["person", "add", "--email", "maya@example.com", "--role", "admin"];
    let added = program.run(&add).succeeds();
    let again = program.run(&["person", "reset-link", "--email", "maya@example.com"]).succeeds();
    for out in [&added.out, &again.out] {
        assert!(out.starts_with("http://127.0.0.1:8080/reset/") && out.lines().count() == 1, "{out}");
    }
    assert_ne!(added.out, again.out);
    program.run(&["person", "reset-link", "--email", "max@example.com"]).fails(1, &["nobody", "max@example.com"]);
}

#[test]
fn whoever_is_no_admin_belongs_to_an_account() {
    let program = Program::with_account();
    program
        .run(&["person", "add", "--email", "maya@example.com", "--role", "viewer"])
        .fails(2, &["--account", "viewer"]);
    program
        .run(&["person", "add", "--email", "maya@example.com", "--role", "boss"])
        .fails(2, &["--role", "admin, owner or viewer"]);
    program.run(&["person", "add", "--email", "maya", "--role", "admin"]).fails(2, &["--email", "maya@example.com"]);
}
