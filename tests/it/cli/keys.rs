//! `crossmodel account …` and `crossmodel key …`

use super::program::Program;

#[test]
fn the_secret_stands_alone_on_standard_output() {
    let program = Program::with_account();
    let ran = program
        .run(&["key", "create", "--account", "Acme", "--name", "ci"])
        .succeeds();

    let secret = ran.out.strip_suffix('\n').unwrap();
    assert_eq!(
        (secret.len(), secret.starts_with("cm-"), secret.contains('\n')),
        (49, true, false),
        "{}",
        ran.out
    );
    assert!(!ran.err.contains(secret));
    assert!(ran.err.contains("shown only now"), "{}", ran.err);

    let list = program.run(&["key", "list"]).succeeds().out;
    assert!(!list.contains(secret));
    assert!(
        list.contains("ci") && list.contains("active") && list.contains(&secret[..7]),
        "{list}"
    );
}

#[test]
fn a_new_key_has_the_aliases_that_were_asked_for() {
    let program = Program::with_key(&[
        "cross-model-basic=deepseek/deepseek-chat",
        "claude-opus*=anthropic/claude-opus-4-8",
    ]);
    let list = program.run(&["alias", "list", "--key", "laptop"]).succeeds().out;
    let lines: Vec<Vec<&str>> = list.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines,
        [
            vec!["NAME", "MATCH", "TARGET", "ANSWERS", "AS", "ADAPT"],
            vec![
                "cross-model-basic",
                "exact",
                "deepseek/deepseek-chat",
                "real",
                "id",
                "key"
            ],
            vec![
                "claude-opus",
                "prefix",
                "anthropic/claude-opus-4-8",
                "real",
                "id",
                "key"
            ],
        ]
    );
}

#[test]
fn a_key_that_cannot_be_is_refused_and_not_made() {
    let program = Program::with_account();
    let create = |more: &[&str]| {
        let start: &[&str] = &["key", "create", "--account", "Acme", "--name", "ci"];
        program.run(&[start, more].concat())
    };
    create(&["--alias", "fast=deepseek/deepseek-cht"]).fails(1, &["alias fast", "deepseek/deepseek-chat"]);
    create(&["--alias", "Fast=deepseek/deepseek-chat"]).fails(1, &["lowercase", "fast"]);
    create(&["--alias", "fast"]).fails(2, &["--alias", "NAME=TARGET"]);
    create(&["--expires", "yesterday"]).fails(2, &["--expires", "90d"]);
    create(&["--expires", "2001-01-01"]).fails(2, &["--expires", "past"]);
    create(&["--allow-model", "openai/nothing-like-it"]).fails(1, &["--allow-model", "isn't in the catalog"]);
    create(&["--allow-cidr", "10.0.0.0/99"]).fails(2, &["--allow-cidr", "10.0.0.0/8"]);
    create(&["--owner", "maya@example.com"]).fails(1, &["--owner", "no person"]);

    let allowed_only = ["--allow-model", "deepseek/deepseek-chat", "--alias", "o=openai/gpt-5.5"];
    assert_eq!(create(&allowed_only).code, 1);
    program
        .run(&["key", "create", "--account", "Nobody", "--name", "ci"])
        .fails(1, &["--account", "crossmodel account create 'Nobody'"]);
    program
        .run(&["key", "create", "--account", "Acme", "--name", " "])
        .fails(2, &["--name"]);
    assert_eq!(
        program.run(&["key", "list"]).succeeds().out.lines().count(),
        1,
        "no key was made"
    );
}

#[test]
fn a_name_is_taken_once_in_an_account() {
    let program = Program::with_key(&[]);
    program
        .run(&["key", "create", "--account", "Acme", "--name", "laptop"])
        .fails(1, &["--name", "Acme", "laptop", "already"]);
    program
        .run(&["account", "create", "Acme"])
        .fails(1, &["Acme", "already"]);
}

