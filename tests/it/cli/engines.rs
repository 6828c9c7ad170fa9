//! The differences between the engines for a person who runs commands.

use super::program::Program;

both_engines!(the_same_commands_work_on_either, |store| {
    let program = Program::empty().on(store.database().url());
    let key = program.path("cm.key").display().to_string();
    program.run(&["account", "create", "Acme"]).succeeds();
    let create = [
        "key",
        "create",
        "--account",
        "Acme",
        "--name",
        "ci",
        "--alias",
        "fast=deepseek/deepseek-chat",
    ];
    program
        .run(&[&create[..], &["--master-key-file", &key]].concat())
        .succeeds();
    let out = program.run(&["resolve", "--key", "ci", "fast"]).succeeds().out;

    assert!(
        out.starts_with("fast runs deepseek/deepseek-chat (exact alias)."),
        "{out}"
    );
    assert!(program.run(&["key", "list"]).succeeds().out.contains("Acme"));

    program
        .run(&["key", "set", "--key", "ci", "--spend-limit", "20", "--per", "week"])
        .succeeds();
    assert!(program.run(&["key", "list"]).succeeds().out.contains("20 USD/week"));

    program.run(&["account", "set", "Acme", "--rpm", "6000"]).succeeds();
    let added = program.run(&[
        "credit",
        "add",
        "--account",
        "Acme",
        "--usd",
        "25.50",
        "--note",
        "invoice 7",
    ]);
    assert_eq!(added.succeeds().out, "25.5\n");

    let accounts = program.run(&["account", "list"]).succeeds().out;
    assert!(
        accounts.contains("25.5") && accounts.contains("6000 requests/min"),
        "{accounts}"
    );

    let shown = program.run(&["credit", "show", "--account", "Acme"]).succeeds().out;
    assert!(shown.contains("credit: invoice 7"), "{shown}");
});

/// Beside a SQLite file there is an obvious place for the key; with Postgres several machines have to share it.
#[test]
fn with_postgres_the_master_key_must_be_named_or_exist() {
    use crate::harness::database::Engine;
    crate::harness::store::on(Engine::Postgres, |store| async move {
        let program = Program::empty().on(store.database().url());
        program
            .run(&["serve"])
            .fails(2, &["data/master.key", "CROSSMODEL_MASTER_KEY_FILE"]);
        program.run(&["check-config"]).fails(2, &["CROSSMODEL_MASTER_KEY_FILE"]);
    });
}
