//! Several processes start at once on a database that none has set up.

use super::program::{Program, Started};
use crate::harness::client::Client;
use crate::harness::database::{Database, Engine};
use crate::harness::store::run;

const PROCESSES: usize = 8;

/// All of them share the database, the folder of the spools and the master key.
fn eight_at_once(engine: Engine) {
    run(async move {
        let database = Database::fresh(engine).await;
        let program = Program::empty().on(database.url());
        let (key, spool) = (
            program.path("cm.key").display().to_string(),
            program.path("spool").display().to_string(),
        );
        let start = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--master-key-file",
            &key,
            "--spool",
            &spool,
        ];

        let mut started: Vec<Started> = (0..PROCESSES).map(|_| program.start(&start)).collect();

        for server in &mut started {
            let url = server.says("Console: ");
            server.says("Gateway: ");
            let client = Client::new(&url);
            client.get("/readyz").await.is(200);
            client.get("/sign-in").await.is(200);
        }
        for server in started {
            server.signal("TERM");
            assert_eq!(server.end().code(), Some(0));
        }
        let models = program.run(&["provider", "list"]).succeeds().out;
        assert!(models.contains("deepseek"), "{models}");
        database.remove().await;
    });
}

#[test]
fn eight_processes_that_start_at_once_on_a_new_sqlite_file_all_serve() {
    for _ in 0..3 {
        eight_at_once(Engine::Sqlite);
    }
}

#[test]
fn eight_processes_that_start_at_once_on_a_new_postgres_database_all_serve() {
    for _ in 0..3 {
        eight_at_once(Engine::Postgres);
    }
}
