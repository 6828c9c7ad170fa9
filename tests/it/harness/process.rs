//! Programs that a test runs beside itself.

use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// How long a program of a test may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// Kills a program that takes too long, so that a test that waits for its end or its output does not wait for ever.
pub struct Leash {
    /// Dropped with it, which the thread that waits sees.
    _held: Sender<()>,
}

impl Leash {
    /// Puts it on a program. Drop it when the program has ended.
    pub fn on(child: &Child) -> Self {
        let (held, gone) = channel();
        let pid = child.id().to_string();
        std::thread::spawn(move || {
            if gone.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                eprintln!("The program took more than {PATIENCE:?} and is killed.");
                drop(Command::new("kill").args(["-KILL", &pid]).status());
            }
        });
        Self { _held: held }
    }
}

/// Runs a program to its end, without an input, and returns what it printed.
///
/// # Panics
/// With what it printed on standard error, if it fails.
pub async fn prints(command: Command) -> String {
    prints_with(command, "").await
}

/// The same, with this on its standard input.
pub async fn prints_with(mut command: Command, input: &str) -> String {
    let (shown, input) = (format!("{command:?}"), input.to_owned());
    let run = tokio::task::spawn_blocking(move || {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let _leash = Leash::on(&child);
        // A program that does not read it is no failure.
        drop(child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes())));
        child.wait_with_output()
    });
    let run = run
        .await
        .expect("the thread that waits for it")
        .unwrap_or_else(|error| panic!("{shown}: {error}"));
    assert!(
        run.status.success(),
        "{shown} failed:\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).expect("text")
}
