//! `crossmodel credit …`

use super::program::Program;

fn add(program: &Program, usd: &str) -> super::program::Ran {
    program.run(&[
        "credit",
        "add",
        "--account",
        "Acme",
        &format!("--usd={usd}"),
        "--note",
        "invoice 7",
    ])
}

#[test]
fn the_new_balance_stands_alone_on_standard_output() {
    let program = Program::with_account();

    let first = add(&program, "25.50").succeeds();
    assert_eq!(first.out, "25.5\n");
    assert!(
        first
            .err
            .contains("Added 25.5 USD to Acme (invoice 7). The balance was 0 USD and is 25.5 USD.")
    );
    assert_eq!(add(&program, "0.000000000001").succeeds().out, "25.500000000001\n");

    let back = add(&program, "-30").succeeds();
    assert_eq!(back.out, "-4.499999999999\n");
    assert!(back.err.contains("Took 30 USD from Acme"), "{}", back.err);

    let spaced = ["credit", "add", "--account", "Acme", "--usd", "-1", "--note", "again"];
    assert_eq!(program.run(&spaced).succeeds().out, "-5.499999999999\n");
}

#[test]
fn what_is_no_credit_is_refused_and_not_added() {
    let program = Program::with_account();

    add(&program, "0").fails(2, &["--usd", "zero"]);
    add(&program, "-0.00").fails(2, &["--usd", "zero"]);
    add(&program, "ten").fails(2, &["--usd", "`ten`", "25.50"]);
    add(&program, "0.0000000000001").fails(2, &["--usd", "12 decimals"]);

    let noted = |note: &str| program.run(&["credit", "add", "--account", "Acme", "--usd", "5", "--note", note]);
    noted(" ").fails(2, &["--note", "200 characters"]);
    noted("two\nlines").fails(2, &["--note"]);
    program
        .run(&["credit", "add", "--account", "Acme", "--usd", "5"])
        .fails(2, &["--note"]);
    program
        .run(&["credit", "add", "--account", "Nobody", "--usd", "5", "--note", "x"])
        .fails(1, &["--account", "`Nobody`"]);
    add(&program, "9000000").succeeds();
    add(&program, "9000000").fails(1, &["--usd", "beyond"]);

    let shown = program.run(&["credit", "show", "--account", "Acme"]).succeeds().out;
    assert_eq!(shown.lines().count(), 3, "{shown}");
}

#[test]
fn the_ledger_is_shown_to_people_and_to_programs() {
    let program = Program::with_account();
    let show = |json: bool| {
        let arguments: &[&str] = &["credit", "show", "--account", "Acme", "--json"];
        program.run(&arguments[..if json { 5 } else { 4 }]).succeeds()
    };
    let none = show(false);

    assert_eq!(none.out, "");
    assert!(none.err.contains("never had credit") && none.err.contains("crossmodel credit add --account 'Acme'"));

    let json: serde_json::Value = serde_json::from_str(&show(true).out).unwrap();
    assert_eq!(
        json,
        serde_json::json!({"account": "Acme", "balance": null, "held": "0", "entries": []})
    );

    add(&program, "25.50").succeeds();
    add(&program, "-5").succeeds();

    let text = show(false).out;
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "Balance 20.5 USD, of which 0 USD are held by calls in flight."
    );
    assert!(
        lines[2].contains("-5") && lines[2].contains("correction: invoice 7"),
        "{text}"
    );
    assert!(
        lines[3].contains("25.5") && lines[3].contains("credit: invoice 7"),
        "{text}"
    );
    assert!(lines[3].contains("command line"), "{text}");

    let json: serde_json::Value = serde_json::from_str(&show(true).out).unwrap();
    assert_eq!((&json["balance"], &json["held"]), (&"20.5".into(), &"0".into()));

    let entry = &json["entries"][0];
    assert_eq!(
        (&entry["kind"], &entry["usd"], &entry["note"]),
        (&"correction".into(), &"-5".into(), &"invoice 7".into())
    );
    assert!(entry["at"].as_str().unwrap().ends_with('Z') && entry["id"].as_str().unwrap().len() == 36);
}
