//! Providers behind TLS whose certificate a company's own authority has signed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use crate::harness::client::Client;
use crate::harness::database::{Database, Engine, Folder};
use crate::harness::process::{Leash, prints_with};
use crate::harness::store::run;
use crate::harness::upstream::Upstream;

/// An authority of our own, as PEM, and a server's side of TLS with a certificate by it for 127.0.0.1.
pub(super) fn authority() -> (String, ServerConfig) {
    let mut params = CertificateParams::new(Vec::new()).expect("the authority's name");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["127.0.0.1".into()]).expect("the server's name");
    let leaf = leaf.signed_by(&key, &issuer).expect("a certificate");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            key.serialize_der().try_into().expect("a private key"),
        )
        .expect("a certificate with its key");
    (issuer.pem(), config)
}

/// Speaks TLS in front of a provider; the answer is its host and port.
pub(super) async fn in_front_of(upstream: &Upstream, config: ServerConfig) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address").to_string();
    let (acceptor, behind) = (TlsAcceptor::from(Arc::new(config)), upstream.host_port());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, behind) = (acceptor.clone(), behind.clone());
            tokio::spawn(async move {
                // A caller that does not believe the certificate ends it here.
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut plain = TcpStream::connect(behind).await.expect("the provider");
                drop(tokio::io::copy_bidirectional(&mut stream, &mut plain).await);
            });
        }
    });
    address
}

/// A server that runs until it is dropped.
struct Server {
    child: Child,
    url: String,
    _leash: Leash,
}

impl Server {
    fn start(mut command: Command, log: &std::path::Path) -> Self {
        let log = File::create(log).expect("a file for the log");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server");
        let leash = Leash::on(&child);
        let mut said = BufReader::new(child.stdout.take().expect("its output"))
            .lines()
            .map(|line| line.expect("a line"));
        let base = said
            .find_map(|line| Some(line.split_once("Gateway: ")?.1.trim().to_owned()))
            .expect("its address");
        Self {
            child,
            url: base.trim_end_matches("/v1").to_owned(),
            _leash: leash,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn a_provider_with_a_certificate_by_a_companys_own_authority_is_called_once_that_is_believed() {
    run(async {
        let database = Database::fresh(Engine::Sqlite).await;
        let folder = Folder::fresh();
        let upstream = Upstream::start().await;
        let (pem, config) = authority();
        let secure = in_front_of(&upstream, config).await;
        let file = folder.as_ref().join("ca.pem");
        std::fs::write(&file, pem).expect("to write the file");
        let program = |arguments: &[&str], believes: bool| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
            command.args(arguments).env_clear().env("DATABASE_URL", database.url());
            command.env("CROSSMODEL_MASTER_KEY_FILE", folder.as_ref().join("master.key"));
            command.env("CROSSMODEL_EGRESS_ALLOW", &secure).env("ACME_KEY", "sk-x");
            if believes {
                command.env("CROSSMODEL_CA_FILE", &file);
            }
            command
        };
        let url = format!("https://{secure}/v1");
        let set = [
            "provider",
            "set",
            "openai",
            "--base-url",
            &url,
            "--protocol",
            "openai-chat",
            "--credential-env",
            "ACME_KEY",
        ];
        prints_with(program(&set, false), "").await;
        prints_with(program(&["account", "create", "Acme"], false), "").await;
        let credit = [
            "credit",
            "add",
            "--account",
            "Acme",
            "--usd",
            "5",
            "--note",
            "for a test",
        ];
        prints_with(program(&credit, false), "").await;
        let create = ["key", "create", "--account", "Acme", "--name", "ci"];
        let secret = prints_with(program(&create, false), "").await.trim().to_owned();
        let log = folder.as_ref().join("log");
        let question = json!({"model": "openai/gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]});
        let serve = ["serve", "--listen", "127.0.0.1:0"];
        let asks = async |server: &Server| {
            Client::new(&server.url)
                .bearer(&secret)
                .post("/v1/chat/completions", &question)
                .await
        };

        let server = Server::start(program(&serve, true), &log);
        let reply = asks(&server).await.is(200);
        assert_eq!(reply.json()["choices"][0]["message"]["content"], "Hello there");
        assert_eq!(
            (upstream.last().path.as_str(), upstream.last().header("host")),
            ("/v1/chat/completions", secure.as_str())
        );
        drop(server);

        let server = Server::start(program(&serve, false), &log);
        let reply = asks(&server).await.is(502);
        drop(server);

        assert_eq!(
            reply.json()["error"]["message"],
            "OpenAI failed: it could not be reached."
        );
        let log = std::fs::read_to_string(log).expect("the log");
        assert!(log.contains("invalid peer certificate: UnknownIssuer"), "{log}");
        assert_eq!(upstream.seen().len(), 1);
        database.remove().await;
    });
}
