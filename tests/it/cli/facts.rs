//! `crossmodel provider facts`, `crossmodel model facts`, and templates of servers.

use super::program::Program;

/// The line of a fact in the table, its cells apart.
fn line(program: &Program, arguments: &[&str], fact: &str) -> Vec<String> {
    let out = program.run(arguments).succeeds().out;
    let line = out
        .lines()
        .find(|line| line.split_whitespace().next() == Some(fact))
        .unwrap_or_else(|| panic!("no {fact} in {out}"));
    line.split("  ")
        .map(str::trim)
        .filter(|cell| !cell.is_empty())
        .map(str::to_owned)
        .collect()
}

const DEEPSEEK: [&str; 3] = ["provider", "facts", "deepseek"];
const PRO: [&str; 3] = ["model", "facts", "deepseek/deepseek-v4-pro"];

#[test]
fn each_fact_comes_with_its_source_and_where_it_was_read() {
    let program = Program::fresh();

    assert_eq!(
        line(&program, &DEEPSEEK, "limit_field"),
        ["limit_field", "max_tokens", "catalog"]
    );
    assert_eq!(
        line(&program, &DEEPSEEK, "thinking.efforts"),
        ["thinking.efforts", "not known", "protocol"]
    );
    let efforts = line(&program, &PRO, "thinking.efforts");
    assert_eq!(efforts[..3], ["thinking.efforts", r#"["low","high","max"]"#, "shipped"]);
    assert!(efforts[3].contains("anomalyco/opencode#24722"), "{efforts:?}");

    let of_model = [&DEEPSEEK[..], &["--model", PRO[2]]].concat();
    assert_eq!(program.run(&of_model).succeeds().out, program.run(&PRO).succeeds().out);
    let other_address = [&PRO[..], &["--protocol", "anthropic-messages"]].concat();
    assert_eq!(line(&program, &other_address, "seals.domain")[1], "deepseek");
}

#[test]
fn facts_come_in_json_too() {
    let program = Program::fresh();
    let json = |arguments: &[&str]| -> serde_json::Value {
        let out = program.run(&[arguments, &["--json"]].concat()).succeeds().out;
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    };
    let one = |all: &serde_json::Value, fact: &str| {
        let facts = all["facts"].as_array().unwrap();
        facts.iter().find(|row| row["fact"] == fact).unwrap().clone()
    };

    let of_model = json(&PRO);
    assert_eq!(
        (&of_model["model"], &of_model["provider"], &of_model["protocol"]),
        (&PRO[2].into(), &"deepseek".into(), &"openai-chat".into())
    );
    let format = one(&of_model, "schema.formats");
    assert_eq!(
        (&format["value"], &format["source"]),
        (&"json_object".into(), &"shipped".into())
    );
    assert!(
        format["refs"]
            .as_array()
            .unwrap()
            .contains(&"presenton/presenton#676".into())
    );

    let changed = json(&[&DEEPSEEK[..], &["--set", "fields.stop=refused"]].concat());
    assert_eq!(one(&changed, "fields.stop")["source"], "own");
}

#[test]
fn a_fact_is_stated_and_taken_back() {
    let program = Program::fresh();
    let change = |of: &[&str], more: &[&str]| program.run(&[of, more].concat()).succeeds().err;

    let said = change(
        &DEEPSEEK,
        &[
            "--set",
            "fields.stop=refused",
            "--set",
            r#"fields.top_p={"range":{"max":0.9}}"#,
        ],
    );
    assert_eq!(
        said,
        "Changed the facts of `deepseek`. Live everywhere within a minute.\n"
    );
    let said = change(&DEEPSEEK, &["--set", "fields.stop=refused"]);
    assert_eq!(said, "The facts of `deepseek` are as before.\n");
    change(&PRO, &["--set", "fields.stop=ok", "--set", "tools.choice=auto,none"]);

    assert_eq!(
        line(&program, &DEEPSEEK, "fields.stop"),
        ["fields.stop", "refused", "own"]
    );
    assert_eq!(line(&program, &PRO, "fields.stop"), ["fields.stop", "ok", "own"]);
    assert_eq!(line(&program, &PRO, "fields.top_p")[1], r#"{"range":{"max":0.9}}"#);
    assert_eq!(line(&program, &PRO, "tools.choice")[1], r#"["auto","none"]"#);
    let list = program.run(&["provider", "list"]).succeeds().out;
    let of_deepseek = list.lines().find(|line| line.starts_with("deepseek")).unwrap();
    assert!(of_deepseek.ends_with("2 facts"), "{of_deepseek}");

    change(&PRO, &["--reset", "fields.stop", "--set", "roles.order=alternate"]);
    assert_eq!(line(&program, &PRO, "fields.stop"), ["fields.stop", "refused", "own"]);
    change(&PRO, &["--reset-all"]);
    assert_eq!(line(&program, &PRO, "roles.order")[1], "free");
    change(&DEEPSEEK, &["--reset", "fields"]);
    assert!(!program.run(&PRO).succeeds().out.contains("fields.stop"));
}

#[test]
fn what_cannot_be_stated_is_named_with_what_can() {
    let program = Program::fresh();
    let set = |of: &[&str], change: &str| program.run(&[of, &["--set", change]].concat());

    set(&DEEPSEEK, "roles.develper=user").fails(2, &["--set", "`roles.develper`", "did you mean `roles.developer`?"]);
    set(&DEEPSEEK, "roles.developer=usr").fails(2, &["--set", "roles.developer: `usr`", "one of system, native, user"]);
    set(&PRO, "max_tokens=many").fails(2, &["max_tokens: `many`", "a whole number"]);
    set(&PRO, "fields.stop").fails(2, &["`fields.stop` has no value"]);
    set(&["provider", "facts", "nobody"], "fields.stop=ok").fails(1, &["no provider `nobody`"]);
    set(&["model", "facts", "deepseek/deepseek-v4-pr"], "fields.stop=ok").fails(
        1,
        &[
            "no model `deepseek/deepseek-v4-pr`",
            "did you mean `deepseek/deepseek-v4-pro`?",
        ],
    );

    let show = |more: &[&str]| program.run(&[&DEEPSEEK[..], more].concat());
    show(&["--reset", "role"]).fails(2, &["--reset", "did you mean `roles`?"]);
    show(&["--protocol", "gemini"]).fails(1, &["--protocol", "openai-chat, anthropic-messages"]);
    show(&["--model", "openai/gpt-5.5"]).fails(1, &["--model", "no model of `deepseek`"]);
    show(&["--model", PRO[2], "--set", "fields.stop=ok"]).fails(2, &["--model"]);
}

#[test]
fn a_server_of_ones_own_has_the_facts_of_its_kind() {
    let program = Program::fresh();
    let set = |template: &str| {
        let own = ["provider", "set", "mine", "--base-url", "https://models.example/v1"];
        program.run(&[&own[..], &["--protocol", "openai-chat", "--template", template]].concat())
    };
    let overflow = || line(&program, &["provider", "facts", "mine"], "answers.overflow");

    set("olama").fails(2, &["--template", "did you mean `ollama`?", "vllm, llama.cpp"]);
    set("ollama").succeeds();
    assert_eq!(overflow()[1..3], ["truncates", "shipped"]);
    let list = program.run(&["provider", "list"]).succeeds().out;
    assert!(
        list.lines()
            .any(|line| line.starts_with("mine") && line.ends_with("as ollama")),
        "{list}"
    );

    program
        .run(&["provider", "set", "mine", "--template", "none"])
        .succeeds();
    assert_eq!(overflow()[1..3], ["error", "protocol"]);
}

/// The arguments of a command as a shell reads it, without its comment.
fn words(command: &str) -> Vec<String> {
    let command = command.split(" #").next().unwrap_or_default();
    let mut words = vec![String::new()];
    for (at, piece) in command.split('\'').enumerate() {
        for (nth, part) in piece.split(' ').enumerate().map(|(nth, part)| (nth, part.to_owned())) {
            match at % 2 {
                0 if nth > 0 => words.push(part),
                // Within quotes a blank is one of the word.
                _ => {
                    let word = words.last_mut().unwrap();
                    if nth > 0 {
                        word.push(' ');
                    }
                    word.push_str(&part);
                }
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[test]
fn the_examples_of_the_page_about_facts_work() {
    let page = include_str!("../../../docs/facts.md");
    let blocks = |kind: &str| -> Vec<String> {
        let start = format!("```{kind}\n");
        page.split(&start)
            .skip(1)
            .map(|block| block.split("```").next().unwrap().to_owned())
            .collect()
    };
    let program = Program::fresh().env("CROSSMODEL_EGRESS_ALLOW", "127.0.0.1:8000");
    program.file("my-models.json", &blocks("json")[0]);

    let mut count = 0;
    for command in blocks("sh")
        .concat()
        .lines()
        .filter(|line| line.starts_with("crossmodel "))
    {
        let words = words(command);
        let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        program.run(&arguments).succeeds();
        count += 1;
    }

    assert!(count > 8, "{count}");
    let own = ["model", "facts", "mine/qwen3"];
    assert_eq!(
        line(&program, &own, "roles.order"),
        ["roles.order", "alternate", "catalog file"]
    );
    assert_eq!(
        line(&program, &own, "thinking.switch")[1..],
        ["chat_template_kwargs", "catalog file"]
    );
}
