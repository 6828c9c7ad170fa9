//! Limits of keys and accounts.

use super::program::Program;

fn limits(program: &Program, which: &str) -> String {
    let list = program.run(&[which, "list"]).succeeds().out;
    let from = list.lines().next().unwrap().find("LIMITS").unwrap();
    let row = list.lines().nth(1).unwrap();
    let row: String = row.chars().skip(from).collect();
    row.split("  ").next().unwrap().to_owned()
}

#[test]
fn a_new_key_has_the_usual_limits_unless_others_are_named() {
    let program = Program::with_account();
    let create = |name: &str, more: &[&str]| {
        program.run(&[&["key", "create", "--account", "Acme", "--name", name], more].concat())
    };
    create("usual", &[]).succeeds();
    assert_eq!(limits(&program, "key"), "60 requests/min, 100000 tokens/min");
    program.run(&["key", "delete", "--key", "usual"]).succeeds();

    let said = create(
        "own",
        &[
            "--rpm",
            "none",
            "--tpm",
            "2000000",
            "--spend-limit",
            "20",
            "--per",
            "week",
        ],
    );
    assert!(said.succeeds().err.contains("Limits: 2000000 tokens/min, 20 USD/week."));
    assert_eq!(limits(&program, "key"), "2000000 tokens/min, 20 USD/week");
    program.run(&["key", "delete", "--key", "own"]).succeeds();

    create("total", &["--spend-limit", "0.5"]).succeeds();
    assert_eq!(
        limits(&program, "key"),
        "60 requests/min, 100000 tokens/min, 0.5 USD in total"
    );
}

#[test]
fn the_help_says_what_a_new_key_may_use() {
    let help = Program::empty().run(&["key", "create", "--help"]).succeeds().out;
    assert!(help.contains("60 requests and 100,000 tokens a minute"), "{help}");
}

#[test]
fn only_what_is_named_is_set() {
    let program = Program::with_key(&[]);
    let set = |more: &[&str]| program.run(&[&["key", "set", "--key", "laptop"], more].concat());

    let said = set(&["--spend-limit", "20", "--per", "month"]).succeeds().err;
    let now = "limits 60 requests/min, 100000 tokens/min, 20 USD/month; ends never; models any; addresses any";
    assert!(said.contains(now), "{said}");

    let said = set(&["--rpm", "none", "--expires", "2099-12-31"]).succeeds().err;
    assert!(
        said.contains("limits 100000 tokens/min, 20 USD/month; ends 2100-01-01 00:00 UTC"),
        "{said}"
    );

    let allowed = [
        "--allow-model",
        "deepseek/deepseek-chat",
        "--allow-cidr",
        "10.1.2.3/8",
        "--allow-cidr",
        "192.0.2.7",
    ];
    let said = set(&allowed).succeeds().err;
    assert!(
        said.contains("models deepseek/deepseek-chat; addresses 10.0.0.0/8, 192.0.2.7/32"),
        "{said}"
    );

    let said = set(&["--allow-any-model"]).succeeds().err;
    assert!(
        said.contains("models any; addresses 10.0.0.0/8, 192.0.2.7/32"),
        "{said}"
    );

    let said = set(&["--allow-any-address", "--spend-limit", "none", "--expires", "never"])
        .succeeds()
        .err;
    assert!(
        said.contains("limits 100000 tokens/min; ends never; models any; addresses any"),
        "{said}"
    );
}

#[test]
fn a_limit_that_cannot_be_is_refused_and_nothing_is_set() {
    let program = Program::with_key(&[]);
    let set = |more: &[&str]| program.run(&[&["key", "set", "--key", "laptop"], more].concat());

    set(&[]).fails(2, &["say what to set", "--spend-limit"]);
    set(&["--rpm", "0"]).fails(2, &["--rpm", "`0`", "from 1"]);
    set(&["--tpm", "-5"]).fails(2, &["--tpm", "`-5`"]);
    set(&["--spend-limit=-5"]).fails(2, &["--spend-limit", "negative"]);
    set(&["--spend-limit", "5 euros"]).fails(2, &["--spend-limit", "2.50"]);
    set(&["--spend-limit", "5", "--per", "year"]).fails(2, &["--per", "total, day, week or month"]);
    set(&["--per", "week"]).fails(2, &["--per", "--spend-limit"]);
    set(&["--spend-limit", "none", "--per", "week"]).fails(2, &["--per", "none"]);
    set(&["--rpm", "9", "--allow-model", "openai/nothing-like-it"]).fails(1, &["--allow-model", "catalog"]);
    set(&["--rpm", "9", "--expires", "2001-01-01"]).fails(2, &["--expires", "past"]);
    set(&["--allow-any-model", "--allow-model", "openai/gpt-5.5"]).fails(2, &["--allow-model", "--allow-any-model"]);
    program
        .run(&["key", "set", "--key", "nobody", "--rpm", "9"])
        .fails(1, &["--key", "nobody"]);

    assert_eq!(limits(&program, "key"), "60 requests/min, 100000 tokens/min");
}

#[test]
fn an_account_says_when_for_what_and_from_where_its_keys_may_be_used() {
    let program = Program::with_account();
    let set = |flags: &[&str]| program.run(&[&["account", "set", "Acme"], flags].concat());

    let said = set(&[
        "--expires",
        "2031-01-31",
        "--allow-model",
        "openai/gpt-5.5",
        "--allow-cidr",
        "10.1.2.3/8",
    ]);
    let now = "none; ends 2031-02-01 00:00 UTC; models openai/gpt-5.5; addresses 10.0.0.0/8";
    let said = said.succeeds().err;
    assert!(said.contains(now), "{said}");
    assert!(
        program
            .run(&["account", "list"])
            .succeeds()
            .out
            .contains("models openai/gpt-5.5; addresses 10.0.0.0/8")
    );
    // A limit that is not named stays.
    assert!(
        set(&["--expires", "never"])
            .succeeds()
            .err
            .contains("ends never; models openai/gpt-5.5")
    );

    set(&["--allow-model", "openai/nothing-like-it"]).fails(1, &["--allow-model", "catalog"]);
    set(&["--expires", "2001-01-01"]).fails(2, &["--expires", "past"]);
    let said = set(&["--allow-any-model", "--allow-any-address"]);
    assert!(said.succeeds().err.contains("ends never; models any; addresses any"));
}

#[test]
fn an_account_has_limits_and_a_balance() {
    let program = Program::with_account();
    assert_eq!(limits(&program, "account"), "none");
    assert!(program.run(&["account", "list"]).succeeds().out.contains("no credit"));

    let said = program.run(&[
        "account",
        "set",
        "Acme",
        "--rpm",
        "6000",
        "--spend-limit",
        "500",
        "--per",
        "month",
    ]);
    assert!(
        said.succeeds()
            .err
            .contains("All keys of Acme together now: 6000 requests/min, 500 USD/month; ends never;")
    );
    program
        .run(&["credit", "add", "--account", "Acme", "--usd", "12.34", "--note", "x"])
        .succeeds();

    assert_eq!(limits(&program, "account"), "6000 requests/min, 500 USD/month");
    assert!(program.run(&["account", "list"]).succeeds().out.contains("12.34"));
    program
        .run(&["account", "set", "Acme", "--rpm", "none", "--spend-limit", "none"])
        .succeeds();
    assert_eq!(limits(&program, "account"), "none");
    program.run(&["account", "set", "Acme"]).fails(2, &["say what to set"]);
    program
        .run(&["account", "set", "Nobody", "--rpm", "5"])
        .fails(1, &["NAME", "Nobody", "account list"]);
}
