//! A Postgres of a test's own, that the test may stop and start: it waits for the disk as a real one does.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::database::Folder;

/// A running server. Dropping it ends it.
pub struct Cluster {
    folder: Folder,
    bin: PathBuf,
}

impl Cluster {
    /// Makes one and starts it.
    pub fn start() -> Self {
        let cluster = Self {
            folder: Folder::fresh(),
            bin: bin(),
        };
        let home = cluster.home();
        std::fs::create_dir_all(&home).expect("a folder for the server");

        if is_root() {
            run(Command::new("chown").arg("postgres").arg(&home));
        }
        let data = cluster.data();
        let data = data.to_str().expect("a path in UTF-8");
        let arguments = [
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ];
        run(cluster.command("initdb").args(arguments));
        cluster.begin();
        cluster
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.home().display())
    }

    /// Starts it again.
    pub fn begin(&self) {
        let options = format!(
            "-c listen_addresses= -k {} -c max_connections=100 -c shared_buffers=32MB",
            self.home().display()
        );
        let log = self.home().join("log");
        let log = log.to_str().expect("a path in UTF-8");
        run(self.pg_ctl().args(["-l", log, "-w", "-s", "-o", &options, "start"]));
    }

    /// Stops it as a crash would: clients hear nothing, and nothing is tidied up.
    pub fn crash(&self) {
        run(self.pg_ctl().args(["-m", "immediate", "-w", "-s", "stop"]));
    }

    /// Lines of its log that hold this text.
    pub fn complaints(&self, text: &str) -> Vec<String> {
        let log = std::fs::read_to_string(self.home().join("log")).expect("the server's log");
        log.lines()
            .filter(|line| line.contains(text))
            .map(str::to_owned)
            .collect()
    }

    fn home(&self) -> PathBuf {
        self.folder.as_ref().join("postgres")
    }

    fn data(&self) -> PathBuf {
        self.home().join("data")
    }

    fn pg_ctl(&self) -> Command {
        let mut command = self.command("pg_ctl");
        command.arg("-D").arg(self.data());
        command
    }

    /// Postgres refuses to run as root.
    fn command(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program).current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.pg_ctl().args(["-m", "immediate", "-s", "stop"]).status();
    }
}

/// The folder of the newest server's programs: Debian keeps them out of PATH.
fn bin() -> PathBuf {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<(u32, PathBuf)> = debian
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    found.sort();
    let in_path = || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    found
        .pop()
        .map(|(_, bin)| bin)
        .or_else(in_path)
        .expect("the programs of a Postgres server: install postgresql")
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(Path::new("/proc/self")).expect("this process")) == 0
}

fn run(command: &mut Command) {
    // To a file, since a server that goes on would keep a pipe open.
    let out = command
        .stdout(std::process::Stdio::null())
        .status()
        .expect("a program of the server");
    assert!(out.success(), "{command:?} failed");
}
