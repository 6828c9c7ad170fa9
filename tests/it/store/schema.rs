//! The schema, and the statements that have to fit it.

both_engines!(every_statement_can_be_prepared, |store| {
    let count = store.check_statements().await.expect("every statement fits the schema");

    assert!(count > 60, "only {count} statements are registered");
});

both_engines!(migrating_a_migrated_database_does_nothing, |store| {
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new());
    assert_eq!(store.another().await.migrate().await.unwrap(), Vec::<String>::new());
});
