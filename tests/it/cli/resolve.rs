//! `crossmodel resolve`.

use super::program::Program;

#[test]
fn the_answer_says_what_runs_and_why() {
    let program = Program::with_key(&[
        "claude=anthropic/claude-haiku-4-5",
        "claude-opus*=anthropic/claude-opus-4-8",
    ]);
    let out = program
        .run(&["resolve", "--key", "laptop", "claude-opus-4-9"])
        .succeeds()
        .out;
    assert!(
        out.starts_with("claude-opus-4-9 runs anthropic/claude-opus-4-8 (prefix alias claude-opus)."),
        "{out}"
    );
    assert!(out.contains("11 of 15 characters") && out.contains("WINS"), "{out}");
    assert!(
        out.contains("Answers carry the name anthropic/claude-opus-4-8, the real id."),
        "{out}"
    );
}

#[test]
fn the_answer_says_which_name_an_answer_carries() {
    let program = Program::with_key(&["claude*=openai/gpt-5.5 keep-name"]);
    let out = program
        .run(&["resolve", "--key", "laptop", "claude-opus-4-9"])
        .succeeds()
        .out;
    assert!(
        out.contains("Answers carry the name claude-opus-4-9, the name asked for."),
        "{out}"
    );
    let json = program
        .run(&["resolve", "--key", "laptop", "--json", "claude-opus-4-9"])
        .succeeds()
        .out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&json["answers_as"], &json["alias"]["keep_name"]),
        (&"claude-opus-4-9".into(), &true.into())
    );
}

#[test]
fn the_answer_says_how_much_requests_may_be_changed() {
    let program = Program::with_key(&["fast=openai/gpt-5.5 adapt=strict", "slow=openai/gpt-5.5"]);
    let run = |arguments: &[&str]| {
        let arguments = [&["resolve", "--key", "laptop"], arguments].concat();
        program.run(&arguments).succeeds().out
    };

    assert!(run(&["slow"]).contains("Takes max_completion_tokens in place of max_tokens; no stop;"));
    assert!(run(&["fast"]).contains("refused if something would be left out for that."));
    assert!(!run(&["slow"]).contains("Requests are"));
    let json: serde_json::Value = serde_json::from_str(&run(&["--json", "fast"])).unwrap();
    assert_eq!(json["alias"]["adapt"], "strict");
}

#[test]
fn the_answer_comes_in_json_too() {
    let program = Program::with_key(&["claude-opus*=anthropic/claude-opus-4-8"]);
    let json = |name: &str| -> serde_json::Value {
        let out = program
            .run(&["resolve", "--key", "laptop", "--json", name])
            .succeeds()
            .out;
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    };
    let runs = json("claude-opus-4-9");
    assert_eq!(runs["model"], "anthropic/claude-opus-4-8");
    assert_eq!(runs["outcome"], "runs");
    assert_eq!(runs["alias"]["match"], "prefix");

    let fails = json("Claude-Opus");
    assert_eq!(fails["outcome"], "model_not_found");
    assert!(
        fails["sentence"].as_str().unwrap().contains("case-sensitive"),
        "{fails}"
    );
}

#[test]
fn a_disabled_key_is_noted() {
    let program = Program::with_key(&["fast=deepseek/deepseek-chat"]);
    program.run(&["key", "disable", "--key", "laptop"]).succeeds();
    let out = program.run(&["resolve", "--key", "laptop", "fast"]).succeeds().out;
    assert!(out.contains("Note: This key is disabled"), "{out}");
}

#[test]
fn a_name_that_no_client_can_send_is_refused() {
    let program = Program::with_key(&[]);
    program
        .run(&["resolve", "--key", "laptop", &"x".repeat(257)])
        .fails(2, &["256", "257"]);
}

#[test]
fn a_target_that_is_retired_is_told_with_its_successor() {
    let program = Program::with_key(&["old=deepseek/deepseek-chat", "new=openai/gpt-5.5"]);
    let resolve = |name: &str, json: &[&str]| {
        let arguments = [&["resolve", "--key", "laptop", name], json].concat();
        program.run(&arguments).succeeds().out
    };

    // A client may name the retired model itself.
    for name in ["old", "deepseek/deepseek-chat"] {
        let out = resolve(name, &[]);
        assert!(
            out.contains("Note: Retiring: Retired on") && out.contains("Suggested: "),
            "{out}"
        );
    }
    assert!(!resolve("new", &[]).contains("Retir"), "{}", resolve("new", &[]));
    let json: serde_json::Value = serde_json::from_str(&resolve("old", &["--json"])).unwrap();
    assert_eq!(json["hints"][0]["kind"], "deprecated");
    assert_eq!(json["hints"][0]["fix"]["value"], "deepseek/deepseek-flash");
}
