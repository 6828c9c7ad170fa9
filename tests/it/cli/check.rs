//! `crossmodel check-config` fails for whatever a start would fail for, with the same exit code, and changes nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::program::Program;
use crate::harness::database::{Database, Engine};
use crate::harness::store::{TestStore, run};
use crate::store::raw;

const CHECK: [&str; 3] = ["check-config", "--listen", "127.0.0.1:0"];
const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

/// The program on a database that it has set up.
fn set_up(store: &TestStore) -> Program {
    let program = Program::empty().on(store.database().url());
    let key = program.path("cm.key").display().to_string();
    let program = program.env("CROSSMODEL_MASTER_KEY_FILE", &key);
    program.run(&["account", "create", "Acme"]).succeeds();
    let create = ["key", "create", "--account", "Acme", "--name", "ci"];
    program.run(&create).succeeds();
    program
}

/// A start and a check both end with this exit code and one line that says all of this.
#[track_caller]
fn both_fail(program: &Program, more: &[&str], code: i32, says: &[&str]) {
    for command in [CHECK, SERVE] {
        program.run(&[&command[..], more].concat()).fails(code, says);
    }
}

/// The names of all files below a folder, and their lengths.
fn files(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(path.display().to_string(), 0);
            found.extend(files(&path));
        } else {
            found.insert(path.display().to_string(), path.metadata().unwrap().len());
        }
    }
    found
}

both_engines!(
    a_schema_of_a_newer_version_fails_the_check_as_it_fails_a_start,
    |store| {
        let program = set_up(&store);
        program.run(&CHECK).succeeds();
        let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 SELECT 99, 'newer', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
        raw::run(&store, newer).await.unwrap();

        both_fail(&program, &[], 1, &["DATABASE_URL", "newer version", "step 99"]);
    }
);

both_engines!(
    a_step_of_the_schema_that_was_begun_and_not_ended_fails_the_check,
    |store| {
        let program = set_up(&store);
        let undone = match store.engine() {
            Engine::Sqlite => "UPDATE _sqlx_migrations SET success = 0 WHERE version = 3",
            Engine::Postgres => "UPDATE _sqlx_migrations SET success = false WHERE version = 3",
        };
        raw::run(&store, undone).await.unwrap();

        both_fail(&program, &[], 1, &["DATABASE_URL", "step 3", "begun and not ended"]);
    }
);

both_engines!(a_step_of_the_schema_that_was_another_fails_the_check, |store| {
    let program = set_up(&store);
    let other = "UPDATE _sqlx_migrations SET checksum = (SELECT checksum FROM _sqlx_migrations WHERE version = 2) \
                 WHERE version = 1";
    raw::run(&store, other).await.unwrap();

    both_fail(&program, &[], 1, &["DATABASE_URL", "step 1", "not this version's"]);
});

both_engines!(a_catalog_that_cannot_be_read_fails_the_check, |store| {
    let program = set_up(&store);
    raw::run(
        &store,
        "UPDATE model SET data = 'nonsense' WHERE id = 'deepseek/deepseek-chat'",
    )
    .await
    .unwrap();

    both_fail(&program, &[], 1, &["catalog", "deepseek/deepseek-chat"]);
});

both_engines!(a_master_key_of_another_installation_fails_the_check, |store| {
    let program = set_up(&store);
    std::fs::write(program.path("cm.key"), "0123456789abcdef".repeat(4)).unwrap();

    both_fail(&program, &[], 78, &["cm.key", "not the one"]);
});

both_engines!(a_check_changes_nothing, |store| {
    let program = set_up(&store);
    let before = (
        files(&program.path(".")),
        raw::count(&store, "audit_log", "1 = 1").await,
    );

    program.run(&CHECK).succeeds();

    assert_eq!(
        (
            files(&program.path(".")),
            raw::count(&store, "audit_log", "1 = 1").await
        ),
        before
    );
});

