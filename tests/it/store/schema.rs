//! The schema, and the statements that have to fit it.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::raw;
use crate::harness::database::Engine;
use crate::harness::store::on;

both_engines!(every_statement_can_be_prepared, |store| {
    let count = store.check_statements().await.unwrap();

    assert!(count > 60, "only {count} statements are registered");
});

both_engines!(migrating_a_migrated_database_does_nothing, |store| {
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.another().await.migrate().await.unwrap(), Vec::<String>::new());
});

both_engines!(a_store_that_is_open_answers, |store| {
    store.ping().await.unwrap();
});

#[test]
fn the_folders_of_migrations_hold_twins_and_every_step_is_run() {
    let names = |engine: &str| {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(engine);
        let files = std::fs::read_dir(folder).unwrap();
        files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect::<BTreeSet<String>>()
    };
    let applied = Mutex::new(Vec::new());
    on(Engine::Sqlite, |store| {
        let applied = &applied;
        async move {
            let sql = "SELECT PRINTF('%04d_%s.sql', version, description) FROM _sqlx_migrations ORDER BY version";
            let found = raw::texts(&store, sql).await;
            applied.lock().unwrap().extend(found);
        }
    });

    assert_eq!(names("sqlite"), names("postgres"));
    assert_eq!(
        applied.into_inner().unwrap(),
        names("sqlite").into_iter().collect::<Vec<_>>()
    );
}

#[test]
fn no_check_of_a_record_fills_a_table_of_its_own() {
    on(Engine::Sqlite, |store| async move {
        let steps = raw::steps(
            &store,
            "INSERT INTO usage_record SELECT * FROM usage_record WHERE id = ''",
        )
        .await;
        // One table is for what is read of the table that is written.
        let tables = steps.iter().filter(|step| *step == "OpenEphemeral").count();

        assert!(steps.iter().any(|step| step == "TypeCheck"), "{steps:?}");
        assert_eq!(tables, 1, "{steps:?}");
    });
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    on(Engine::Sqlite, |store| async move {
        crate::harness::seed::account(&store, "acme").await;
        let url = store.database().url();
        let file = url.trim_start_matches("sqlite://");
        for file in [file.to_owned(), format!("{file}-wal"), format!("{file}-shm")] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    });
}

#[test]
fn both_engines_have_the_same_schema() {
    let [sqlite, postgres] = [(Engine::Sqlite, SQLITE), (Engine::Postgres, POSTGRES)].map(|(engine, questions)| {
        let facts = Mutex::new(BTreeSet::new());
        on(engine, |store| {
            let facts = &facts;
            async move {
                for question in questions {
                    let found = raw::texts(&store, question).await;
                    facts.lock().unwrap().extend(found);
                }
            }
        });
        facts.into_inner().unwrap()
    });

    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>();
    assert!(sqlite.len() > 100, "{sqlite:#?}");
    assert_eq!(
        only(&sqlite, &postgres),
        only(&postgres, &sqlite),
        "left: only SQLite has it; right: only Postgres"
    );
}

/// Each fact is a line of text: columns with type, nullability, default and place in the primary key; indexes; foreign
/// keys; triggers.
const SQLITE: &[&str] = &[
    "SELECT t.name || '.' || c.name || ' ' || c.type || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END \
     || COALESCE(' default ' || c.dflt_value, '') || CASE WHEN c.pk > 0 THEN ' key ' || c.pk ELSE '' END \
     FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' \
     AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'",
    "SELECT 'index ' || i.name || ' on ' || t.name || CASE i.\"unique\" WHEN 1 THEN ' unique' ELSE '' END \
     || CASE i.partial WHEN 1 THEN ' partial' ELSE '' END || ' ' || \
     (SELECT GROUP_CONCAT(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) \
     FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'c'",
    "SELECT 'reference ' || t.name || '.' || f.\"from\" || ' ' || f.\"table\" || '.' || f.\"to\" \
     FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
    "SELECT 'trigger ' || name || ' on ' || tbl_name FROM sqlite_master WHERE type = 'trigger'",
    // SQLite cannot empty a table but by DELETE, which the other triggers see.
    "SELECT 'trigger audit_log_keeps_all on audit_log' UNION SELECT 'trigger ledger_entry_keeps_all on ledger_entry'",
];

const POSTGRES: &[&str] = &[
    "SELECT c.table_name || '.' || c.column_name || ' ' || CASE c.data_type WHEN 'bigint' THEN 'INTEGER' \
     WHEN 'bytea' THEN 'BLOB' ELSE UPPER(c.data_type) END || CASE c.is_nullable WHEN 'NO' THEN ' not null' ELSE '' END \
     || COALESCE(' default ' || REPLACE(c.column_default, '::text', ''), '') || COALESCE(' key ' || k.ordinal_position, '') \
     FROM information_schema.columns c LEFT JOIN information_schema.key_column_usage k \
     ON k.table_name = c.table_name AND k.column_name = c.column_name AND k.constraint_name LIKE '%\\_pkey' \
     WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_sqlx%'",
    "SELECT 'index ' || i.relname || ' on ' || t.relname || CASE WHEN x.indisunique THEN ' unique' ELSE '' END \
     || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END || ' ' || \
     (SELECT STRING_AGG(a.attname, ',' ORDER BY n.place) \
     FROM UNNEST(x.indkey) WITH ORDINALITY n (column_number, place) \
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = n.column_number) \
     FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid \
     JOIN pg_namespace s ON s.oid = t.relnamespace \
     WHERE s.nspname = 'public' AND NOT x.indisprimary AND t.relname NOT LIKE '\\_sqlx%'",
    "SELECT 'reference ' || k.table_name || '.' || k.column_name || ' ' || u.table_name || '.' || u.column_name \
     FROM information_schema.referential_constraints r \
     JOIN information_schema.key_column_usage k ON k.constraint_name = r.constraint_name \
     JOIN information_schema.constraint_column_usage u ON u.constraint_name = r.constraint_name",
    "SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal",
];
