//! The built program, in a folder of its own.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;

use crate::harness::database::Folder;
use crate::harness::process::Leash;

/// The program with a database and an environment of its own.
pub struct Program {
    folder: Folder,
    database_url: String,
    env: Vec<(String, String)>,
    descriptors: Option<u32>,
}

/// The outcome of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Program {
    /// On a database that has only the shipped catalog.
    pub fn fresh() -> Self {
        let program = Self::empty();
        std::fs::copy(template(), program.path("crossmodel.db")).expect("a copy of the database");
        program
    }

    /// On a database that has an account, Acme.
    pub fn with_account() -> Self {
        let program = Self::fresh();
        program.run(&["account", "create", "Acme"]).succeeds();
        program
    }

    /// On a database that has the account Acme with a key named laptop, which has these aliases.
    pub fn with_key(aliases: &[&str]) -> Self {
        let program = Self::with_account();
        let mut arguments = vec!["key", "create", "--account", "Acme", "--name", "laptop"];
        arguments.extend(aliases.iter().flat_map(|alias| ["--alias", alias]));
        program.run(&arguments).succeeds();
        program
    }

    /// In an empty folder.
    pub fn empty() -> Self {
        let folder = Folder::fresh();
        let database_url = format!("sqlite://{}/crossmodel.db", folder.as_ref().display());
        Self {
            folder,
            database_url,
            env: Vec::new(),
            descriptors: None,
        }
    }

    /// The same program on another database.
    #[must_use]
    pub fn on(mut self, database_url: String) -> Self {
        self.database_url = database_url;
        self
    }

    /// The same program with a variable in its environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The same program where no more files can be open at once.
    #[must_use]
    pub fn with_descriptors(mut self, most: u32) -> Self {
        self.descriptors = Some(most);
        self
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.as_ref().join(name)
    }

    /// Writes a file in its folder.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, text).expect("to write the file");
        path.display().to_string()
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// Runs a command to its end, with this on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        Self::finish(self.command(arguments), input)
    }

    /// Runs a command to its end from a shell that does this before.
    pub fn run_after(&self, before: &str, arguments: &[&str]) -> Ran {
        Self::finish(self.equip(Self::shell(before), arguments), "")
    }

    fn finish(mut command: Command, input: &str) -> Ran {
        let mut child = command
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let _leash = Leash::on(&child);
        let mut stdin = child.stdin.take().expect("its input");
        // A command that does not read what it is given is no failure.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("its end");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Starts a command that runs until a signal stops it.
    pub fn start(&self, arguments: &[&str]) -> Started {
        // Not a pipe: without a reader it would stop the program once it is full.
        let log = self.path("log");
        let err = File::options().create(true).append(true).open(&log).expect("a log");
        let mut child = self.command(arguments).stderr(err).spawn().expect("the program");
        let leash = Leash::on(&child);
        let out = BufReader::new(child.stdout.take().expect("its output"));
        Started {
            child,
            out,
            said: String::new(),
            log,
            _leash: leash,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let command = match self.descriptors {
            None => Command::new(env!("CARGO_BIN_EXE_crossmodel")),
            Some(most) => Self::shell(&format!("ulimit -n {most}")),
        };
        self.equip(command, arguments)
    }

    /// The program in a shell that does this before.
    fn shell(before: &str) -> Command {
        let mut shell = Command::new("/bin/sh");
        shell.args([
            "-c",
            &format!("{before}; exec \"$0\" \"$@\""),
            env!("CARGO_BIN_EXE_crossmodel"),
        ]);
        shell
    }

    fn equip(&self, mut command: Command, arguments: &[&str]) -> Command {
        command
            .args(arguments)
            .env_clear()
            .env("DATABASE_URL", &self.database_url)
            .env("CROSSMODEL_LOG", "warn")
            .env("CROSSMODEL_WORKERS", "1")
            .env("TMPDIR", self.folder.as_ref())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdout(Stdio::piped());
        command
    }
}

impl Ran {
    /// The same, once it is known to have succeeded.
    #[track_caller]
    pub fn succeeds(self) -> Self {
        assert_eq!(self.code, 0, "{}", self.err);
        self
    }

    /// Asserts that it failed with this exit code and one line that says all of this.
    #[track_caller]
    pub fn fails(self, code: i32, says: &[&str]) {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        assert_eq!(self.err.lines().count(), 1, "not one line: {}", self.err);
        for part in says {
            assert!(self.err.contains(part), "`{part}` is not in: {}", self.err);
        }
    }
}

/// A command that goes on. Dropping it kills it.
pub struct Started {
    child: Child,
    out: BufReader<ChildStdout>,
    said: String,
    log: PathBuf,
    _leash: Leash,
}

impl Started {
    /// What follows `label` on the line where that is said; waits for it.
    #[track_caller]
    pub fn says(&mut self, label: &str) -> String {
        loop {
            if let Some(found) = self.said.lines().find_map(|line| line.split_once(label)) {
                return found.1.trim().to_owned();
            }
            let mut line = String::new();
            if self.out.read_line(&mut line).expect("its output") == 0 {
                let err = std::fs::read_to_string(&self.log).unwrap_or_default();
                panic!("it ended without saying `{label}`: {}{err}", self.said);
            }
            self.said.push_str(&line);
        }
    }

    /// Everything said so far.
    pub fn said(&self) -> &str {
        &self.said
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// The seconds of a processor that it has used.
    pub fn worked(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("its state");
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .expect("its fields")
            .split_whitespace()
            .collect();
        let ticks: f64 = fields[11..13]
            .iter()
            .map(|ticks| ticks.parse::<f64>().expect("a number"))
            .sum();
        ticks / 100.0
    }

    /// Asks it to stop.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .expect("a shell")
                .success()
        );
    }

    /// Waits for its end.
    pub fn end(mut self) -> ExitStatus {
        self.child.wait().expect("its end")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A database with the shipped catalog, made once.
fn template() -> &'static Path {
    static MADE: OnceLock<(Program, PathBuf)> = OnceLock::new();
    let (_, path) = MADE.get_or_init(|| {
        let program = Program::empty();
        program.run(&["migrate"]).succeeds();
        let path = program.path("crossmodel.db");
        (program, path)
    });
    path
}
