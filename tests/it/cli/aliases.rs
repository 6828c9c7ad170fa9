//! `crossmodel alias …`

use super::program::Program;

/// The aliases of the key, as `name = target` lines.
fn aliases(program: &Program) -> Vec<String> {
    let out = program
        .run(&["alias", "export", "--key", "laptop", "--format", "lines"])
        .succeeds()
        .out;
    out.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[test]
fn aliases_are_set_replaced_and_removed() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    let set = [
        "alias",
        "set",
        "--key",
        "laptop",
        "fast=openai/gpt-5.5",
        "claude*=anthropic/claude-opus-4-8",
    ];
    program.run(&set).succeeds();
    assert_eq!(
        aliases(&program),
        ["fast = openai/gpt-5.5", "claude* = anthropic/claude-opus-4-8"]
    );

    program
        .run(&["alias", "remove", "--key", "laptop", "claude*"])
        .succeeds();
    assert_eq!(aliases(&program), ["fast = openai/gpt-5.5"]);
    program
        .run(&["alias", "remove", "--key", "laptop", "claude"])
        .fails(1, &["no alias named claude"]);
}

#[test]
fn the_name_that_answers_carry_is_set_kept_and_ended() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat", "slow=openai/gpt-5.5 keep-name"]);
    program
        .run(&["alias", "set", "--key", "laptop", "--keep-name", "fast=openai/gpt-5.5"])
        .succeeds();
    assert_eq!(
        aliases(&program),
        ["fast = openai/gpt-5.5 keep-name", "slow = openai/gpt-5.5 keep-name"]
    );

    let both = [
        "alias",
        "set",
        "--key",
        "laptop",
        "fast=deepseek/deepseek-chat",
        "new=deepseek/deepseek-chat",
    ];
    program.run(&both).succeeds();
    let after = [
        "fast = deepseek/deepseek-chat keep-name",
        "new = deepseek/deepseek-chat",
    ];
    assert_eq!(
        aliases(&program)[..2],
        after,
        "to point it elsewhere changes nothing else"
    );

    program
        .run(&[
            "alias",
            "set",
            "--key",
            "laptop",
            "--keep-name=false",
            "slow=openai/gpt-5.5",
        ])
        .succeeds();
    assert_eq!(aliases(&program)[2], "slow = openai/gpt-5.5");
    let list = program.run(&["alias", "list", "--key", "laptop"]).succeeds().out;
    assert!(list.contains("name asked for") && list.contains("real id"), "{list}");
}

#[test]
fn how_much_requests_may_be_changed_is_set_kept_and_ended() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat adapt=off", "slow=openai/gpt-5.5"]);
    let set = |more: &[&str]| {
        let arguments = [&["alias", "set", "--key", "laptop"], more].concat();
        program.run(&arguments).succeeds();
    };

    set(&["--adapt", "strict", "slow=openai/gpt-5.5"]);
    set(&["fast=openai/gpt-5.5"]);
    assert_eq!(
        aliases(&program),
        ["fast = openai/gpt-5.5 adapt=off", "slow = openai/gpt-5.5 adapt=strict"],
        "to point it elsewhere changes nothing else"
    );

    set(&["--adapt", "key", "fast=openai/gpt-5.5"]);
    assert_eq!(aliases(&program)[0], "fast = openai/gpt-5.5");
    let list = program.run(&["alias", "list", "--key", "laptop"]).succeeds().out;
    assert!(list.contains("ADAPT") && list.contains("strict"), "{list}");
    program
        .run(&[
            "alias",
            "set",
            "--key",
            "laptop",
            "--adapt",
            "maybe",
            "a=openai/gpt-5.5",
        ])
        .fails(2, &["choose adapt, strict, off or key"]);
}

#[test]
fn of_several_aliases_all_are_set_or_none() {
    let program = Program::with_key(&[]);
    let set = [
        "alias",
        "set",
        "--key",
        "laptop",
        "fast=deepseek/deepseek-chat",
        "slow=no/such-model-anywhere",
    ];
    program.run(&set).fails(1, &["alias slow", "isn't in the catalog"]);
    assert_eq!(aliases(&program), Vec::<String>::new());
}

