//! Who called, when a proxy stands in front: for keys that are held to addresses, and for attempts to sign in.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::program::{Program, Started};

const SECURE: [&str; 4] = ["serve", "--listen", "[::]:0", "--public-url=https://cm.example.com"];

/// Sends a request with these header lines, and returns the status.
fn send(server: &mut Started, request: &str, lines: &[&str], body: &str) -> String {
    let said = server.says("Console: ");
    let address = said
        .split("listening on ")
        .nth(1)
        .unwrap_or(&said)
        .trim_end_matches(')');
    let port = address.parse::<SocketAddr>().expect("an address").port();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let text = format!("{request} HTTP/1.1\r\nhost: cm.example.com\r\nconnection: close\r\n{lines}\r\n{body}");
    socket.write_all(text.as_bytes()).expect("to send it");
    let mut answer = String::new();
    socket.read_to_string(&mut answer).expect("an answer");
    answer.split(' ').nth(1).expect("a status").to_owned()
}

#[test]
fn a_key_is_held_to_the_address_that_the_proxy_added_last() {
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
    let key = format!("x-api-key: {}", program.run(&create).succeeds().out.trim());
    let mut server = program.start(&SECURE);
    for (forwarded, status) in [
        (&["x-forwarded-for: 192.0.2.7"][..], "200"),
        (&["x-forwarded-for: 192.0.2.7", "x-forwarded-for: 203.0.113.9"], "403"),
        (&["x-forwarded-for: 203.0.113.9", "x-forwarded-for: 192.0.2.7"], "200"),
        (
            &["x-forwarded-for: 203.0.113.9, 192.0.2.7:4711, ::ffff:127.0.0.1"],
            "200",
        ),
        (&["x-forwarded-for: 192.0.2.7, nobody"], "403"),
        (&[], "403"),
    ] {
        let lines = [&[key.as_str()][..], forwarded].concat();
        assert_eq!(send(&mut server, "GET /v1/models", &lines, ""), status, "{forwarded:?}");
    }
}

#[test]
fn which_proxies_are_trusted_is_a_setting() {
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
    let key = format!("x-api-key: {}", program.run(&create).succeeds().out.trim());
    for (trusted, forwarded, status) in [
        ("none", "192.0.2.7", "403"),
        ("10.0.0.0/8", "192.0.2.7", "403"),
        ("127.0.0.1", "192.0.2.7, 10.1.2.3", "403"),
        ("127.0.0.1,10.0.0.0/8", "192.0.2.7, 10.1.2.3", "200"),
    ] {
        let mut server = program.start(&[&SECURE[..], &["--trusted-proxies", trusted]].concat());
        let lines = [key.as_str(), &format!("x-forwarded-for: {forwarded}")];
        assert_eq!(send(&mut server, "GET /v1/models", &lines, ""), status, "{trusted}");
    }
    program
        .run(&["serve", "--trusted-proxies", "nginx"])
        .fails(2, &["--trusted-proxies", "`nginx` is no network"]);
}

#[test]
fn wrong_passwords_of_one_client_behind_a_proxy_shut_no_other_out() {
    let program = Program::with_account();
    let mut server = program.start(&SECURE);
    let mut sign_in = |client: &str, name: &str| {
        let body = format!("email={name}%40example.com&password=wrong");
        let (length, forwarded) = (
            format!("content-length: {}", body.len()),
            format!("x-forwarded-for: {client}"),
        );
        let kind = "content-type: application/x-www-form-urlencoded";
        send(
            &mut server,
            "POST /sign-in",
            &[kind, &length, "sec-fetch-site: same-origin", &forwarded],
            &body,
        )
    };
    let tries: Vec<String> = (0..11).map(|n| sign_in("192.0.2.7", &format!("guess{n}"))).collect();
    assert_eq!(tries[9..], ["422", "429"]);
    assert_eq!(sign_in("198.51.100.1", "maya"), "422");
}