#[test]
fn a_check_of_an_unused_sqlite_file_leaves_its_folder_as_it_was() {
    let program = Program::with_key(&[]);
    let before = (
        files(&program.path(".")),
        std::fs::read(program.path("crossmodel.db")).unwrap(),
    );

    let ran = program.run(&CHECK).succeeds();

    assert!(
        ran.out.contains("(answers)") && ran.out.contains("Spool:"),
        "{}",
        ran.out
    );
    assert_eq!(
        (
            files(&program.path(".")),
            std::fs::read(program.path("crossmodel.db")).unwrap()
        ),
        before
    );
}

#[test]
fn a_check_of_an_empty_postgres_database_makes_no_table() {
    run(async {
        let database = Database::fresh(Engine::Postgres).await;
        let program = Program::empty().on(database.url());
        let key = program.path("cm.key").display().to_string();

        let ran = program
            .run(&[&CHECK[..], &["--master-key-file", &key]].concat())
            .succeeds();

        assert!(ran.out.contains("steps of its schema will be made"), "{}", ran.out);
        assert_eq!(database.dump().await, Vec::<u8>::new());
        assert!(!program.path("cm.key").exists());
        database.remove().await;
    });
}

#[test]
fn a_postgres_that_takes_no_writes_fails_the_check() {
    run(async {
        let database = Database::fresh(Engine::Postgres).await;
        let program = Program::empty().on(database.url());
        let key = program.path("cm.key").display().to_string();
        let program = program.env("CROSSMODEL_MASTER_KEY_FILE", &key);
        program.run(&["migrate"]).succeeds();
        let name = database
            .url()
            .parse::<url::Url>()
            .unwrap()
            .path()
            .trim_start_matches('/')
            .to_owned();
        raw::run_at(
            &database.url(),
            &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"),
        )
        .await;

        program.run(&CHECK).fails(1, &["DATABASE_URL", "cannot be written"]);
        assert_eq!(program.run(&SERVE).code, 1);
        database.remove().await;
    });
}

#[test]
fn a_spool_that_cannot_be_written_fails_the_check() {
    let program = Program::with_key(&[]);
    // Stands for a disk that is missing, whichever user runs the test: a file where the folder should be.
    let file = program.file("file", "");
    both_fail(&program, &["--spool", &file], 1, &["the spool in", "file"]);
    both_fail(
        &program,
        &["--spool", &format!("{file}/deeper")],
        1,
        &["the spool in", "file/deeper"],
    );
    // Without the gateway there is none.
    program
        .run(&[&CHECK[..], &["--spool", &file, "--gateway-listen", "off"]].concat())
        .succeeds();
}

#[test]
fn a_spool_without_the_space_for_what_a_start_writes_fails_the_check() {
    let program = Program::with_key(&[]);
    // No file may be longer than 8 or 15 MB, by the shell's unit; a full disk refuses a write in the same place.
    let full = "trap '' XFSZ; ulimit -f 15000";
    for command in [CHECK, SERVE] {
        program
            .run_after(full, &command)
            .fails(1, &["the spool in", "cannot be written"]);
    }
    let left = std::fs::read_dir(program.path("spool")).unwrap().count();
    assert_eq!(left, 0, "neither the check nor the start leaves anything");
}

#[test]
fn an_address_that_is_taken_fails_the_check() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let program = Program::fresh();
    for command in ["check-config", "serve"] {
        program
            .run(&[command, "--listen", &address])
            .fails(1, &[&address, "--listen"]);
        let apart = [command, "--gateway-listen", "127.0.0.1:0", "--console-listen", &address];
        program.run(&apart).fails(1, &[&address, "in use"]);
    }
}

#[test]
fn a_place_where_nothing_can_be_made_fails_the_check() {
    let program = Program::empty();
    let file = program.file("file", "");
    let program = program.on(format!("sqlite://{file}/deeper/crossmodel.db"));
    both_fail(&program, &[], 1, &["DATABASE_URL", "cannot be made"]);

    let program = Program::fresh();
    let file = program.file("file", "");
    both_fail(
        &program,
        &["--master-key-file", &format!("{file}/cm.key")],
        2,
        &["file/cm.key"],
    );
}