#[test]
fn a_file_of_json_is_brought_in() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    let file = program.file(
        "aliases.json",
        r#"[{"name": "claude-opus", "match": "prefix", "target": "anthropic/claude-opus-4-8"},
            {"name": "gpt-5.5", "match": "exact", "target": "openai/gpt-5.5"}]"#,
    );
    program.run(&["alias", "import", "--key", "laptop", &file]).succeeds();
    assert_eq!(
        aliases(&program),
        [
            "fast = deepseek/deepseek-chat",
            "gpt-5.5 = openai/gpt-5.5",
            "claude-opus* = anthropic/claude-opus-4-8"
        ]
    );
}

#[test]
fn lines_are_brought_in_from_standard_input_and_may_replace_everything() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    let lines =
        "# what the assistant sends\nclaude-opus* = anthropic/claude-opus-4-8\n\nbasic = deepseek/deepseek-chat\n";
    program
        .run_with(&["alias", "import", "--key", "laptop", "--replace", "-"], lines)
        .succeeds();
    assert_eq!(
        aliases(&program),
        [
            "basic = deepseek/deepseek-chat",
            "claude-opus* = anthropic/claude-opus-4-8"
        ]
    );
}

#[test]
fn a_wrong_file_names_the_line_and_changes_nothing() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    let import = |text: &str| {
        let file = program.file("aliases.txt", text);
        program.run(&["alias", "import", "--key", "laptop", "--replace", &file])
    };
    import("basic = deepseek/deepseek-chat\nno equals sign\n").fails(1, &["aliases.txt:2:"]);
    import("\nBasic = deepseek/deepseek-chat\n").fails(1, &["aliases.txt:2:", "lowercase"]);
    import("a = deepseek/deepseek-cht\nb = x/y\n").fails(1, &["aliases.txt:1:", "(1 more problem)"]);
    import("[{\"name\": \"a\"").fails(1, &["aliases.txt:1:", "JSON"]);
    let many: String = (0..21)
        .map(|n| format!("name-{n} = deepseek/deepseek-chat\n"))
        .collect();
    import(&many).fails(1, &["A key can have up to 20 aliases. You sent 21; remove 1."]);
    program
        .run(&["alias", "import", "--key", "laptop", "/no/such/file"])
        .fails(1, &["/no/such/file", "cannot be read"]);

    assert_eq!(aliases(&program), ["fast = deepseek/deepseek-chat"]);
}

#[test]
fn what_is_exported_can_be_brought_in_again() {
    let program = Program::with_key(&[
        "fast=deepseek/deepseek-chat",
        "claude*=anthropic/claude-opus-4-8 keep-name",
    ]);
    let before = aliases(&program);
    for format in ["json", "lines", "csv"] {
        let text = program
            .run(&["alias", "export", "--key", "laptop", "--format", format])
            .succeeds()
            .out;
        program
            .run(&["alias", "remove", "--key", "laptop", "fast", "claude"])
            .succeeds();
        program
            .run_with(&["alias", "import", "--key", "laptop", "-"], &text)
            .succeeds();
        assert_eq!(aliases(&program), before, "{format}");
    }
    let json = program.run(&["alias", "export", "--key", "laptop"]).succeeds().out;
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows[1]["match"], "prefix");
}

#[test]
fn hints_are_those_of_the_editor() {
    let program = Program::with_account();
    let create = ["key", "create", "--account", "Acme", "--name", "laptop", "--alias"];
    let hint = "old: Retiring: Retired on 24 Jul 2026. Suggested: deepseek/deepseek-flash.";

    let made = program
        .run(&[&create[..], &["old=deepseek/deepseek-chat"]].concat())
        .succeeds();
    assert!(made.err.contains(hint), "{}", made.err);
    let list = program.run(&["alias", "list", "--key", "laptop"]).succeeds();
    assert!(list.err.contains(hint) && !list.out.contains("Retired"), "{list:?}");

    let set = |alias: &str| program.run(&["alias", "set", "--key", "laptop", alias]).succeeds().err;
    let said = set("fast=openai/gpt-5.5");
    assert!(!said.contains("old:"), "only of what is set: {said}");
    assert!(set("old=deepseek/deepseek-chat").contains(hint));
    let said = set("gpt*=openai/gpt-5.5");
    assert!(said.contains("gpt*: "), "{said}");

    let file = program.file("aliases.txt", "older = deepseek/deepseek-chat\n");
    let imported = program.run(&["alias", "import", "--key", "laptop", &file]).succeeds();
    assert!(imported.err.contains("older: Retiring: "), "{}", imported.err);
}
