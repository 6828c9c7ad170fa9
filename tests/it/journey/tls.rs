//! Providers behind TLS with a certificate that a company's own authority has signed.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, KeyUsagePurpose};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

use super::CREDIT;
use super::server::{SERVE, Server};
use crate::harness::client::Client;
use crate::harness::database::{Database, Engine, Folder};
use crate::harness::process::prints_with;
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

/// Speaks TLS in front of a provider; returns the host and port to call.
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

/// The program as a company runs it: its database, its folder, and a provider behind TLS.
struct Company {
    database: Database,
    folder: Folder,
    /// Host and port of the provider's TLS.
    secure: String,
}

impl Company {
    /// `pem`: the company's authority.
    async fn new(pem: &str, secure: String) -> Self {
        let folder = Folder::fresh();
        std::fs::write(folder.as_ref().join("ca.pem"), pem).expect("to write the file");
        Self {
            database: Database::fresh(Engine::Sqlite).await,
            folder,
            secure,
        }
    }

    /// `believes`: whether the program believes the company's authority.
    fn program(&self, arguments: &[&str], believes: bool) -> Command {
        let folder = self.folder.as_ref();
        let mut command = Command::new(env!("CARGO_BIN_EXE_crossmodel"));
        command
            .args(arguments)
            .env_clear()
            .env("DATABASE_URL", self.database.url())
            .env("CROSSMODEL_MASTER_KEY_FILE", folder.join("master.key"))
            .env("CROSSMODEL_EGRESS_ALLOW", &self.secure)
            .env("ACME_KEY", "sk-x");
        if believes {
            command.env("CROSSMODEL_CA_FILE", folder.join("ca.pem"));
        }
        command
    }

    /// Sets up the provider and an account with money; returns the secret of a key.
    async fn set_up(&self) -> String {
        let url = format!("https://{}/v1", self.secure);
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
        let create = ["key", "create", "--account", "Acme", "--name", "ci"];

        prints_with(self.program(&set, false), "").await;
        prints_with(self.program(&["account", "create", "Acme"], false), "").await;
        prints_with(self.program(&CREDIT, false), "").await;
        prints_with(self.program(&create, false), "").await.trim().to_owned()
    }

    fn log(&self) -> PathBuf {
        self.folder.as_ref().join("log")
    }
}

#[test]
fn a_provider_with_a_certificate_by_a_companys_own_authority_is_called_once_that_is_believed() {
    run(async {
        let upstream = Upstream::start().await;
        let (pem, config) = authority();
        let company = Company::new(&pem, in_front_of(&upstream, config).await).await;
        let secret = company.set_up().await;
        let asks = async |server: &Server| {
            let question = json!({"model": "openai/gpt-5.5", "messages": [{"role": "user", "content": "Hello"}]});
            let client = Client::new(&server.url).bearer(&secret);
            client.post("/v1/chat/completions", &question).await
        };

        let server = Server::start(company.program(&SERVE, true), &company.log());
        let reply = asks(&server).await.is(200);
        assert_eq!(reply.json()["choices"][0]["message"]["content"], "Hello there");
        assert_eq!(
            (upstream.last().path.as_str(), upstream.last().header("host")),
            ("/v1/chat/completions", company.secure.as_str())
        );
        drop(server);

        let server = Server::start(company.program(&SERVE, false), &company.log());
        let reply = asks(&server).await.is(502);
        drop(server);

        assert_eq!(
            reply.json()["error"]["message"],
            "OpenAI failed: it could not be reached."
        );
        let log = std::fs::read_to_string(company.log()).expect("the log");
        assert!(log.contains("invalid peer certificate: UnknownIssuer"), "{log}");
        assert_eq!(upstream.seen().len(), 1);
        company.database.remove().await;
    });
}
