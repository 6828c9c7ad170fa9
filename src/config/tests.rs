//! The values that settings take and refuse, and what follows from them.

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Program {
    #[command(flatten)]
    settings: Settings,
}

fn settings(flags: &[&str]) -> Settings {
    let all = ["crossmodel", "--listen=127.0.0.1:8080"]
        .iter()
        .chain(flags.iter().filter(|flag| !flag.is_empty()));
    Program::try_parse_from(all).unwrap().settings
}

#[test]
fn both_parts_share_one_address_unless_they_are_set_apart() {
    let parts = settings(&[]).parts().unwrap();
    assert_eq!(parts.gateway, parts.console);
    assert_eq!(parts.gateway.unwrap().to_string(), "127.0.0.1:8080");

    let parts = settings(&["--gateway-listen=0.0.0.0:9000"]).parts().unwrap();
    assert_eq!(parts.gateway.unwrap().to_string(), "0.0.0.0:9000");
    assert_eq!(parts.console.unwrap().to_string(), "127.0.0.1:8080");

    assert_eq!(settings(&["--console-listen=off"]).parts().unwrap().console, None);
    let nothing = settings(&["--console-listen=off", "--gateway-listen=off"]);
    assert_eq!(nothing.parts(), Err(SettingsError::NothingToServe));
}

#[test]
fn passwords_never_cross_a_network_in_the_clear() {
    let local: Address = "127.0.0.1:8080".parse().unwrap();
    let open: Address = "0.0.0.0:8080".parse().unwrap();
    let url = |flag: &str, at| settings(&[flag]).console_url(at).map(|url| url.to_string());

    assert_eq!(url("", local).unwrap(), "http://127.0.0.1:8080/");
    assert_eq!(url("", open), Err(SettingsError::NoPublicUrl(open)));
    assert_eq!(
        url("--public-url=http://localhost:8080", open).unwrap(),
        "http://localhost:8080/"
    );
    assert_eq!(
        url("--public-url=https://cm.example", open).unwrap(),
        "https://cm.example/"
    );
    assert!(matches!(
        url("--public-url=http://cm.example", local),
        Err(SettingsError::PlainHttp(_))
    ));
    assert!(matches!(
        url("--public-url=https://cm.example/console", local),
        Err(SettingsError::NotAnOrigin(_))
    ));
    assert!(Program::try_parse_from(["crossmodel", "--public-url=ftp://cm.example"]).is_err());
}

#[test]
fn examples_name_the_address_that_clients_use() {
    let url = |flags: &[&str]| {
        let settings = settings(flags);
        settings.client_url(settings.parts().unwrap())
    };
    assert_eq!(url(&[]), "http://127.0.0.1:8080/v1");
    assert_eq!(url(&["--public-url=https://cm.example"]), "https://cm.example/v1");
    assert_eq!(
        url(&["--public-url=https://cm.example", "--gateway-listen=127.0.0.1:9000"]),
        "http://127.0.0.1:9000/v1"
    );
    assert_eq!(url(&["--gateway-listen=0.0.0.0:9000"]), "http://127.0.0.1:9000/v1");
    assert_eq!(
        url(&["--gateway-url=https://api.example/v1/"]),
        "https://api.example/v1"
    );
}

#[test]
fn the_master_key_lies_beside_the_sqlite_database() {
    let file = |flags: &[&str]| settings(flags).master_key();
    assert_eq!(
        file(&["--database-url=sqlite://some/where/cm.db"]),
        ("some/where/master.key".into(), true)
    );
    assert_eq!(
        file(&["--database-url=postgres://db/cm"]),
        ("data/master.key".into(), false)
    );
    let named = ["--database-url=postgres://db/cm", "--master-key-file=/run/secrets/key"];
    assert_eq!(file(&named), ("/run/secrets/key".into(), true));
}

#[test]
fn a_misspelt_variable_is_named_with_the_nearest_known_one() {
    let check = |names: &[&str]| unknown_variable::<Program>(names.iter().map(std::ffi::OsString::from));
    assert_eq!(
        check(&["CROSSMODEL_LISTEM"]).unwrap(),
        "CROSSMODEL_LISTEM is not a setting; did you mean CROSSMODEL_LISTEN?"
    );
    assert_eq!(
        check(&["PATH", "CROSSMODEL_LISTEN", "CROSSMODEL_API_KEY", "CROSSMODEL_HTMX_JS"]),
        None
    );
}

#[test]
fn an_address_is_an_ip_and_a_port() {
    assert!("localhost:80".parse::<Address>().unwrap().is_loopback());
    assert!("[::1]:80".parse::<Address>().unwrap().is_loopback());
    for wrong in [
        "",
        "8080",
        "127.0.0.1",
        "example.com:80",
        "127.0.0.1:99999",
        "localhost:",
    ] {
        assert!(wrong.parse::<Address>().is_err(), "{wrong}");
    }
    assert_eq!("off".parse(), Ok(Part::Off));
    assert!("on".parse::<Part>().unwrap_err().to_string().ends_with("or off"));
}
