//! A server of the built program, which runs until it is dropped.

use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::harness::process::Leash;

/// The arguments that start a server on a free port.
pub(super) const SERVE: [&str; 3] = ["serve", "--listen", "127.0.0.1:0"];

pub(super) struct Server {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    /// The server's address, without a path.
    pub(super) url: String,
    _leash: Leash,
}

impl Server {
    /// Starts `command` and waits for its address. The log goes to the file `log`.
    pub(super) fn start(mut command: Command, log: &Path) -> Self {
        let log = File::create(log).expect("a file for the log");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the server");
        let leash = Leash::on(&child);

        let mut output = BufReader::new(child.stdout.take().expect("its output")).lines();
        let base = output
            .by_ref()
            .map(|line| line.expect("a line"))
            .find_map(|line| Some(line.split_once("Gateway: ")?.1.trim().to_owned()))
            .expect("its address");
        Self {
            child,
            output,
            url: base.trim_end_matches("/v1").to_owned(),
            _leash: leash,
        }
    }

    /// Tells the server to stop, waits for its end, and returns the rest of its output.
    pub(super) fn stop(mut self) -> String {
        let stopped = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        assert!(stopped.expect("to tell it to stop").success());

        let rest: Vec<String> = self.output.by_ref().map(|line| line.expect("a line")).collect();
        assert!(self.child.wait().expect("its end").success());
        rest.join("\n")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
