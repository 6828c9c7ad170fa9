//! What differs between the engines for whoever runs commands.

use super::program::Program;

both_engines!(the_same_commands_work_on_either, |store| {
    let program = Program::empty().on(store.database().url());
    let key = program.path("cm.key").display().to_string();
    program.run(&["account", "create", "Acme"]).succeeds();
    let create = ["key", "create", "--account", "Acme", "--name", "ci", "--alias", "fast=deepseek/deepseek-chat"];
    program.run(&[&create[..], &["--master-key-file", &key]].concat()).succeeds();
    let out = program.run(&["resolve", "--key", "ci", "fast"]).succeeds().out;
    assert!(out.starts_with("fast runs deepseek/deepseek-chat (exact alias)."), "{out}");
    assert!(program.run(&["key", "list"]).succeeds().out.contains("Acme"));
});

/// Beside a SQLite file there is an obvious place for the key; with Postgres several machines have to share it.
#[test]
fn with_postgres_the_master_key_must_be_named_or_exist() {
    use crate::harness::database::Engine;
    crate::harness::store::on(Engine::Postgres, |store| async move {
        let program = Program::empty().on(store.database().url());
        program.run(&["serve"]).fails(2, &["data/master.key", "CROSSMODEL_MASTER_KEY_FILE"]);
        program.run(&["check-config"]).fails(2, &["CROSSMODEL_MASTER_KEY_FILE"]);
    });
}
