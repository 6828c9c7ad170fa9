//! `crossmodel serve`, as a process.

use super::program::Program;
use crate::harness::client::Client;
use crate::harness::store::run;

const ANYWHERE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

#[test]
fn the_first_start_offers_to_set_up_the_first_admin() {
    run(async {
        let program = Program::fresh();
        let mut server = program.start(&ANYWHERE);
        let console = server.says("Console: ");
        let link = server.says("within the hour: ");

        assert!(link.starts_with(&console), "{link}");

        let client = Client::new(&console);
        client.get("/readyz").await.is(200);
        client.get("/keys").await.is(303);
        client
            .get(link.strip_prefix(console.trim_end_matches('/')).unwrap())
            .await
            .is(200);
        client.get("/setup/something-else").await.is(404);
    });
}

#[test]
fn once_a_person_can_sign_in_no_link_is_offered() {
    run(async {
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
        program.run_with(&add, "plum orchard at dusk, 1912").succeeds();
        let mut server = program.start(&ANYWHERE);
        let client = Client::new(server.says("Console: ")).like_a_browser();
        server.says("Gateway: ");
        client.get("/readyz").await.is(200);
        let fields = [
            ("email", "maya@example.com"),
            ("password", "plum orchard at dusk, 1912"),
        ];
        client.post_form("/sign-in", &fields).await.is(303);
        client.get("/keys").await.is(200);

        assert!(!server.said().contains("Set up"), "{}", server.said());
    });
}

#[test]
fn commands_work_beside_a_running_server() {
    run(async {
        let program = Program::with_account();
        let mut server = program.start(&ANYWHERE);
        let base = server.says("Gateway: ");
        let secret = program
            .run(&["key", "create", "--account", "Acme", "--name", "late"])
            .succeeds()
            .out;
        let client = Client::new(base.trim_end_matches("/v1")).bearer(secret.trim());
        client.get("/v1/models").await.is(200);

        // Another process changed the key: the next look at the database notices, a few seconds later at most.
        program.run(&["key", "disable", "--key", "late"]).succeeds();
        let mut status = 200;
        for _ in 0..600 {
            status = client.get("/v1/models").await.status.as_u16();
            if status != 200 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(status, 401);
    });
}

#[test]
fn a_request_to_stop_ends_cleanly() {
    for signal in ["TERM", "INT"] {
        let program = Program::fresh();
        let mut server = program.start(&ANYWHERE);
        server.says("Gateway: ");
        server.signal(signal);
        assert_eq!(server.end().code(), Some(0), "{signal}");
    }
}

#[test]
fn an_address_in_use_is_named_with_the_way_out() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for command in ["serve", "demo"] {
        Program::fresh()
            .run(&[command, "--listen", &address])
            .fails(1, &[&address, "--listen"]);
    }
}

#[test]
fn the_parts_can_listen_apart() {
    run(async {
        let program = Program::fresh();
        let mut server = program.start(&[
            "serve",
            "--gateway-listen",
            "127.0.0.1:0",
            "--console-listen",
            "[::1]:0",
        ]);
        let console = Client::new(server.says("Console: "));
        let gateway = server.says("Gateway: ");
        let gateway = Client::new(gateway.trim_end_matches("/v1"));
        console.get("/sign-in").await.is(200);
        console.get("/v1/models").await.is(303);
        gateway.get("/v1/models").await.is(401);
        gateway.get("/sign-in").await.is(404);
    });
}

#[test]
fn a_part_can_be_off() {
    run(async {
        let program = Program::fresh();
        let mut server = program.start(&["serve", "--listen", "127.0.0.1:0", "--console-listen", "off"]);
        let gateway = server.says("Gateway: ");
        assert!(
            !server.said().contains("Console") && !server.said().contains("Set up"),
            "{}",
            server.said()
        );
        Client::new(gateway.trim_end_matches("/v1"))
            .get("/readyz")
            .await
            .is(200);
    });
}

#[test]
fn behind_a_proxy_a_key_is_held_to_the_clients_address() {
    run(async {
        let program = Program::with_account();
        let create = [
            "key",
            "create",
            "--account",
            "Acme",
            "--name",
            "ci",
            "--allow-cidr",
            "192.0.2.0/24",
        ];
        let secret = program.run(&create).succeeds().out;
        for (more, from, status) in [
            (&["--public-url", "https://cm.example.com"][..], "192.0.2.7", 200),
            (
                &["--public-url", "https://cm.example.com"][..],
                "192.0.2.7, 198.51.100.1",
                403,
            ),
            (&[][..], "192.0.2.7", 403),
        ] {
            let mut server = program.start(&[&ANYWHERE[..], &["--console-listen", "off"], more].concat());
            let gateway = server.says("Gateway: ");
            let (url, address) = gateway.split_once(" (listening on ").unwrap_or((&gateway, ""));
            let base = if address.is_empty() {
                url.trim_end_matches("/v1").into()
            } else {
                format!("http://{}", address.trim_end_matches(')'))
            };
            let client = Client::new(base).bearer(secret.trim()).with("x-forwarded-for", from);
            client.get("/v1/models").await.is(status);
        }
    });
}
