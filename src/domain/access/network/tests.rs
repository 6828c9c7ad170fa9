//! Who called, given who connected and what they say.

use proptest::prelude::*;

use super::*;

const PROXY: &str = "10.0.0.1";

fn client(trusted: &str, peer: &str, lines: &[&str]) -> String {
    let trusted: TrustedProxies = trusted.parse().unwrap();
    trusted
        .client(peer.parse().unwrap(), lines.iter().map(|line| line.as_bytes()))
        .to_string()
}

#[test]
fn only_a_trusted_proxy_is_asked_who_called() {
    assert_eq!(client("10.0.0.0/8", PROXY, &["192.0.2.7"]), "192.0.2.7");
    assert_eq!(client("10.0.0.0/8", "203.0.113.5", &["192.0.2.7"]), "203.0.113.5");
    assert_eq!(client("none", PROXY, &["192.0.2.7"]), PROXY);
    assert_eq!(client("10.0.0.0/8", PROXY, &[]), PROXY);
}

#[test]
fn all_lines_are_one_list_and_the_last_entry_counts() {
    for lines in [
        &["198.51.100.1, 192.0.2.7"][..],
        &["198.51.100.1", "192.0.2.7"],
        &["198.51.100.1,192.0.2.7"],
        &["192.0.2.9, 198.51.100.1", "198.51.100.1", "192.0.2.7"],
    ] {
        assert_eq!(client(PROXY, PROXY, lines), "192.0.2.7", "{lines:?}");
    }
}

#[test]
fn proxies_behind_each_other_are_walked_through() {
    let lines = ["192.0.2.66", "192.0.2.7, 10.0.0.3", "10.0.0.2"];
    assert_eq!(client("10.0.0.0/8", PROXY, &lines), "192.0.2.7");
    assert_eq!(client("10.0.0.2,10.0.0.1", PROXY, &lines), "10.0.0.3");
    assert_eq!(client("10.0.0.0/8", PROXY, &["10.9.9.9, 10.0.0.3"]), "10.9.9.9");
}

#[test]
fn what_is_no_address_ends_the_list() {
    for lines in [
        &["192.0.2.7, unknown"][..],
        &["192.0.2.7, "],
        &["192.0.2.7", ""],
        &["192.0.2.7, 1.2.3"],
        &["\u{ff}"],
    ] {
        assert_eq!(client(PROXY, PROXY, lines), PROXY, "{lines:?}");
    }
    assert_eq!(
        client("10.0.0.0/8", PROXY, &["192.0.2.7, _hidden, 10.0.0.2"]),
        "10.0.0.2"
    );
}

#[test]
fn an_entry_may_have_a_port_and_brackets() {
    for (entry, address) in [
        ("192.0.2.7:5678", "192.0.2.7"),
        ("[2001:db8::7]:80", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"),
        (" \t192.0.2.7 ", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("[::ffff:192.0.2.7]:9", "192.0.2.7"),
    ] {
        assert_eq!(client(PROXY, PROXY, &[entry]), address, "{entry}");
    }
}

#[test]
fn an_ipv4_address_is_the_same_in_ipv6_notation() {
    assert_eq!(client("127.0.0.0/8", "::ffff:127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
    assert_eq!(client("::ffff:127.0.0.1", "127.0.0.1", &["192.0.2.7"]), "192.0.2.7");

    let here = TrustedProxies::on_this_machine();
    for peer in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        assert!(here.contains(peer.parse().unwrap()), "{peer}");
    }

    assert!(!here.contains("192.0.2.7".parse().unwrap()));
}

#[test]
fn proxies_are_written_as_networks_and_addresses() {
    let proxies: TrustedProxies = "10.0.0.0/8, ::1,192.0.2.7".parse().unwrap();
    assert_eq!(proxies.to_string(), "10.0.0.0/8,::1/128,192.0.2.7/32");
    assert_eq!(TrustedProxies::default().to_string(), "none");

    for wrong in ["", "10.0.0.0/8,", "localhost", "10.0.0.0/8 ::1", "none,::1"] {
        assert!(wrong.parse::<TrustedProxies>().is_err(), "{wrong}");
    }
}

proptest! {
    /// Whatever a client writes into the header, what the proxy adds behind it decides.
    #[test]
    fn a_client_cannot_choose_its_address(said in proptest::collection::vec("[ -~]{0,40}", 0..4), joined: bool) {
        let mut lines = said.clone();
        match lines.last_mut().filter(|_| joined) {
            Some(last) => last.push_str(", 192.0.2.7"),
            None => lines.push("192.0.2.7".into()),
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();

        prop_assert_eq!(client(PROXY, PROXY, &lines), "192.0.2.7");
    }
}
