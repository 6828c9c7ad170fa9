//! `crossmodel provider …` and `crossmodel catalog …`

use super::program::Program;

fn row(program: &Program, provider: &str) -> Vec<String> {
    let list = program.run(&["provider", "list"]).succeeds().out;
    let line = list
        .lines()
        .find(|line| line.split_whitespace().next() == Some(provider));
    line.unwrap_or_else(|| panic!("no {provider} in {list}"))
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_list_says_where_each_credential_comes_from() {
    let program = Program::fresh();
    let deepseek = row(&program, "deepseek").join(" ");
    assert!(
        deepseek.starts_with("deepseek enabled openai-chat https://api.deepseek.com"),
        "{deepseek}"
    );
    assert!(deepseek.ends_with("from DEEPSEEK_API_KEY"), "{deepseek}");
}

#[test]
fn a_credential_from_standard_input_is_stored_sealed() {
    let program = Program::fresh();
    program
        .run_with(
            &["provider", "set", "deepseek", "--credential-stdin"],
            "sk-hidden-away-0123\n",
        )
        .succeeds();
    assert_eq!(row(&program, "deepseek").last().unwrap(), "stored");
    for file in std::fs::read_dir(program.path(".")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(14).any(|piece| piece == b"sk-hidden-away"));
    }

    let moved = program
        .run(&[
            "provider",
            "set",
            "deepseek",
            "--base-url",
            "https://elsewhere.example/v1",
        ])
        .succeeds();
    assert!(moved.err.contains("enter it again"), "{}", moved.err);
    program
        .run(&["provider", "set", "deepseek", "--no-credential"])
        .succeeds();
    assert_eq!(row(&program, "deepseek").last().unwrap(), "DEEPSEEK_API_KEY");
    program
        .run(&["provider", "set", "deepseek", "--credential-env", "OTHER_KEY"])
        .succeeds();
    assert_eq!(row(&program, "deepseek").last().unwrap(), "OTHER_KEY");
}

#[test]
fn a_private_address_has_to_be_allowed_by_name() {
    let set = [
        "provider",
        "set",
        "local",
        "--base-url",
        "http://127.0.0.1:11434/v1/",
        "--protocol",
        "openai-chat",
    ];
    let refusal = ["--base-url", "CROSSMODEL_EGRESS_ALLOW=127.0.0.1:11434"];
    Program::fresh().run(&set).fails(1, &refusal);

    let program = Program::fresh().env("CROSSMODEL_EGRESS_ALLOW", "127.0.0.1:11434");
    program.run(&set).succeeds();
    assert_eq!(
        row(&program, "local")[..4],
        ["local", "enabled", "openai-chat", "http://127.0.0.1:11434/v1"]
    );
    let other = ["provider", "set", "local", "--base-url", "http://127.0.0.1:5432"];
    program.run(&other).fails(1, &["--base-url", "127.0.0.1:5432"]);
}

#[test]
fn how_long_a_provider_is_waited_for_is_set_in_parts_and_forgotten_at_once() {
    let program = Program::fresh();
    let set = |patience: &str| program.run(&["provider", "set", "deepseek", "--patience", patience]);
    let shown = || row(&program, "deepseek").join(" ");

    set("idle=900").succeeds();
    set("keepalive=0,max-event=64").succeeds();
    assert!(shown().ends_with("idle=900,keepalive=0,max-event=64"), "{}", shown());

    set("usual").succeeds();
    assert!(!shown().contains("idle="), "{}", shown());
    set("idle=0").fails(2, &["idle must be a whole number from 1 to 86400"]);
    set("idel=9").fails(2, &["`idel` is not known"]);
}

#[test]
fn what_cannot_be_is_refused() {
    let program = Program::fresh();
    let set = |more: &[&str]| program.run(&[&["provider", "set"], more].concat());
    set(&["deepseek"]).fails(2, &["--base-url", "--credential-stdin"]);
    set(&["nobody", "--credential-env", "X"]).fails(1, &["no provider `nobody`"]);
    set(&["mine", "--base-url", "https://models.example"]).fails(2, &["--protocol"]);
    set(&["deepseek", "--protocol", "smoke-signals"]).fails(2, &["--protocol", "openai-chat"]);
    set(&["deepseek", "--base-url", "https://me:secret@models.example"]).fails(1, &["--base-url"]);
    set(&["deepseek", "--base-url", "https://models.example/?key=x"]).fails(1, &["--base-url"]);
    program
        .run_with(&["provider", "set", "deepseek", "--credential-stdin"], "two\nlines\n")
        .fails(1, &["credential", "one line"]);
    program
        .run(&["provider", "disable", "nobody"])
        .fails(1, &["no provider `nobody`"]);
}

#[test]
fn a_provider_is_switched_off_and_on() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    let resolve = || program.run(&["resolve", "--key", "laptop", "fast"]).succeeds().out;
    program.run(&["provider", "disable", "deepseek"]).succeeds();

    assert_eq!(row(&program, "deepseek")[1], "disabled");
    assert!(resolve().contains("switched off"), "{}", resolve());

    program.run(&["provider", "enable", "deepseek"]).succeeds();
    assert!(
        resolve().starts_with("fast runs deepseek/deepseek-chat"),
        "{}",
        resolve()
    );
}

#[test]
fn importing_the_catalog_again_changes_nothing() {
    let program = Program::fresh();
    program.run(&["provider", "disable", "deepseek"]).succeeds();
    let shipped = |name: &str| format!("{}/catalog/{name}", env!("CARGO_MANIFEST_DIR"));
    let ran = program
        .run(&["catalog", "import", &shipped("providers.json"), &shipped("models.json")])
        .succeeds();
    assert_eq!(ran.out, "0 added, 0 updated, 661 unchanged, 0 retired.\n");
    assert_eq!(row(&program, "deepseek")[1], "disabled", "what was set by hand stays");
}

#[test]
fn a_broken_catalog_names_its_file_and_line() {
    let program = Program::fresh();
    let file = program.file("models.json", "{\"data\": [\n{\"id\": \"x/y\"}\n]}");
    program
        .run(&["catalog", "import", &file])
        .fails(1, &["models.json", "line 2", "x/y"]);
    program
        .run(&["catalog", "import", "/no/such/file"])
        .fails(1, &["/no/such/file"]);
}
