//! `crossmodel route …`

use super::program::Program;

#[test]
fn an_order_is_set_listed_and_removed() {
    let program = Program::with_account();
    program
        .run(&["route", "set", "moonshotai/kimi-k3", "--providers", "together,novita"])
        .succeeds();
    let own = [
        "route",
        "set",
        "together/moonshotai/kimi-k3",
        "--providers",
        "novita",
        "--account",
        "Acme",
    ];
    let said = program.run(&own).succeeds().err;
    assert!(
        said.contains("moonshotai/kimi-k3 is asked at novita when its provider fails for Acme"),
        "{said}"
    );

    let list = program.run(&["route", "list"]).succeeds().out;
    let rows: Vec<Vec<&str>> = list
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows,
        [
            vec!["MODEL", "ACCOUNT", "PROVIDERS"],
            vec!["moonshotai/kimi-k3", "(all)", "together, novita"],
            vec!["moonshotai/kimi-k3", "Acme", "novita"],
        ]
    );
    let json = program.run(&["route", "list", "--json"]).succeeds().out;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json,
        serde_json::json!([
            {"model": "moonshotai/kimi-k3", "account": null, "providers": ["together", "novita"]},
            {"model": "moonshotai/kimi-k3", "account": "Acme", "providers": ["novita"]},
        ])
    );

    program
        .run(&["route", "remove", "moonshotai/kimi-k3", "--account", "Acme"])
        .succeeds();
    program
        .run(&["route", "remove", "moonshotai/kimi-k3", "--account", "Acme"])
        .fails(1, &["no order", "for Acme"]);
    program.run(&["route", "remove", "moonshotai/kimi-k3"]).succeeds();
    assert_eq!(program.run(&["route", "list", "--json"]).succeeds().out.trim(), "[]");
}

#[test]
fn an_order_that_cannot_work_is_refused_and_says_what_would() {
    let program = Program::with_account();
    let set = |model: &str, providers: &str| program.run(&["route", "set", model, "--providers", providers]);

    set("no/such-model", "novita").fails(1, &["MODEL", "no/such-model"]);
    set("moonshotai/kimi-k3", "nobody").fails(1, &["--providers", "`nobody`", "provider list"]);
    set("moonshotai/kimi-k3", "novita,anthropic")
        .fails(1, &["`anthropic` does not serve moonshotai/kimi-k3", "together"]);
    set("moonshotai/kimi-k3", "novita,novita").fails(2, &["--providers", "`novita` is named twice"]);
    program
        .run(&["route", "set", "moonshotai/kimi-k3"])
        .fails(2, &["--providers"]);
}
