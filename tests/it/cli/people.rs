//! `crossmodel person …`

use super::program::Program;
use crate::harness::client::Client;

const GOOD: &str = "plum orchard at dusk, 1912\n";

#[test]
fn a_person_is_added_with_a_password_from_standard_input() {
    let program = Program::with_account();
    let add = [
        "person",
        "add",
        "--email",
        "Maya@Example.com",
        "--role",
        "owner",
        "--account",
        "Acme",
        "--password-stdin",
    ];
    let ran = program.run_with(&add, GOOD).succeeds();
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("maya@example.com, owner"), "{}", ran.err);

    let list = program.run(&["person", "list"]).succeeds().out;
    assert!(list.contains("maya@example.com") && list.contains("Acme"), "{list}");
    program
        .run_with(&add, GOOD)
        .fails(1, &["--email", "maya@example.com", "already"]);
}

#[test]
fn a_weak_password_is_refused() {
    let program = Program::with_account();
    let add = [
        "person",
        "add",
        "--email",
        "maya@example.com",
        "--role",
        "admin",
        "--password-stdin",
    ];
    program.run_with(&add, "short\n").fails(1, &["password", "12"]);
    program.run_with(&add, "").fails(1, &["password", "empty"]);
    assert_eq!(program.run(&["person", "list"]).succeeds().out.lines().count(), 1);
}

#[test]
fn without_a_password_a_link_is_printed_alone() {
    let program = Program::with_account();
    let add = ["person", "add", "--email", "maya@example.com", "--role", "admin"];
    let added = program.run(&add).succeeds();
    let again = program
        .run(&["person", "reset-link", "--email", "maya@example.com"])
        .succeeds();

    for out in [&added.out, &again.out] {
        assert!(
            out.starts_with("http://127.0.0.1:8080/reset/") && out.lines().count() == 1,
            "{out}"
        );
    }
    assert_ne!(added.out, again.out);

    program
        .run(&["person", "reset-link", "--email", "max@example.com"])
        .fails(1, &["no person", "max@example.com"]);
}

#[test]
fn a_person_who_is_no_admin_belongs_to_an_account() {
    let program = Program::with_account();
    program
        .run(&["person", "add", "--email", "maya@example.com", "--role", "viewer"])
        .fails(2, &["--account", "viewer"]);
    program
        .run(&["person", "add", "--email", "maya@example.com", "--role", "boss"])
        .fails(2, &["--role", "admin, owner or viewer"]);
    program
        .run(&["person", "add", "--email", "maya", "--role", "admin"])
        .fails(2, &["--email", "maya@example.com"]);
}

fn add(program: &Program, email: &str, role: &str) {
    let add = [
        "person",
        "add",
        "--email",
        email,
        "--role",
        role,
        "--account",
        "Acme",
        "--password-stdin",
    ];
    program.run_with(&add, GOOD).succeeds();
}

