//! The built program on a database, a spool and an address that stay the same from one start to the next.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crossmodel::domain::{Account, ApiKey, ApiKeySecret, MasterKey};
use crossmodel::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::biller::{Biller, MODEL};
use crate::harness::database::{Engine, Folder};
use crate::harness::seed;

/// The program under test, its provider and its database.
pub struct Stage {
    pub engine: Engine,
    pub database_url: String,
    pub store: Store,
    pub biller: Biller,
    pub account: Account,
    pub key: ApiKey,
    pub secret: ApiKeySecret,
    pub address: String,
    folder: Folder,
}

/// The program, running. Dropping it kills it.
pub struct Running {
    child: Child,
    address: String,
}

impl Stage {
    /// Puts a model, an account with credit and a key with the aliases `exact` and `long-*` in a migrated database.
    pub async fn set(store: Store, engine: Engine, database_url: String, seed: u64) -> Self {
        let biller = Biller::start(seed).await;
        biller.import(&store).await;
        let account = seed::account(&store, "acme").await;
        // The program takes no key that is the same byte over and over.
        let master: [u8; 32] = std::array::from_fn(|n| 7 + 3 * n as u8);
        let aliases = vec![seed::exact("exact", MODEL), seed::prefix("long-", MODEL)];
        let (key, secret) = seed::key_under(&MasterKey::from_bytes(master), &store, account.id, "ci", aliases).await;
        let folder = Folder::fresh();
        let hex: String = master.iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(folder.as_ref().join("master.key"), hex).expect("to write the master key");
        std::fs::set_permissions(
            folder.as_ref().join("master.key"),
            std::os::unix::fs::PermissionsExt::from_mode(0o600),
        )
        .expect("to keep it private");

        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("its address").to_string();
        Self {
            engine,
            database_url,
            store,
            biller,
            account,
            key,
            secret,
            address,
            folder,
        }
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().join(name)
    }

    /// Starts the program, and waits until it answers.
    pub async fn start(&self) -> Running {
        self.start_by(Command::new(env!("CARGO_BIN_EXE_crossmodel"))).await
    }

    /// The same, by a command that takes the program's arguments.
    pub async fn start_by(&self, mut command: Command) -> Running {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .expect("a log");
        command
            .args(["serve", "--console-listen", "off"])
            .env("DATABASE_URL", &self.database_url)
            .env("CROSSMODEL_LISTEN", &self.address)
            .env("CROSSMODEL_SPOOL", self.path("spool"))
            .env("CROSSMODEL_MASTER_KEY_FILE", self.path("master.key"))
            .env("CROSSMODEL_EGRESS_ALLOW", self.biller.upstream.host_port())
            .env("CROSSMODEL_LOG", "info")
            .env("CROSSMODEL_WORKERS", "2")
            .env("BILLER_KEY", "sk-biller")
            .stdout(Stdio::null())
            .stderr(log);
        let mut child = command.spawn().expect("the program");
        let began = Instant::now();
        while ready(&self.address).await != Some(200) {
            let ended = child.try_wait().expect("its state");
            assert!(
                ended.is_none() && began.elapsed() < Duration::from_secs(60),
                "it does not start:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Running {
            child,
            address: self.address.clone(),
        }
    }

    /// The output of the program so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// The files in the folder of the spools.
    pub fn spools(&self) -> Vec<String> {
        let folders = std::fs::read_dir(self.path("spool")).expect("the folder of the spools");
        folders
            .map(|it| it.expect("a folder").file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// How many segments the runs' spools have.
    pub fn segments(&self) -> usize {
        let files = self
            .spools()
            .into_iter()
            .filter_map(|run| std::fs::read_dir(self.path("spool").join(run)).ok());
        files
            .flatten()
            .flatten()
            .filter(|file| file.path().extension().is_some_and(|end| end == "log"))
            .count()
    }

    /// Waits until what earlier runs left has been written: only this run's spool is there.
    pub async fn recovers(&self, patience: Duration) {
        let began = Instant::now();
        while self.spools().len() > 1 {
            assert!(
                began.elapsed() < patience,
                "still there: {:?}\n{}",
                self.spools(),
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Running {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without a word.
    pub fn kill(mut self) {
        self.child.kill().expect("to kill it");
        self.child.wait().expect("its end");
    }

    /// Asks it to stop, and waits for its end.
    pub async fn stop(mut self) {
        let asked = Command::new("kill")
            .args(["-TERM", &self.pid().to_string()])
            .status()
            .expect("to ask it");
        assert!(asked.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                assert!(status.success(), "it ended with {status}");
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "it does not stop");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What `/readyz` answers, or nothing.
    pub async fn ready(&self) -> Option<u16> {
        ready(&self.address).await
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn ready(address: &str) -> Option<u16> {
    let answer = async {
        let mut socket = TcpStream::connect(address).await.ok()?;
        socket
            .write_all(b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            .await
            .ok()?;
        let mut text = String::new();
        socket.read_to_string(&mut text).await.ok()?;
        text.split(' ').nth(1)?.parse().ok()
    };
    tokio::time::timeout(Duration::from_secs(2), answer).await.ok()?
}