#[test]
fn limits_are_kept_with_the_key() {
    let program = Program::with_account();
    let arguments = [
        "key",
        "create",
        "--account",
        "Acme",
        "--name",
        "ci",
        "--expires",
        "2099-12-31",
    ];
    let limits = [
        "--allow-model",
        "deepseek/deepseek-chat",
        "--allow-cidr",
        "10.1.2.3/8",
        "--allow-cidr",
        "192.0.2.7",
    ];
    program.run(&[&arguments[..], &limits[..]].concat()).succeeds();

    let list = program.run(&["key", "list"]).succeeds().out;
    assert!(list.contains("2100-01-01 00:00 UTC"), "{list}");
    let other = program
        .run(&["resolve", "--key", "ci", "openai/gpt-5.5"])
        .succeeds()
        .out;
    assert!(other.contains("403"), "{other}");
}

#[test]
fn a_key_is_switched_off_and_on_and_deleted() {
    let program = Program::with_key(&[]);
    let list = || program.run(&["key", "list"]).succeeds().out;

    program.run(&["key", "disable", "--key", "laptop"]).succeeds();
    assert!(list().contains("disabled"), "{}", list());

    program.run(&["key", "enable", "--key", "laptop"]).succeeds();
    assert!(list().contains("active"), "{}", list());

    program.run(&["key", "delete", "--key", "laptop"]).succeeds();
    assert!(!list().contains("laptop"), "{}", list());

    program
        .run(&["key", "delete", "--key", "laptop"])
        .fails(1, &["--key", "laptop", "crossmodel key list"]);
}

#[test]
fn a_key_is_found_by_its_name_its_id_or_what_lists_show() {
    let program = Program::with_key(&[]);
    let list = program.run(&["key", "list"]).succeeds().out;
    let row: Vec<&str> = list.lines().nth(1).unwrap().split_whitespace().collect();
    let (display, id) = (row[2], *row.last().unwrap());
    for which in ["laptop", id, display, &display.replace('…', "...")] {
        program.run(&["alias", "list", "--key", which]).succeeds();
    }
}

#[test]
fn a_name_that_two_accounts_use_needs_the_account() {
    let program = Program::with_key(&[]);
    program.run(&["account", "create", "Beta"]).succeeds();
    program
        .run(&["key", "create", "--account", "Beta", "--name", "laptop"])
        .succeeds();

    program
        .run(&["key", "disable", "--key", "laptop"])
        .fails(1, &["2 keys", "--account"]);
    program
        .run(&["key", "disable", "--key", "laptop", "--account", "Beta"])
        .succeeds();
    let list = program.run(&["key", "list", "--account", "Acme"]).succeeds().out;
    assert!(list.contains("active") && !list.contains("Beta"), "{list}");
}

#[test]
fn a_secret_is_not_taken_for_a_key() {
    let program = Program::with_account();
    let secret = program
        .run(&["key", "create", "--account", "Acme", "--name", "ci"])
        .succeeds()
        .out;
    let ran = program.run(&["key", "disable", "--key", secret.trim()]);
    assert!(!ran.err.contains(secret.trim()));
    ran.fails(2, &["--key", "not its secret"]);
}

#[test]
fn how_much_requests_of_a_key_may_be_changed_is_made_set_and_shown() {
    let program = Program::with_account();
    program
        .run(&[
            "key",
            "create",
            "--account",
            "Acme",
            "--name",
            "ci",
            "--adapt",
            "strict",
        ])
        .succeeds();
    let list = || program.run(&["key", "list"]).succeeds().out;
    assert!(list().contains("; adapt strict"), "{}", list());

    let set = program
        .run(&["key", "set", "--key", "ci", "--adapt", "off"])
        .succeeds()
        .err;
    assert!(set.contains("; adapt off. Live everywhere within a minute."), "{set}");
    program
        .run(&["key", "set", "--key", "ci", "--adapt", "adapt"])
        .succeeds();
    assert!(!list().contains("; adapt"), "{}", list());
    program
        .run(&["key", "set", "--key", "ci", "--adapt", "maybe"])
        .fails(2, &["choose adapt, strict or off"]);
}