fn state(program: &Program, email: &str) -> String {
    let list = program.run(&["person", "list"]).succeeds().out;
    let line = list.lines().find(|line| line.starts_with(email)).expect("the person");
    line.split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_person_is_switched_off_and_on_again() {
    let program = Program::with_account();
    add(&program, "maya@example.com", "owner");
    let of_maya = |command: &str| program.run(&["person", command, "--email", "Maya@Example.com"]);
    let create = [
        "key",
        "create",
        "--account",
        "Acme",
        "--name",
        "hers",
        "--owner",
        "maya@example.com",
    ];
    program.run(&create).succeeds();

    let off = of_maya("disable").succeeds();
    assert_eq!(off.out, "");
    assert!(
        off.err.contains("Disabled maya@example.com") && off.err.contains("1 key are refused"),
        "{}",
        off.err
    );
    assert_eq!(state(&program, "maya@example.com"), "owner Acme disabled");
    assert!(of_maya("disable").succeeds().err.contains("disabled already"));
    of_maya("reset-link").fails(1, &["disabled", "crossmodel person enable --email maya@example.com"]);

    assert!(of_maya("enable").succeeds().err.contains("Enabled maya@example.com"));
    assert_eq!(state(&program, "maya@example.com"), "owner Acme enabled");
    of_maya("reset-link").succeeds();
    let other = ["person", "disable", "--email", "maia@example.com"];
    program.run(&other).fails(
        1,
        &[
            "--email",
            "no person signs in as maia@example.com",
            "did you mean `maya@example.com`?",
        ],
    );
}

#[test]
fn a_person_gets_another_role() {
    let program = Program::with_account();
    program.run(&["account", "create", "Other"]).succeeds();
    add(&program, "maya@example.com", "owner");
    let role = |role: &str, more: &[&str]| {
        program.run(&[&["person", "role", "--email", "maya@example.com", "--role", role], more].concat())
    };

    let changed = role("viewer", &[]).succeeds();
    assert!(
        changed.err.contains("maya@example.com was owner and is viewer"),
        "{}",
        changed.err
    );
    assert_eq!(state(&program, "maya@example.com"), "viewer Acme enabled");
    assert!(role("viewer", &[]).succeeds().err.contains("is viewer already"));

    role("owner", &["--account", "Other"]).fails(1, &["--account", "another account"]);
    role("owner", &["--account", "Acne"]).fails(1, &["--account", "`Acne`", "did you mean `Acme`?"]);
    role("boss", &[]).fails(2, &["--role", "admin, owner or viewer"]);

    program
        .run_with(&["person", "add", "--email", "ops@example.com", "--role", "admin"], "")
        .succeeds();
    let of_ops = |more: &[&str]| {
        program.run(
            &[
                &["person", "role", "--email", "ops@example.com", "--role", "owner"],
                more,
            ]
            .concat(),
        )
    };
    role("admin", &[]).succeeds();
    of_ops(&[]).fails(2, &["--account", "owner"]);
    of_ops(&["--account", "Other"]).succeeds();
    assert_eq!(state(&program, "ops@example.com"), "owner Other enabled");
}

#[test]
fn the_last_admin_stays() {
    let program = Program::with_account();
    add(&program, "root@example.com", "admin");

    for command in [&["disable"][..], &["role", "--role", "owner"]] {
        let arguments = [&["person", command[0], "--email", "root@example.com"], &command[1..]].concat();
        program
            .run(&arguments)
            .fails(1, &["--email", "the last admin", "crossmodel person add --role admin"]);
    }

    assert_eq!(state(&program, "root@example.com"), "admin Acme enabled");
}

#[test]
fn an_account_is_switched_off_and_on_again() {
    let program = Program::with_key(&[]);
    let listed = || program.run(&["account", "list"]).succeeds().out;

    let off = program.run(&["account", "disable", "Acme"]).succeeds();
    assert!(
        off.err.contains("Disabled Acme") && off.err.contains("1 key"),
        "{}",
        off.err
    );
    assert!(listed().contains("disabled"));
    assert!(
        program
            .run(&["account", "disable", "Acme"])
            .succeeds()
            .err
            .contains("disabled already")
    );
    assert!(
        program
            .run(&["account", "enable", "Acme"])
            .succeeds()
            .err
            .contains("Enabled Acme")
    );
    assert!(!listed().contains("disabled"));

    program
        .run(&["account", "disable", "Akme"])
        .fails(1, &["NAME", "`Akme`", "did you mean `Acme`?"]);
}

both_engines!(sessions_are_listed_and_ended, |store| {
    let program = Program::empty().on(store.database().url());
    program.run(&["account", "create", "Acme"]).succeeds();
    add(&program, "maya@example.com", "owner");
    add(&program, "noor@example.com", "viewer");
    let key = program.path("cm.key").display().to_string();
    let mut server = program.start(&["serve", "--listen", "127.0.0.1:0", "--master-key-file", &key]);
    let url = server.says("Console: ");
    let mut visitors = Vec::new();

    for email in ["maya@example.com", "maya@example.com", "noor@example.com"] {
        let visitor = Client::new(&url).like_a_browser();
        visitor
            .post_form("/sign-in", &[("email", email), ("password", GOOD.trim())])
            .await
            .is(303);
        visitors.push(visitor);
    }
    let list = |more: &[&str]| program.run(&[&["session", "list"], more].concat()).succeeds().out;
    let out = async |n: usize| visitors[n].get("/keys").await.status == 303;

    let table = list(&[]);
    assert!(table.starts_with("ID ") && table.lines().count() == 4, "{table}");
    let rows: serde_json::Value = serde_json::from_str(&list(&["--email", "noor@example.com", "--json"])).unwrap();
    let id = rows[0]["id"].as_str().unwrap();
    assert_eq!(
        (id.len(), &rows[0]["email"], rows[1].is_null()),
        (12, &"noor@example.com".into(), true)
    );
    assert!(rows[0]["ends_at"].as_str().unwrap().ends_with('Z'));

    let ended = program.run(&["session", "end", &id[..6]]).succeeds();
    assert!(
        ended.err.contains(&format!("{id} of noor@example.com")),
        "{}",
        ended.err
    );
    assert_eq!([out(0).await, out(1).await, out(2).await], [false, false, true]);
    program
        .run(&["session", "end", id])
        .fails(1, &["ID", id, "crossmodel session list"]);
    program
        .run(&["session", "end", "laptop"])
        .fails(2, &["ID", "`laptop`", "crossmodel session list"]);
    program.run(&["session", "end"]).fails(2, &["an ID", "--email"]);

    let all = program
        .run(&["session", "end", "--email", "maya@example.com"])
        .succeeds();
    assert!(all.err.contains("Ended 2 sessions"), "{}", all.err);
    assert_eq!([out(0).await, out(1).await], [true, true]);
    assert_eq!(list(&[]).lines().count(), 1);
});

both_engines!(
    a_person_or_an_account_that_is_switched_off_is_out_of_a_running_server,
    |store| {
        let program = Program::empty().on(store.database().url());
        program.run(&["account", "create", "Acme"]).succeeds();
        add(&program, "maya@example.com", "owner");
        let key = program.path("cm.key").display().to_string();
        let mut server = program.start(&["serve", "--listen", "127.0.0.1:0", "--master-key-file", &key]);
        let url = server.says("Console: ");
        let create = [
            "key",
            "create",
            "--account",
            "Acme",
            "--name",
            "hers",
            "--owner",
            "maya@example.com",
        ];
        let secret = program
            .run(&[&create[..], &["--master-key-file", &key]].concat())
            .succeeds()
            .out;
        let calls = Client::new(&url).bearer(secret.trim());
        let sign_in = async || {
            let visitor = Client::new(&url).like_a_browser();
            let fields = [("email", "maya@example.com"), ("password", GOOD.trim())];
            (visitor.post_form("/sign-in", &fields).await.status.as_u16(), visitor)
        };
        // Another process: on Postgres it hears of the change at once, on SQLite it looks every few seconds.
        let refused = async || {
            let began = std::time::Instant::now();
            while calls.get("/v1/models").await.status != 401 {
                assert!(began.elapsed().as_secs() < 60, "still answered after a minute");
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            calls.get("/v1/models").await.is(401).json()["error"]["code"].clone()
        };

        for (off, on) in [
            (
                ["person", "disable", "--email", "maya@example.com"],
                ["person", "enable", "--email", "maya@example.com"],
            ),
            (
                ["account", "disable", "Acme", "--log=warn"],
                ["account", "enable", "Acme", "--log=warn"],
            ),
        ] {
            let (status, maya) = sign_in().await;
            assert_eq!(status, 303);
            maya.get("/keys").await.is(200);
            while calls.get("/v1/models").await.status != 200 {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }

            program.run(&off).succeeds();

            maya.get("/keys").await.is(303);
            assert_eq!(sign_in().await.0, 422);
            assert_eq!(refused().await, "user_inactive");
            program.run(&on).succeeds();
            maya.get("/keys").await.is(303);
        }
    }
);
