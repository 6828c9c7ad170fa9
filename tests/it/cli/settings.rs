//! Settings: the errors of wrong ones, and the conditions on the master key.

use std::os::unix::fs::PermissionsExt;

use super::program::Program;

#[test]
fn a_bad_value_stops_with_one_line_that_names_the_variable() {
    for (name, value) in [
        ("CROSSMODEL_LISTEN", "example.com:80"),
        ("CROSSMODEL_GATEWAY_LISTEN", "on"),
        ("CROSSMODEL_CONSOLE_LISTEN", "8080"),
        ("CROSSMODEL_PUBLIC_URL", "crossmodel"),
        ("CROSSMODEL_PUBLIC_URL", "http://cm.example.com"),
        ("CROSSMODEL_EGRESS_ALLOW", "localhost"),
        ("CROSSMODEL_LOG", "loud"),
        ("CROSSMODEL_LOG_FORMAT", "xml"),
        ("CROSSMODEL_WORKERS", "0"),
        ("CROSSMODEL_SHUTDOWN_TIMEOUT", "soon"),
        ("CROSSMODEL_MAX_CONNECTIONS", "2"),
        ("CROSSMODEL_CONNECTIONS_PER_ADDRESS", "0"),
        ("CROSSMODEL_CORS_ORIGINS", "app.example.com"),
        ("CROSSMODEL_TRUSTED_PROXIES", "10.0.0.0/8;::1"),
        ("DATABASE_URL", "mysql://localhost/cm"),
    ] {
        Program::empty()
            .env(name, value)
            .run(&["check-config"])
            .fails(2, &["crossmodel: ", name]);
    }
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named_with_the_reason() {
    let program = Program::empty();
    let bad = program.file(
        "key.pem",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    );
    program
        .run(&["check-config", "--listen", "127.0.0.1:0", "--ca-file", &bad])
        .fails(2, &["CROSSMODEL_CA_FILE", "key.pem", "no certificate"]);
    let broken = program.file(
        "ca.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let program = program.env("CROSSMODEL_CA_FILE", &broken);
    let check = ["check-config", "--listen", "127.0.0.1:0"];
    program
        .run(&check)
        .fails(2, &["CROSSMODEL_CA_FILE", "certificate 1 in", "ca.pem"]);
    program
        .run(&["serve", "--listen", "127.0.0.1:0"])
        .fails(2, &["CROSSMODEL_CA_FILE", "ca.pem"]);
    let missing = ["check-config", "--listen", "127.0.0.1:0", "--ca-file", "nowhere.pem"];
    program
        .run(&missing)
        .fails(2, &["CROSSMODEL_CA_FILE", "nowhere.pem cannot be read"]);
}

#[test]
fn a_bad_flag_is_named_as_it_was_written() {
    let program = Program::empty();
    program
        .run(&["check-config", "--listen", "nowhere"])
        .fails(2, &["--listen: `nowhere`", "127.0.0.1:8080"]);
    program
        .run(&["check-config", "--lisen", "nowhere"])
        .fails(2, &["--lisen", "--listen"]);
    program.run(&["serv"]).fails(2, &["serv", "serve"]);
    program
        .run(&["key", "create", "--account", "Acme"])
        .fails(2, &["--name"]);
}

#[test]
fn a_misspelt_variable_is_not_passed_over_in_silence() {
    let program = Program::empty().env("CROSSMODEL_LISTNE", "127.0.0.1:9");
    program
        .run(&["check-config"])
        .fails(2, &["CROSSMODEL_LISTNE", "CROSSMODEL_LISTEN?"]);
}

#[test]
fn the_databases_password_is_never_shown() {
    let secret = "postgres://cm:hunter22@127.0.0.1:1/cm";
    let ran = Program::empty().on(secret.into()).run(&["migrate"]);
    assert!(
        !ran.err.contains("hunter22") && !ran.out.contains("hunter22"),
        "{}{}",
        ran.out,
        ran.err
    );
    ran.fails(1, &["DATABASE_URL", "127.0.0.1"]);

    let wrong = Program::empty()
        .on("mysql://cm:hunter22@127.0.0.1/cm".into())
        .run(&["migrate"]);
    assert!(!wrong.err.contains("hunter22"), "{}", wrong.err);
}

#[test]
fn checking_the_settings_makes_nothing() {
    let program = Program::empty();
    let ran = program.run(&["check-config", "--listen", "127.0.0.1:0"]).succeeds();
    assert!(ran.out.contains("The settings are fine."), "{}", ran.out);
    assert!(ran.out.contains("will be made"), "{}", ran.out);
    assert_eq!(std::fs::read_dir(program.path(".")).unwrap().count(), 0);
}

#[test]
fn a_console_that_others_can_reach_needs_a_public_address() {
    let program = Program::empty();
    program
        .run(&["check-config", "--listen", "0.0.0.0:8080"])
        .fails(2, &["CROSSMODEL_PUBLIC_URL", "https"]);
    let named = [
        "check-config",
        "--listen",
        "0.0.0.0:0",
        "--public-url",
        "https://cm.example.com",
    ];
    program.run(&named).succeeds();
    program
        .run(&["check-config", "--listen", "0.0.0.0:0", "--console-listen", "off"])
        .succeeds();
    let nothing = ["check-config", "--gateway-listen", "off", "--console-listen", "off"];
    program.run(&nothing).fails(2, &["nothing to serve"]);
}

#[test]
fn a_master_key_that_others_can_read_is_refused() {
    let program = Program::with_key(&[]);
    let path = program.path("master.key");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();

    program.run(&["check-config"]).fails(2, &["master.key", "chmod 600"]);
    program.run(&["serve"]).fails(2, &["master.key", "chmod 600"]);
}

#[test]
fn another_master_key_is_noticed_at_the_start() {
    let program = Program::with_key(&[]);
    let path = program.path("master.key");
    let right = std::fs::read_to_string(&path).unwrap();

    std::fs::write(&path, "0123456789abcdef".repeat(4)).unwrap();
    for command in ["serve", "check-config"] {
        program.run(&[command]).fails(78, &["master.key", "not the one"]);
    }
    std::fs::remove_file(&path).unwrap();
    program.run(&["serve"]).fails(78, &["master.key", "missing"]);
    assert!(!path.exists(), "a lost key must not be replaced by a new one");

    std::fs::write(&path, right).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    program.run(&["check-config", "--listen", "127.0.0.1:0"]).succeeds();
}

#[test]
fn a_file_that_holds_no_key_is_refused() {
    let program = Program::fresh();
    let path = program.file("some.key", "abc");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    program
        .run(&["serve", "--master-key-file", &path])
        .fails(2, &["some.key", "64 hexadecimal digits"]);
}

#[test]
fn a_command_about_a_database_that_is_not_there_makes_none() {
    let program = Program::empty();
    program
        .run(&["key", "list"])
        .fails(1, &["DATABASE_URL", "crossmodel.db", "crossmodel migrate"]);
    assert!(!program.path("crossmodel.db").exists());
}

#[test]
fn migrating_says_what_it_did_once() {
    let program = Program::empty();
    let first = program.run(&["migrate"]).succeeds();
    assert!(first.out.contains("Applied 0001_"), "{}", first.out);
    let second = program.run(&["migrate"]).succeeds();
    assert!(second.out.contains("up to date"), "{}", second.out);
}

#[test]
fn help_tells_every_setting_with_its_variable_and_default() {
    let help = Program::empty().run(&["--help"]).succeeds().out;
    for part in [
        "DATABASE_URL",
        "CROSSMODEL_EGRESS_ALLOW",
        "127.0.0.1:8080",
        "sqlite://data/crossmodel.db",
        "Examples:",
    ] {
        assert!(help.contains(part), "`{part}` is not in: {help}");
    }
    let of_a_command = Program::empty().run(&["alias", "import", "--help"]).succeeds().out;
    assert!(
        of_a_command.contains("crossmodel alias import --key laptop aliases.json"),
        "{of_a_command}"
    );
}
